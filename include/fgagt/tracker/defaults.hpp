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

/// @file
/// The default parts of a `Tracker`.
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

/// The default pooler for a backbone's type of map.
template <class Map>
using DefaultPooler = typename detail::DefaultPoolerOf<Map>::type;

/// Options of DefaultAssociation: one set per stage.
struct DefaultAssociationOptions {
    /// High-score detections, and all confirmed and lost tracks.
    FusionStageOptions high{};
    /// Low-score detections continue tracks that were matched in the previous update (ByteTrack, arXiv
    /// 2110.06864).
    FusionStageOptions low{.take_lost = false, .min_score = 0.1F, .max_score = 0.5F, .margin = 0.3F};
    /// Unmatched high-score detections may be lost tracks that return.
    ReidentificationStageOptions reidentification{};
    /// High-score detections that are still unmatched confirm tentative tracks, by overlap alone.
    FusionStageOptions tentative{.take_tentative = true,
                                 .take_confirmed = false,
                                 .take_lost = false,
                                 .iou_gate = 0.3F,
                                 .iou_weight = 1,
                                 .appearance_weight = 0,
                                 .margin = 0.3F};
    CascadeOptions cascade{}; ///< common to all stages
};

/// Association in four stages: high-score detections first, then low-score ones, then returning tracks, then
/// tentative tracks.
///
/// @tparam Stage         scores the pairs of the first two stages
/// @tparam StageOptions  like DefaultAssociationOptions, with the options of `Stage`
template <AssociationStage Stage, class StageOptions>
class StagedAssociation : public Cascade<MarginAssigner, Stage, Stage, ReidentificationStage, FusionStage> {
    using Base = Cascade<MarginAssigner, Stage, Stage, ReidentificationStage, FusionStage>;

public:
    using Options = StageOptions;

    StagedAssociation() : StagedAssociation(StageOptions{}) {}
    /// @throws InvalidArgument  an option of a stage is out of range
    explicit StagedAssociation(const StageOptions& options)
        : Base(options.cascade, Stage(options.high), Stage(options.low),
               ReidentificationStage(options.reidentification), FusionStage(options.tentative)) {}
};

/// The default association, by overlap and appearance.
using DefaultAssociation = StagedAssociation<FusionStage, DefaultAssociationOptions>;
static_assert(Associator<DefaultAssociation>);

} // namespace fgagt
