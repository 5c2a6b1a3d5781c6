#include "camera.hpp"

#include "support/hog_detector.hpp"
#include "trackers/any_tracker.hpp"

#include <filesystem>
#include <stop_token>
#include <utility>

namespace fgagt::examples {

namespace fs = std::filesystem;

Camera::Camera(fs::path source, fs::path detections, double frame_rate)
    : source_(std::move(source)),
      detections_file_(std::move(detections)),
      frame_rate_(frame_rate),
      tracker_(open_tracker({})) {} // Tracker<>

Camera::~Camera() = default;

bool Camera::read(StreamFrame& frame, const std::stop_token& stop) {
    if (!frames_) frames_.emplace(source_, frame_rate_);
    return frames_->read(frame, stop);
}

void Camera::track(const StreamFrame& frame) {
    if (!detections_) detections_ = open_detections();
    const FrameInfo info{.timestamp = static_cast<double>(frame.number) / TrackerOptions{}.frame_rate};
    const auto detections = detections_->of_frame(frame.number, frame.image);
    for (const Track& track : tracker_->track(frame.image, detections, info).tracks)
        rows_.push_back({frame.number, track.id, track.box, track.score});
}

DetectionSource Camera::open_detections() const {
    const fs::path usual = source_ / "det" / "det.txt";
    if (!detections_file_.empty()) return DetectionSource(detections_file_);
    if (fs::exists(usual)) return DetectionSource(usual);
    return DetectionSource([hog = HogDetector()](const cv::Mat& frame) mutable { return hog.detect(frame); });
}

} // namespace fgagt::examples
