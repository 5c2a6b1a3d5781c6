#pragma once

#include <fgagt/assignment/cascade.hpp>
#include <fgagt/assignment/margin_assigner.hpp>
#include <fgagt/assignment/reidentification_stage.hpp>
#include <fgagt/assignment/stage.hpp>
#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/backbone/no_backbone.hpp>
#include <fgagt/flow/no_flow.hpp>
#include <fgagt/flow/pyramidal_flow.hpp>
#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/lifecycle/lifecycle_manager.hpp>
#include <fgagt/motion/kalman_motion.hpp>
#include <fgagt/pooling/no_pooler.hpp>
#include <fgagt/pooling/roi_align_pooler.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>

/// What a `Tracker` is made of where its user names nothing else.
namespace fgagt {

namespace detail {

template <class Map>
struct DefaultPoolerOf;
template <>
struct DefaultPoolerOf<FeatureMap> {
    using type = RoiAlignPooler;
};
template <>
struct DefaultPoolerOf<ColourImage> {
    using type = StripePooler;
};
template <>
struct DefaultPoolerOf<NoMap> {
    using type = NoPooler<NoMap>;
};

} // namespace detail

/// The pooler that fits the map that a backbone makes.
template <class Map>
using DefaultPooler = typename detail::DefaultPoolerOf<Map>::type;

/// Options of DefaultAssociation, a set for each stage.
struct DefaultAssociationOptions {
    /// Detections that the detector is sure of, and all tracks that are or were confirmed.
    FusionStageOptions high{};
    /// What else it saw continues a track that was there a moment ago (ByteTrack, arXiv 2110.06864).
    FusionStageOptions low{.take_lost = false, .min_score = 0.1F, .max_score = 0.5F, .margin = 0.3F};
    /// Sure detections that are left may be somebody who comes back.
    ReidentificationStageOptions reidentification{};
    /// Those that are left then confirm newborn tracks, by overlap alone.
    FusionStageOptions tentative{.take_tentative = true,
                                 .take_confirmed = false,
                                 .take_lost = false,
                                 .iou_gate = 0.3F,
                                 .iou_weight = 1,
                                 .appearance_weight = 0,
                                 .margin = 0.3F};
    CascadeOptions cascade{}; ///< what holds for all stages
};

/// The default association: sure detections first, then the unsure ones, then who comes back, then newborn
/// tracks.
class DefaultAssociation
    : public Cascade<MarginAssigner, FusionStage, FusionStage, ReidentificationStage, FusionStage> {
public:
    using Options = DefaultAssociationOptions;

    DefaultAssociation() : DefaultAssociation(DefaultAssociationOptions{}) {}
    /// @throws InvalidArgument  an option of a stage is out of its range
    explicit DefaultAssociation(const DefaultAssociationOptions& options)
        : Cascade(options.cascade, FusionStage(options.high), FusionStage(options.low),
                  ReidentificationStage(options.reidentification), FusionStage(options.tentative)) {}
};
static_assert(Associator<DefaultAssociation>);

} // namespace fgagt
