#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace fgagt::examples {

/// The time of a stream in nominal frames, from what its buffers say.
///
/// Nominal frames rather than seconds, so that the frame rate may change on the way.
class StreamClock {
public:
    /// What a buffer's timestamp means.
    struct Tick {
        double time;      ///< nominal frames, greater than any before
        bool begins_anew; ///< whether the stream went back: what is known of the past is of no use
    };

    /// @param frames_per_second  from here on; what is not positive and finite is taken for 30
    void set_frame_rate(double frames_per_second) {
        const bool usable = frames_per_second > 0 && std::isfinite(frames_per_second);
        frame_rate_ = usable ? frames_per_second : kUsualFrameRate;
    }

    /// A buffer has come.
    ///
    /// @param timestamp  nanoseconds; without it one nominal frame has passed
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

    /// The next buffer is as the first one.
    void restart() {
        last_.reset();
        assumed_ = 0;
    }

private:
    static constexpr double kUsualFrameRate = 30;
    static constexpr double kLeast = 1e-6, kMost = 1e6; ///< so that sums of them stay exact enough

    double frame_rate_ = kUsualFrameRate;
    std::optional<std::uint64_t> last_; ///< latest timestamp
    double assumed_ = 0;                ///< seconds that are taken to have passed since then
    double time_ = 0;
};

} // namespace fgagt::examples
