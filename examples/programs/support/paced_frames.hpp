#pragma once

#include "stream_pool.hpp"

#include <fgagt/io/frame_source.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>

namespace fgagt::examples {

/// The frames of a file, as fast as they are requested or at the pace of a camera.
class PacedFrames {
public:
    /// @param frame_rate  frames per second of the camera; 0: as fast as requested
    /// @throws ParseError  the source cannot be opened
    PacedFrames(const std::filesystem::path& source, double frame_rate)
        : frames_(open_frames(source)),
          frame_rate_(frame_rate) {}

    /// Reads the next frame. At a camera's pace, waits until a frame is due and returns the newest due frame;
    /// older ones are dropped. Returns false after the last frame or on a stop request.
    [[nodiscard]] bool read(StreamFrame& frame, const std::stop_token& stop) {
        if (number_++ == 0) begin_ = Clock::now();
        if (frame_rate_ > 0) {
            for (; due(number_ + 1) <= Clock::now(); ++number_)
                if (!frames_->skip()) return false;
            std::unique_lock lock(mutex_);
            never_.wait_until(lock, stop, due(number_), [] { return false; });
        }
        if (stop.stop_requested()) return false;
        frame.number = number_;
        frame.arrived = frame_rate_ > 0 ? due(number_) : Clock::now();
        return frames_->read(frame.image);
    }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] Clock::time_point due(std::int64_t number) const {
        const std::chrono::duration<double> since_begin(static_cast<double>(number - 1) / frame_rate_);
        return begin_ + std::chrono::duration_cast<Clock::duration>(since_begin);
    }

    std::unique_ptr<FrameSource> frames_;
    double frame_rate_;
    Clock::time_point begin_; // when the first frame was requested
    std::int64_t number_ = 0; // of the last requested frame
    std::mutex mutex_;
    std::condition_variable_any never_; // notified only by a stop request
};

} // namespace fgagt::examples
