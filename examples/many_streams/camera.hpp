#pragma once

#include "support/detection_source.hpp"
#include "support/paced_frames.hpp"
#include "support/stream_pool.hpp"

#include <fgagt/io/mot_text.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace fgagt::examples {

class AnyTracker;

/// One camera: its source of frames and its tracker. Two threads use it, one for each half.
class Camera {
public:
    /// @param detections  a file, or empty
    Camera(std::filesystem::path source, std::filesystem::path detections, double frame_rate);
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;
    ~Camera();

    [[nodiscard]] const std::filesystem::path& source() const { return source_; }
    [[nodiscard]] const std::vector<ResultRow>& rows() const { return rows_; }

    /// Opens the source on the first call, so that a failure ends only this camera.
    bool read(StreamFrame& frame, const std::stop_token& stop);

    /// Tracks a frame. The timestamp shows the tracker how many frames were dropped.
    void track(const StreamFrame& frame);

private:
    [[nodiscard]] DetectionSource open_detections() const;

    std::filesystem::path source_, detections_file_;
    double frame_rate_;
    std::optional<PacedFrames> frames_;
    std::optional<DetectionSource> detections_;
    std::unique_ptr<AnyTracker> tracker_;
    std::vector<ResultRow> rows_;
};

} // namespace fgagt::examples
