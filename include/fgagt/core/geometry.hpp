#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>

namespace fgagt {

/// Limit on the magnitude of coordinates that are accepted or reported, in pixels.
inline constexpr float kCoordinateLimit = 1e7F;

/// Whether both coordinates are finite and within kCoordinateLimit.
[[nodiscard]] inline bool is_usable(cv::Point2f point) noexcept {
    const auto within = [](const float& value) {
        return detail::is_within(value, -kCoordinateLimit, kCoordinateLimit);
    };
    return within(point.x) && within(point.y);
}

/// Whether every number is finite, the size is positive and every edge is within kCoordinateLimit.
[[nodiscard]] inline bool is_usable(const Box& box) noexcept {
    return is_usable(cv::Point2f(box.left, box.top)) && detail::is_finite(box.width) &&
           detail::is_finite(box.height) && is_usable(cv::Point2f(box.right(), box.bottom())) &&
           box.width > 0 && box.height > 0;
}

/// Area in square pixels; double, because floats are exact only up to 4096 x 4096.
[[nodiscard]] inline double area(const Box& box) noexcept {
    return static_cast<double>(box.width) * static_cast<double>(box.height);
}

/// Area covered by both boxes, in square pixels; at most that of the smaller box, 0 if they do not overlap.
[[nodiscard]] inline double intersection_area(const Box& a, const Box& b) noexcept {
    // Edges are rounded, so a narrow box far from the origin would seem wider than it is.
    const auto common = [](double a_low, double a_length, double b_low, double b_length) {
        const double between = std::min(a_low + a_length, b_low + b_length) - std::max(a_low, b_low);
        return std::min(between, std::min(a_length, b_length));
    };
    const double width = common(a.left, a.width, b.left, b.width);
    const double height = common(a.top, a.height, b.top, b.height);
    return width > 0 && height > 0 ? width * height : 0.0;
}

/// Intersection over union in [0, 1]; 0 if either box is empty.
[[nodiscard]] inline double iou(const Box& a, const Box& b) noexcept {
    const double common = intersection_area(a, b);
    return common > 0 ? common / (area(a) + area(b) - common) : 0.0;
}

/// The box after the flow has moved it and scaled it about its centre.
[[nodiscard]] inline Box moved(const Box& box, const BoxFlow& flow) noexcept {
    const float width = box.width * flow.scale;
    const float height = box.height * flow.scale;
    const cv::Point2f centre = box.centre();
    return {centre.x + flow.dx - 0.5F * width, centre.y + flow.dy - 0.5F * height, width, height};
}

/// In OpenCV's flow, warps and affine maps, the centre of a pixel has integer coordinates. Everywhere else in
/// this library it lies at integer + 0.5. Only these functions convert between the two.
namespace pixel_centre {

/// Continuous coordinates to integer-centre coordinates.
[[nodiscard]] inline cv::Point2f from_continuous(cv::Point2f point) noexcept {
    return {point.x - 0.5F, point.y - 0.5F};
}
/// Integer-centre coordinates to continuous coordinates.
[[nodiscard]] inline cv::Point2f to_continuous(cv::Point2f point) noexcept {
    return {point.x + 0.5F, point.y + 0.5F};
}
/// Converts an affine map between integer-centre coordinates to one between continuous coordinates.
[[nodiscard]] inline Affine to_continuous(const Affine& map) noexcept {
    Affine result = map;
    result.tx += 0.5 - 0.5 * (map.a + map.b);
    result.ty += 0.5 - 0.5 * (map.c + map.d);
    return result;
}

} // namespace pixel_centre
} // namespace fgagt
