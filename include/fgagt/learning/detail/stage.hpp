#pragma once

#include <fgagt/learning/detail/ground_view.hpp>

#include <algorithm>

namespace fgagt::detail {

/// The part of the ground on which a world takes place.
struct Stage {
    GroundView view{};
    double nearest = 1;  ///< metres
    double farthest = 2; ///< metres
    double margin = 0;   ///< what the camera may see beyond the sides of the canvas, pixels

    /// Leftmost place at a distance that the camera may see, metres.
    [[nodiscard]] double left(double distance) const { return view.x(-margin, distance); }
    /// Rightmost place at a distance that the camera may see, metres.
    [[nodiscard]] double right(double distance) const {
        return view.x(view.frame_size.width + margin, distance);
    }
    /// Whether a body of this width is in view or close to it.
    [[nodiscard]] bool contains(double x, double distance, double width) const {
        return distance >= nearest && distance <= farthest && x > left(distance) - width &&
               x < right(distance) + width;
    }
};

} // namespace fgagt::detail
