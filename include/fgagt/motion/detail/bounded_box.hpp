#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>

namespace fgagt::detail {

/// Smallest width and height that a motion model reports, in pixels.
inline constexpr double kMinSize = 1e-3;
/// Largest magnitude of a coordinate that a motion model reports. It is 4 px below the limit, because
/// rounding an edge to float takes up to 1.5 px there.
inline constexpr double kMaxCoordinate = static_cast<double>(kCoordinateLimit) - 4;

/// `value` within [low, high]; low for NaN.
[[nodiscard]] inline double bounded(const double& value, double low, double high) noexcept {
    if (is_nan(value) || value < low) return low;
    return value > high ? high : value;
}

/// The box with this centre and size, or the nearest usable one, see is_usable(). In pixels; any values are
/// allowed.
[[nodiscard]] inline Box bounded_box(double x, double y, double width, double height) noexcept {
    width = bounded(width, kMinSize, 2 * kMaxCoordinate);
    height = bounded(height, kMinSize, 2 * kMaxCoordinate);
    const double left = bounded(x - 0.5 * width, -kMaxCoordinate, kMaxCoordinate - width);
    const double top = bounded(y - 0.5 * height, -kMaxCoordinate, kMaxCoordinate - height);
    return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(width),
            static_cast<float>(height)};
}
/// The box itself if it is usable (see is_usable()), otherwise the nearest usable one.
[[nodiscard]] inline Box bounded_box(const Box& box) noexcept {
    if (is_usable(box)) return box;
    const double left = box.left, top = box.top, width = box.width, height = box.height;
    return bounded_box(left + 0.5 * width, top + 0.5 * height, width, height);
}

} // namespace fgagt::detail
