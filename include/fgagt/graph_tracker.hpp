#pragma once

#include <fgagt/assignment/cascade.hpp>
#include <fgagt/assignment/margin_assigner.hpp>
#include <fgagt/assignment/reidentification_stage.hpp>
#include <fgagt/assignment/stage.hpp>
#include <fgagt/pooling/embedding.hpp>
#include <fgagt/tracker.hpp>
#include <fgagt/weights/default_weights.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <utility>

namespace fgagt {

/// Options of GraphAssociation, a set for each stage.
struct GraphAssociationOptions {
    /// Detections that the detector is sure of, and all tracks that are or were confirmed.
    SimilarityStageOptions high{
        .take_tentative = false, .max_missed = 30, .min_score = 0.5F, .iou_gate = 0.1F};
    /// What else it saw continues a track that was there a moment ago, if it is still more like it.
    SimilarityStageOptions low{.take_tentative = false,
                               .take_lost = false,
                               .min_score = 0.1F,
                               .max_score = 0.5F,
                               .iou_gate = 0.1F,
                               .above_margin = 0.1F};
    /// Sure detections that are left may be somebody who comes back.
    ReidentificationStageOptions reidentification{.min_similarity = 0.7F};
    /// Those that are left then confirm newborn tracks, by overlap alone.
    FusionStageOptions tentative = DefaultAssociationOptions{}.tentative;
    CascadeOptions cascade{}; ///< what holds for all stages
};

/// The stages of the default association with the paper's score: what the graph says of a pair is all that
/// counts, and its margin decides. A pair whose features cannot be compared is judged by its overlap.
class GraphAssociation
    : public Cascade<MarginAssigner, SimilarityStage, SimilarityStage, ReidentificationStage, FusionStage> {
public:
    using Options = GraphAssociationOptions;

    GraphAssociation() : GraphAssociation(GraphAssociationOptions{}) {}
    /// @throws InvalidArgument  an option of a stage is out of its range
    explicit GraphAssociation(const GraphAssociationOptions& options)
        : Cascade(options.cascade, SimilarityStage(options.high), SimilarityStage(options.low),
                  ReidentificationStage(options.reidentification), FusionStage(options.tentative)) {}
};
static_assert(Associator<GraphAssociation>);

/// The parts of GraphTracker.
template <Backbone B = ColourBackbone>
struct GraphParts : DefaultParts<B> {
    using Association = GraphAssociation; ///< the graph's score alone
};

/// The default tracker with learned weights: an embedding after the pooler, and an adaptive graph whose
/// similarity takes the place of overlap and appearance.
template <Backbone B = ColourBackbone>
class GraphTracker : public Tracker<GraphParts<B>> {
    using Base = Tracker<GraphParts<B>>;

public:
    /// The parts of the tracker, by the way that a frame takes through them.
    using Components = typename Base::Components;

    /// With the weights that come with the library, which are for the default backbone.
    GraphTracker() requires std::same_as<B, ColourBackbone> : GraphTracker(learned(default_weights())) {}

    /// @param components  `learned(weights)`, with whatever is to be different
    /// @param options     see TrackerOptions
    explicit GraphTracker(Components components, TrackerOptions options = {})
        : Base(std::move(components), options) {}

    /// Parts that work with learned weights.
    ///
    /// @param weights   with an embedding of as many inputs as the default pooler of the backbone gives
    /// @param backbone  that they were learned with
    /// @throws InvalidArgument  weights that are unsound, or for another pooler
    [[nodiscard]] static Components learned(const NetworkWeights& weights, B backbone = B{}) {
        return {.backbone = std::move(backbone),
                .pooler = DefaultPooler<typename B::Map>(Embedding(weights.embedding, weights.bias)),
                .graph = AdaptiveGraph(weights.graph)};
    }
};

} // namespace fgagt
