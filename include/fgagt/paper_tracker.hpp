#pragma once

#include <fgagt/backbone/channel_backbone.hpp>
#include <fgagt/motion/hold_motion.hpp>
#include <fgagt/tracker.hpp>

#include <limits>
#include <utility>

namespace fgagt {

/// The paper's association: one stage, with the graph's similarity and margin.
using PaperAssociation = Cascade<MarginAssigner, SimilarityStage>;

/// The parts of PaperTracker.
template <Backbone B = ChannelBackbone>
struct PaperParts : DefaultParts<B> {
    using Motion = HoldMotion;            ///< the paper has no motion model
    using Association = PaperAssociation; ///< one stage
};

/// The algorithm as published (FGAGT, arXiv 2010.09015). It differs from the paper as follows:
///
/// - Features come from channels without weights unless another backbone is given; the paper uses a trained
///   DLA-34.
/// - Without trained weights the graph compares plain cosines, with a margin chosen for them.
/// - The paper's detector outputs no boxes below a score threshold; here the tracker applies that threshold.
/// - A box that covers no valid cell of the map is matched by overlap; the paper has no such boxes.
/// - Flow is Lucas-Kanade with a window of 21 pixels on frames of about half a megapixel; the paper does not
///   specify it.
template <Backbone B = ChannelBackbone>
class PaperTracker : public Tracker<PaperParts<B>> {
    using Base = Tracker<PaperParts<B>>;

public:
    /// The parts of the tracker, in the order in which they process a frame.
    using Components = typename Base::Components;

    PaperTracker() : PaperTracker(published()) {}

    /// @param components  `published()`, with any changes
    /// @param options     the paper's rules override the score levels, the source of appearance and the
    ///                    reported box
    explicit PaperTracker(Components components, TrackerOptions options = {})
        : Base(std::move(components), as_published(options)) {}

    /// One flow point at each box's centre, without checks; no motion model; IDs from the first frame on;
    /// removal after 10 unmatched frames.
    [[nodiscard]] static Components published(B backbone = B{}) {
        return {.backbone = std::move(backbone),
                .flow = PyramidalFlow({.mode = FlowMode::kCentre,
                                       .lucas_kanade = {},
                                       .forward_backward = false,
                                       .skip_occluded = false,
                                       .camera_motion = false}),
                .association = PaperAssociation({}, SimilarityStage({.min_score = kDetectorThreshold})),
                .lifecycle = LifecycleManager({.confirm_hits = 1,
                                               .birth_score = kDetectorThreshold,
                                               .max_lost_time = kNever,
                                               .max_lost_updates = 10,
                                               .max_outside_time = kNever,
                                               .coast_updates = 0})};
    }

private:
    /// Unchanged scores, features from the current frame alone, boxes as detected.
    static TrackerOptions as_published(TrackerOptions options) {
        options.scores.adaptive = false;
        options.appearance.source = AppearanceSource::kCurrent;
        options.reported_box = ReportedBox::kDetection;
        return options;
    }

    static constexpr float kDetectorThreshold = 0.4F;
    static constexpr float kNever = std::numeric_limits<float>::infinity();
};

} // namespace fgagt
