#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace fgagt::examples {

/// The time of a stream in nominal frames, computed from the timestamps of its buffers.
///
/// The unit is nominal frames rather than seconds so that the frame rate may change during the stream.
class StreamClock {
public:
    /// The meaning of a buffer's timestamp.
    struct Tick {
        double time;      ///< nominal frames, strictly increasing
        bool begins_anew; ///< the stream jumped back, so tracking must restart
    };

    /// @param frames_per_second  from now on; 30 is used if it is not positive and finite
    void set_frame_rate(double frames_per_second) {
        const bool usable = frames_per_second > 0 && std::isfinite(frames_per_second);
        frame_rate_ = usable ? frames_per_second : kUsualFrameRate;
    }

    /// Computes the time of a new buffer.
    ///
    /// @param timestamp  nanoseconds; if missing, one nominal frame has passed
    [[nodiscard]] Tick tick(std::optional<std::uint64_t> timestamp) {
        const bool begins_anew = timestamp && last_ && *timestamp < *last_;
        double elapsed = 1;
        if (timestamp && last_ && !begins_anew) {
            const double seconds = 1e-9 * static_cast<double>(*timestamp - *last_) - assumed_;
            elapsed = std::clamp(seconds * frame_rate_, kLeast, kMost);
        }
        if (timestamp) last_ = timestamp;
        assumed_ = timestamp ? 0 : assumed_ + 1 / frame_rate_;
        time_ += elapsed;
        return {time_, begins_anew};
    }

    /// Treats the next buffer as the first one.
    void restart() {
        last_.reset();
        assumed_ = 0;
    }

private:
    static constexpr double kUsualFrameRate = 30;
    static constexpr double kLeast = 1e-6, kMost = 1e6; ///< limits that keep sums accurate

    double frame_rate_ = kUsualFrameRate;
    std::optional<std::uint64_t> last_; ///< latest timestamp
    double assumed_ = 0;                ///< seconds assumed to have passed since then
    double time_ = 0;
};

} // namespace fgagt::examples
