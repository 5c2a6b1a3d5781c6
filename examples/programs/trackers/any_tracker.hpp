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

/// Which tracker, and with what.
struct TrackerChoice {
    Preset preset = Preset::kDefault;
    std::optional<AnyBackbone> backbone{};   ///< empty: ColourBackbone; not for kGeometry
    std::optional<NetworkWeights> weights{}; ///< kGraph: empty for the library's own; kPaper: empty for none
    LifecycleOptions lifecycle{};            ///< not for kPaper, whose rules fix it
    TrackerOptions options{};
};

/// A tracker chosen at run time. All programs share the units that compile the trackers.
class AnyTracker {
public:
    AnyTracker() = default;
    AnyTracker(const AnyTracker&) = delete;
    AnyTracker& operator=(const AnyTracker&) = delete;
    virtual ~AnyTracker() = default;

    /// Whether the tracker reads pixels.
    [[nodiscard]] virtual bool reads_frames() const = 0;

    /// Tracks one frame, as Tracker::update and Tracker::propagate do.
    ///
    /// @param frame       not used unless `reads_frames()`
    /// @param detections  of the frame; empty where no detector looked at it. A backbone that is a detector
    ///                    makes its own instead, in the frames that have some here
    /// @return  valid until the next call
    /// @throws InvalidArgument  as Tracker::update
    virtual const FrameResult& track(const cv::Mat& frame,
                                     std::optional<std::span<const Detection>> detections,
                                     const FrameInfo& info) = 0;

    /// Forgets the tracks; IDs go on.
    virtual void reset() = 0;

    /// As Tracker::save and Tracker::restore.
    virtual void save(std::ostream& stream) const = 0;
    virtual void restore(std::istream& stream) = 0;
};

/// @name The trackers of the presets
/// @throws InvalidArgument  an option is out of its range, or the weights are for another backbone
/// @{
[[nodiscard]] std::unique_ptr<AnyTracker> open_default_tracker(const TrackerChoice& choice);
[[nodiscard]] std::unique_ptr<AnyTracker> open_graph_tracker(const TrackerChoice& choice);
[[nodiscard]] std::unique_ptr<AnyTracker> open_geometry_tracker(const TrackerChoice& choice);
[[nodiscard]] std::unique_ptr<AnyTracker> open_paper_tracker(const TrackerChoice& choice);
/// @}

/// The tracker of the preset that is chosen.
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
