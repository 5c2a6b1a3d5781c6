#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace fgagt::detail {

/// @throws InvalidArgument  the frame rate, or the time between frames, is not positive and finite
inline void require_frame_rate(double frame_rate) {
    if (!is_finite(frame_rate) || frame_rate <= 0 || !is_finite(1 / frame_rate))
        throw_invalid("Tracker: expected a positive, finite frame rate, got ", frame_rate,
                      "; give the video's nominal frames per second");
}

/// Nominal frames from one timestamp to the next, 1 if either is unknown. Bounded, so that everything
/// computed with it stays finite.
///
/// @throws InvalidArgument  the timestamp is not finite or not greater than the previous one
[[nodiscard]] inline float elapsed_frames(std::optional<double> previous, std::optional<double> timestamp,
                                          double frame_rate) {
    if (!timestamp) return 1;
    if (!is_finite(*timestamp))
        throw_invalid("Tracker: expected a finite timestamp in seconds, got ", *timestamp,
                      "; omit it if the time is unknown");
    if (!previous) return 1;
    if (!(*timestamp > *previous))
        throw_invalid("Tracker: expected a timestamp above the previous frame's ", *previous, " s, got ",
                      *timestamp, " s; give frames in order, or call reset() first");
    return static_cast<float>(std::clamp((*timestamp - *previous) * frame_rate, 1e-6, 1e9));
}

/// The frame's own timestamp, or one nominal frame after the previous one; empty if neither is known.
[[nodiscard]] inline std::optional<double> timestamp_of(std::optional<double> previous,
                                                        std::optional<double> timestamp, double frame_rate) {
    if (timestamp || !previous) return timestamp;
    const double expected = *previous + 1.0 / frame_rate;
    return is_finite(expected) ? expected : std::numeric_limits<double>::max();
}

/// @throws InvalidArgument  an entry of the camera's motion is not finite
inline void require_finite(const Affine& map) {
    for (const double entry : {map.a, map.b, map.tx, map.c, map.d, map.ty})
        if (!is_finite(entry))
            throw_invalid("Tracker: expected a finite camera motion, got an entry of ", entry,
                          "; omit it if it is unknown");
}

} // namespace fgagt::detail
