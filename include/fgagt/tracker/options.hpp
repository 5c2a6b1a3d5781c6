#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/detection_filter.hpp>
#include <fgagt/detection/score_levels.hpp>
#include <fgagt/pooling/appearance_memory.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <optional>

namespace fgagt {

/// The box that is reported for a matched track.
enum class ReportedBox : std::uint8_t {
    kFiltered,  ///< the motion model's, which smooths the detector's jitter
    kDetection, ///< the detection's
};

/// Options of the tracker itself. The parts have their own options.
struct TrackerOptions {
    DetectionFilterOptions detections{};  ///< score range, and handling of invalid detections
    ScoreLevelsOptions scores{};          ///< how scores are calibrated to the scene
    AppearanceMemoryOptions appearance{}; ///< which appearance of a track is compared with detections
    /// Nominal frames per second, > 0. Timestamps are measured against it.
    double frame_rate = 30;
    ReportedBox reported_box = ReportedBox::kFiltered; ///< the box reported for a matched track
};

/// What a caller may know about a frame besides its pixels.
struct FrameInfo {
    /// Seconds, greater than the previous frame's. Without it, one nominal frame is assumed to have passed.
    std::optional<double> timestamp{};
    /// Map from the previous frame's background to this one's. Without it, the flow estimates the map.
    std::optional<Affine> camera_motion{};
    /// Pixels; used only by trackers that read no frames. Empty: unknown.
    cv::Size frame_size{};
};

} // namespace fgagt
