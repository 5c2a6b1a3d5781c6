#pragma once

#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>

#include <cstdint>

namespace fgagt {

/// The point of a box that represents the position of its object.
enum class Anchor : std::uint8_t {
    /// Middle of the bottom edge: where a person stands, seen from the side.
    kFoot,
    /// Centre: for a camera facing straight down.
    kCentre,
};

/// The anchor of a box in continuous image coordinates, pixels.
[[nodiscard]] inline cv::Point2f anchor_of(const Box& box, Anchor anchor) noexcept {
    const cv::Point2f centre = box.centre();
    return anchor == Anchor::kFoot ? cv::Point2f(centre.x, box.bottom()) : centre;
}

} // namespace fgagt
