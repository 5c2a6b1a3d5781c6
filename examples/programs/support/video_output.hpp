#pragma once

#include <fgagt/drawing/track_painter.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// Writes annotated frames. The file gets its final name when it is complete.
class VideoOutput {
public:
    /// @param path  empty: nothing is written
    VideoOutput(std::filesystem::path path, double frame_rate)
        : path_(std::move(path)),
          frame_rate_(frame_rate) {}
    VideoOutput(const VideoOutput&) = delete;
    VideoOutput& operator=(const VideoOutput&) = delete;
    ~VideoOutput() {
        writer_.release();
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove(unfinished(), ignored);
    }

    void write(const cv::Mat& frame, const std::vector<Track>& tracks) {
        if (path_.empty()) return;
        if (!writer_.isOpened()) open(frame.size());
        frame.copyTo(canvas_);
        painter_.draw(canvas_, tracks);
        if (canvas_.size() != size_) cv::resize(canvas_, canvas_, size_);
        writer_.write(canvas_);
        ++frames_;
    }

    /// @throws std::runtime_error  the file has fewer frames than were written
    void finish() {
        if (path_.empty() || !writer_.isOpened()) return;
        const int backend = backend_of(writer_);
        writer_.release();
        if (frames_on_disk(backend) < frames_)
            throw std::runtime_error(path_.string() +
                                     ": the video could not be written completely; check whether "
                                     "the disk is full");
        std::filesystem::rename(unfinished(), path_);
    }

private:
    [[nodiscard]] std::filesystem::path unfinished() const {
        return path_.parent_path() / (path_.stem().string() + ".part" + path_.extension().string());
    }

    /// Uses the backend that wrote the file to read it. Other backends may wait for the rest of a truncated
    /// file; GStreamer 1.22 waits for ever.
    [[nodiscard]] static int backend_of(const cv::VideoWriter& writer) {
        const std::string name = writer.getBackendName();
        for (const cv::VideoCaptureAPIs backend : cv::videoio_registry::getWriterBackends())
            if (cv::videoio_registry::getBackendName(backend) == name) return backend;
        return cv::CAP_ANY;
    }

    /// Counts the frames on disk, because the writer does not report failures.
    [[nodiscard]] std::int64_t frames_on_disk(int backend) const {
        cv::VideoCapture video(unfinished().string(), backend);
        return video.isOpened() ? static_cast<std::int64_t>(video.get(cv::CAP_PROP_FRAME_COUNT)) : 0;
    }

    void open(cv::Size size) {
        size_ = size;
        const int codec = path_.extension() == ".avi" ? cv::VideoWriter::fourcc('M', 'J', 'P', 'G')
                                                      : cv::VideoWriter::fourcc('m', 'p', '4', 'v');
        if (!writer_.open(unfinished().string(), codec, frame_rate_, size))
            throw std::runtime_error(path_.string() +
                                     ": cannot be written as a video; use a name that ends in .avi or .mp4");
    }

    std::filesystem::path path_;
    double frame_rate_;
    cv::Size size_;
    cv::VideoWriter writer_;
    cv::Mat canvas_;
    TrackPainter painter_;
    std::int64_t frames_ = 0;
};

} // namespace fgagt::examples
