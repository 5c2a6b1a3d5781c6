#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/detection_filter.hpp>
#include <fgagt/detection/score_levels.hpp>
#include <fgagt/pooling/appearance_memory.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <optional>

namespace fgagt {

/// Which box a matched track is reported with.
enum class ReportedBox : std::uint8_t {
    kFiltered,  ///< the motion model's, which smooths the detector's jitter
    kDetection, ///< the detection's own
};

/// Options of the tracker itself; those of its parts are with the parts.
struct TrackerOptions {
    DetectionFilterOptions detections{};  ///< score range, and what becomes of unusable detections
    ScoreLevelsOptions scores{};          ///< how the tracker learns what a score means in the scene
    AppearanceMemoryOptions appearance{}; ///< what of a track's looks is compared with detections
    double frame_rate = 30; ///< nominal frames per second, > 0: timestamps are measured against it
    ReportedBox reported_box = ReportedBox::kFiltered; ///< which box of a track that took a detection
};

/// What a caller may know of a frame besides its pixels.
struct FrameInfo {
    /// Seconds, greater than the previous frame's. Without it one nominal frame has passed.
    std::optional<double> timestamp{};
    /// Map from the previous frame's background to this one's; without it the flow estimates it.
    std::optional<Affine> camera_motion{};
    /// Pixels; only looked at by trackers that get no frame. Empty: unknown.
    cv::Size frame_size{};
};

} // namespace fgagt
