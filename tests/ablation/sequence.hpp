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

/// A sequence with all that trackers are given of it, and the truth.
struct Sequence {
    MotRules rules{};
    GroundTruthRows ground_truth;
    std::vector<std::vector<Detection>> detections;     ///< of each frame
    std::vector<cv::Mat> frames;                        ///< of each frame; empty where there are no pixels
    std::vector<std::optional<Affine>> camera_motion{}; ///< of each frame, where somebody knows it
    cv::Size frame_size;
    /// Of the detector (see ScoreLevelsOptions).
    float score_ceiling = ScoreLevelsOptions{}.ceiling;
};

/// What is read of a sequence folder.
struct SequenceSource {
    std::filesystem::path folder;
    MotRules rules{};
    std::string detections = "yolox_nano.txt"; ///< in det/
};

/// With pixels.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_frames(const SequenceSource& source);

/// Boxes alone, those of a transformer that is trusted whatever its scores, and the recorded camera motion.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_boxes(const SequenceSource& source);

/// A static camera's sequence, seen through a moving window.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_through_window(const SequenceSource& source, test::WindowPath path);

/// The same objects in the same frames as read_through_window() shows, by the camera that stands still: what
/// is lost between the two is lost to the camera's motion.
/// @throws ParseError  a file is missing or malformed
[[nodiscard]] Sequence read_beside_window(const SequenceSource& source, test::WindowPath path);

} // namespace fgagt::ablation
