#pragma once

#include "hog_detector.hpp"

#include <fgagt/detection/detector_file.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/types.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fgagt::examples {

/// Where the boxes of a run come from: a file, a detector that looks at the frame, or the tracker's own
/// backbone.
class DetectionSource {
public:
    /// The tracker's backbone detects by itself.
    DetectionSource() = default;
    /// A MOTChallenge detection file.
    explicit DetectionSource(const std::filesystem::path& file)
        : file_(file.string()),
          source_(read_detections(file)) {}
    /// OpenCV's pedestrian detector.
    explicit DetectionSource(HogDetector detector) : source_(std::move(detector)) {}
    /// A network.
    explicit DetectionSource(AnyDetector detector) : source_(std::move(detector)) {}

    [[nodiscard]] std::vector<Detection> of_frame(std::int64_t number, const cv::Mat& frame) {
        std::vector<Detection> detections;
        if (auto* const rows = std::get_if<DetectionRows>(&source_))
            for (const DetectionRow& row : rows->frame(number))
                detections.push_back({.box = row.box, .score = row.score});
        if (auto* const hog = std::get_if<HogDetector>(&source_)) detections = hog->detect(frame);
        if (auto* const network = std::get_if<AnyDetector>(&source_)) network->detect(frame, detections);
        return detections;
    }

    /// The last frame that has some; 0 without a file.
    [[nodiscard]] std::int64_t last_frame() const {
        const auto* const rows = std::get_if<DetectionRows>(&source_);
        return rows == nullptr ? 0 : rows->last_frame();
    }

    /// What is odd about the file, now that it is known which is the last frame of all; empty if nothing is.
    [[nodiscard]] std::string doubts(std::int64_t last_frame) const {
        const auto* const file = std::get_if<DetectionRows>(&source_);
        if (file == nullptr) return "";
        if (file->empty()) return file_ + ": there are no detections in it";
        const auto rows = file->rows();
        const auto beyond = std::ranges::upper_bound(rows, last_frame, {}, &DetectionRow::frame);
        if (beyond == rows.end()) return "";
        return file_ + ": " + std::to_string(rows.end() - beyond) +
               " detections are of frames after the last one, " + std::to_string(last_frame) +
               "; see whether the file belongs to this source";
    }

private:
    std::string file_;
    std::variant<std::monostate, DetectionRows, HogDetector, AnyDetector> source_;
};

} // namespace fgagt::examples
