#pragma once

#include "trackers/any_tracker.hpp"

#include <fgagt/core/types.hpp>
#include <fgagt/lifecycle/lifecycle_manager.hpp>
#include <fgagt/tracker/frame_result.hpp>

#include <opencv2/core.hpp>

#include <memory>
#include <optional>
#include <span>

namespace fgagt::examples {

/// Options of StreamTracker.
struct StreamTrackerOptions {
    Preset preset = Preset::kDefault;                       ///< which tracker
    float score_ceiling = ScoreLevelsOptions{}.ceiling;     ///< see ScoreLevelsOptions
    float max_lost_time = LifecycleOptions{}.max_lost_time; ///< nominal frames, see LifecycleOptions
};

/// One of the library's trackers, chosen at run time. Its time is in nominal frames.
class StreamTracker {
public:
    using Options = StreamTrackerOptions;

    /// @throws InvalidArgument  an option is out of range
    explicit StreamTracker(const StreamTrackerOptions& options)
        : tracker_(open_tracker(choice_of(options))) {}

    /// Whether the tracker reads pixels.
    [[nodiscard]] bool reads_frames() const { return tracker_->reads_frames(); }

    /// Tracks one frame.
    ///
    /// @param frame       as for Tracker::update; ignored unless `reads_frames()`
    /// @param size        of the frame, pixels
    /// @param detections  of the frame; empty if no detector examined it
    /// @param time        nominal frames, greater than the previous frame's
    /// @return  valid until the next call
    /// @throws InvalidArgument  as Tracker::update
    const FrameResult& track(const cv::Mat& frame, cv::Size size,
                             std::optional<std::span<const Detection>> detections, double time) {
        const FrameInfo info{.timestamp = time, .frame_size = size};
        return tracker_->track(frame, detections, info);
    }

    /// Forgets the tracks; IDs continue.
    void reset() { tracker_->reset(); }

private:
    static TrackerChoice choice_of(const StreamTrackerOptions& options) {
        TrackerChoice choice{.preset = options.preset};
        choice.lifecycle.max_lost_time = options.max_lost_time;
        choice.options.scores.ceiling = options.score_ceiling;
        choice.options.frame_rate = 1; // because time is in nominal frames
        return choice;
    }

    std::unique_ptr<AnyTracker> tracker_;
};

} // namespace fgagt::examples
