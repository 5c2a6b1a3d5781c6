#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/io/mot_text.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
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
          rows_(read_detections(file)) {}
    /// A detector, which gets the frame.
    explicit DetectionSource(std::function<std::vector<Detection>(const cv::Mat&)> detector)
        : detector_(std::move(detector)) {}

    [[nodiscard]] std::vector<Detection> of_frame(std::int64_t number, const cv::Mat& frame) {
        if (detector_) return detector_(frame);
        std::vector<Detection> detections;
        for (const DetectionRow& row : rows_.frame(number))
            detections.push_back({.box = row.box, .score = row.score});
        return detections;
    }

    /// The last frame that has some; 0 without a file.
    [[nodiscard]] std::int64_t last_frame() const { return rows_.last_frame(); }

    /// What is odd about the file, now that it is known which is the last frame of all; empty if nothing is.
    [[nodiscard]] std::string doubts(std::int64_t last_frame) const {
        if (file_.empty()) return "";
        if (rows_.empty()) return file_ + ": there are no detections in it";
        const auto rows = rows_.rows();
        const auto beyond = std::ranges::upper_bound(rows, last_frame, {}, &DetectionRow::frame);
        if (beyond == rows.end()) return "";
        return file_ + ": " + std::to_string(rows.end() - beyond) +
               " detections are of frames after the last one, " + std::to_string(last_frame) +
               "; see whether the file belongs to this source";
    }

private:
    std::string file_;
    DetectionRows rows_;
    std::function<std::vector<Detection>(const cv::Mat&)> detector_;
};

} // namespace fgagt::examples
