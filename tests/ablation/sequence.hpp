#pragma once

#include "support/moving_window.hpp"

#include <fgagt/core/types.hpp>
#include <fgagt/detection/score_levels.hpp>
#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/io/mot_text.hpp>

#include <opencv2/core.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::ablation {

/// A sequence with all inputs of a tracker and the ground truth.
struct Sequence {
    MotRules rules{};
    GroundTruthRows ground_truth;
    std::vector<std::vector<Detection>> detections;     ///< of each frame
    std::vector<cv::Mat> frames;                        ///< of each frame; empty if there are no pixels
    std::vector<std::optional<Affine>> camera_motion{}; ///< of each frame, if known
    cv::Size frame_size;
    /// The ceiling for the detector's scores (see ScoreLevelsOptions).
    float score_ceiling = ScoreLevelsOptions{}.ceiling;
};

/// Which files of a sequence folder to read.
struct SequenceSource {
    std::filesystem::path folder;
    MotRules rules{};
    std::string detections = "yolox_nano.txt"; ///< in det/
    /// The ceiling for the detector's scores (see ScoreLevelsOptions).
    float score_ceiling = ScoreLevelsOptions{}.ceiling;
    bool camera_motion = true; ///< whether read_boxes() reads the recorded camera motion
};

/// Reads a sequence with pixels.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_frames(const SequenceSource& source);

/// Reads boxes without pixels, and the recorded camera motion if requested.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_boxes(const SequenceSource& source);

/// Reads a static camera's sequence through a moving window.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_through_window(const SequenceSource& source, test::WindowPath path);

/// Reads the same objects in the same frames as read_through_window(), but from the static camera. The
/// difference between the two is the cost of the camera's motion.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_beside_window(const SequenceSource& source, test::WindowPath path);

} // namespace fgagt::ablation
