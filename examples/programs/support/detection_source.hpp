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

/// The source of detections of a run: a file, a detector that processes the frame, or the tracker's own
/// backbone.
class DetectionSource {
public:
    /// The tracker's backbone is the detector.
    DetectionSource() = default;
    /// A MOTChallenge detection file.
    explicit DetectionSource(const std::filesystem::path& file)
        : file_(file.string()),
          rows_(read_detections(file)) {}
    /// A detector that processes the frame.
    explicit DetectionSource(std::function<std::vector<Detection>(const cv::Mat&)> detector)
        : detector_(std::move(detector)) {}

    [[nodiscard]] std::vector<Detection> of_frame(std::int64_t number, const cv::Mat& frame) {
        if (detector_) return detector_(frame);
        std::vector<Detection> detections;
        for (const DetectionRow& row : rows_.frame(number))
            detections.push_back({.box = row.box, .score = row.score});
        return detections;
    }

    /// The last frame with detections; 0 without a file.
    [[nodiscard]] std::int64_t last_frame() const { return rows_.last_frame(); }

    /// Describes problems with the file, given the last frame of the source; empty if there are none.
    [[nodiscard]] std::string doubts(std::int64_t last_frame) const {
        if (file_.empty()) return "";
        if (rows_.empty()) return file_ + ": the file has no detections";
        const auto rows = rows_.rows();
        const auto beyond = std::ranges::upper_bound(rows, last_frame, {}, &DetectionRow::frame);
        if (beyond == rows.end()) return "";
        return file_ + ": " + std::to_string(rows.end() - beyond) +
               " detections are of frames after the last one, " + std::to_string(last_frame) +
               "; check that the file belongs to this source";
    }

private:
    std::string file_;
    DetectionRows rows_;
    std::function<std::vector<Detection>(const cv::Mat&)> detector_;
};

} // namespace fgagt::examples
