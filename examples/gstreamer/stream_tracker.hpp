#pragma once

#include <fgagt/fgagt.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph_tracker.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

namespace fgagt::examples {

/// Which tracker works on a stream.
enum class Preset : std::uint8_t {
    kDefault,  ///< Tracker<>
    kGraph,    ///< GraphTracker<> with the library's own weights
    kGeometry, ///< GeometryTracker, which looks at no pixels
};

/// Options of StreamTracker.
struct StreamTrackerOptions {
    Preset preset = Preset::kDefault;                       ///< which tracker
    float score_ceiling = ScoreLevelsOptions{}.ceiling;     ///< see there
    float max_lost_time = LifecycleOptions{}.max_lost_time; ///< nominal frames, see there
};

/// One of the library's trackers, chosen when the program runs. Its time is in nominal frames.
class StreamTracker {
public:
    using Options = StreamTrackerOptions;

    /// @throws InvalidArgument  an option is out of its range
    explicit StreamTracker(const StreamTrackerOptions& options) : tracker_(chosen(options)) {}

    /// Whether it looks at pixels.
    [[nodiscard]] bool reads_frames() const {
        return std::visit([](const auto& tracker) { return std::decay_t<decltype(tracker)>::kReadsFrames; },
                          tracker_);
    }

    /// Tracks one frame.
    ///
    /// @param frame       as Tracker::update has it; not looked at unless `reads_frames()`
    /// @param size        of the frame, pixels
    /// @param detections  of the frame; none where no detector has looked at it
    /// @param time        nominal frames, greater than the previous frame's
    /// @return  valid until the next call
    /// @throws InvalidArgument  as Tracker::update
    const FrameResult& track(const cv::Mat& frame, cv::Size size,
                             std::optional<std::span<const Detection>> detections, double time) {
        const FrameInfo info{.timestamp = time, .frame_size = size};
        return std::visit(
            [&](auto& tracker) -> const FrameResult& {
                if constexpr (std::decay_t<decltype(tracker)>::kReadsFrames)
                    return detections ? tracker.update(frame, *detections, info)
                                      : tracker.propagate(frame, info);
                else
                    return detections ? tracker.update(*detections, info) : tracker.propagate(info);
            },
            tracker_);
    }

    /// Forgets the tracks; ids go on.
    void reset() {
        std::visit([](auto& tracker) { tracker.reset(); }, tracker_);
    }

private:
    using AnyTracker = std::variant<Tracker<>, GraphTracker<>, GeometryTracker>;

    static AnyTracker chosen(const StreamTrackerOptions& options) {
        switch (options.preset) {
        case Preset::kGraph:
            return made<GraphTracker<>>(GraphTracker<>::learned(default_weights()), options);
        case Preset::kGeometry:
            return made<GeometryTracker>({}, options);
        case Preset::kDefault:
            break;
        }
        return made<Tracker<>>({}, options);
    }

    template <class T>
    static T made(typename T::Components components, const StreamTrackerOptions& options) {
        LifecycleOptions lifecycle;
        lifecycle.max_lost_time = options.max_lost_time;
        components.lifecycle = LifecycleManager(lifecycle);
        TrackerOptions tracker;
        tracker.scores.ceiling = options.score_ceiling;
        tracker.frame_rate = 1; // of a time in nominal frames
        return T(std::move(components), tracker);
    }

    AnyTracker tracker_;
};

} // namespace fgagt::examples
