#pragma once

#include "any_backbone.hpp"

#include <fgagt/core/types.hpp>
#include <fgagt/lifecycle/lifecycle_manager.hpp>
#include <fgagt/tracker.hpp>
#include <fgagt/tracker/frame_result.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>

namespace fgagt::examples {

/// The trackers of the library.
enum class Preset : std::uint8_t {
    kDefault,  ///< Tracker<>
    kGraph,    ///< GraphTracker<>
    kGeometry, ///< GeometryTracker, which reads no pixels
    kPaper,    ///< PaperTracker<>
};

/// A tracker and its options.
struct TrackerChoice {
    Preset preset = Preset::kDefault;
    std::optional<AnyBackbone> backbone{};   ///< empty: ColourBackbone; not for kGeometry
    std::optional<NetworkWeights> weights{}; ///< empty: kGraph uses the built-in weights, kPaper none
    LifecycleOptions lifecycle{};            ///< ignored by kPaper, which has fixed rules
    TrackerOptions options{};
};

/// A tracker that is chosen at run time. All programs share the units that compile the trackers.
class AnyTracker {
public:
    AnyTracker() = default;
    AnyTracker(const AnyTracker&) = delete;
    AnyTracker& operator=(const AnyTracker&) = delete;
    virtual ~AnyTracker() = default;

    /// Whether the tracker reads pixels.
    [[nodiscard]] virtual bool reads_frames() const = 0;

    /// Tracks one frame like Tracker::update and Tracker::propagate.
    ///
    /// @param frame       ignored unless `reads_frames()`
    /// @param detections  of the frame; empty if no detector examined it. If the backbone is a detector, the
    ///                    values are ignored and the backbone detects in the frames that have some here
    /// @return  valid until the next call
    /// @throws InvalidArgument  as Tracker::update
    virtual const FrameResult& track(const cv::Mat& frame,
                                     std::optional<std::span<const Detection>> detections,
                                     const FrameInfo& info) = 0;

    /// Forgets the tracks; IDs continue.
    virtual void reset() = 0;

    /// Same as Tracker::save and Tracker::restore.
    virtual void save(std::ostream& stream) const = 0;
    virtual void restore(std::istream& stream) = 0;
};

/// @name The trackers of the presets
/// @throws InvalidArgument  an option is out of range, or the weights are for another backbone
/// @{
[[nodiscard]] std::unique_ptr<AnyTracker> open_default_tracker(const TrackerChoice& choice);
[[nodiscard]] std::unique_ptr<AnyTracker> open_graph_tracker(const TrackerChoice& choice);
[[nodiscard]] std::unique_ptr<AnyTracker> open_geometry_tracker(const TrackerChoice& choice);
[[nodiscard]] std::unique_ptr<AnyTracker> open_paper_tracker(const TrackerChoice& choice);
/// @}

/// Opens the tracker of the chosen preset.
[[nodiscard]] inline std::unique_ptr<AnyTracker> open_tracker(const TrackerChoice& choice) {
    switch (choice.preset) {
    case Preset::kGraph:
        return open_graph_tracker(choice);
    case Preset::kGeometry:
        return open_geometry_tracker(choice);
    case Preset::kPaper:
        return open_paper_tracker(choice);
    case Preset::kDefault:
        break;
    }
    return open_default_tracker(choice);
}

} // namespace fgagt::examples
