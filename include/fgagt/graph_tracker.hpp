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

/// Options of GraphAssociation: one set per stage.
struct GraphAssociationOptions {
    /// High-score detections, and all confirmed and lost tracks.
    SimilarityStageOptions high{
        .take_tentative = false, .max_missed = 30, .min_score = 0.5F, .iou_gate = 0.1F};
    /// Low-score detections continue tracks that were matched in the previous update. The similarity must
    /// exceed the margin by a little more.
    SimilarityStageOptions low{.take_tentative = false,
                               .take_lost = false,
                               .min_score = 0.1F,
                               .max_score = 0.5F,
                               .iou_gate = 0.1F,
                               .above_margin = 0.1F};
    /// Unmatched high-score detections may be lost tracks that return.
    ReidentificationStageOptions reidentification{.min_similarity = 0.7F};
    /// High-score detections that are still unmatched confirm tentative tracks, by overlap alone.
    FusionStageOptions tentative = DefaultAssociationOptions{}.tentative;
    CascadeOptions cascade{}; ///< common to all stages
};

/// The stages of the default association with the paper's score: the graph's similarity alone is the score of
/// a pair, and its margin is the threshold. A pair whose features cannot be compared is scored by its
/// overlap.
using GraphAssociation = StagedAssociation<SimilarityStage, GraphAssociationOptions>;
static_assert(Associator<GraphAssociation>);

/// The parts of GraphTracker.
template <Backbone B = ColourBackbone>
struct GraphParts : DefaultParts<B> {
    using Association = GraphAssociation; ///< the graph's score alone
};

/// The default tracker with learned weights: an embedding follows the pooler, and the similarity of an
/// adaptive graph replaces overlap and appearance.
template <Backbone B = ColourBackbone>
class GraphTracker : public Tracker<GraphParts<B>> {
    using Base = Tracker<GraphParts<B>>;

public:
    /// The parts of the tracker, in the order in which they process a frame.
    using Components = typename Base::Components;

    /// Uses the library's default weights, which are for the default backbone.
    GraphTracker() requires std::same_as<B, ColourBackbone> : GraphTracker(learned(default_weights())) {}

    /// @param components  `learned(weights)`, with any changes
    /// @param options     see TrackerOptions
    explicit GraphTracker(Components components, TrackerOptions options = {})
        : Base(std::move(components), options) {}

    /// Parts with learned weights.
    ///
    /// @param weights   with an embedding whose inputs match the backbone's default pooler
    /// @param backbone  used when the weights were learned
    /// @throws InvalidArgument  the weights are invalid, or are for another pooler
    [[nodiscard]] static Components learned(const NetworkWeights& weights, B backbone = B{}) {
        return {.backbone = std::move(backbone),
                .pooler = DefaultPooler<typename B::Map>(Embedding(weights.embedding, weights.bias)),
                .graph = AdaptiveGraph(weights.graph)};
    }
};

} // namespace fgagt
