#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace fgagt {

/// A polygon in continuous image coordinates, pixels. It may be concave. If it intersects itself, the
/// even-odd rule decides what is inside.
class Polygon {
public:
    /// @param corners  corners in order along the border, at least 3, all within kCoordinateLimit; the last
    ///                 is joined to the first
    /// @throws InvalidArgument  there are fewer than 3 corners, or one is not finite or beyond the limit
    explicit Polygon(std::vector<cv::Point2f> corners) : corners_(std::move(corners)) {
        if (corners_.size() < 3)
            detail::throw_invalid("Polygon: expected at least 3 corners, got ", corners_.size());
        for (const cv::Point2f corner : corners_)
            if (!is_usable(corner))
                detail::throw_invalid("Polygon: expected corners within ", kCoordinateLimit, " pixels, got (",
                                      corner.x, ", ", corner.y, ")");
    }

    /// The corners in order along the border. Valid as long as this object.
    [[nodiscard]] const std::vector<cv::Point2f>& corners() const noexcept { return corners_; }

    /// Whether a point is inside. A point on a side shared by two polygons is inside only one of them.
    /// O(corners).
    [[nodiscard]] bool contains(cv::Point2f point) const noexcept {
        bool inside = false;
        for (std::size_t i = 0; i < corners_.size(); ++i) {
            const cv::Point2d a = corners_[i], b = next(i), p = point;
            if ((a.y > p.y) == (b.y > p.y)) continue;
            if (p.x < a.x + (b.x - a.x) * ((p.y - a.y) / (b.y - a.y))) inside = !inside;
        }
        return inside;
    }

    /// Distance in pixels from a point, inside or outside, to the nearest point of the border. O(corners).
    [[nodiscard]] double distance_to_border(cv::Point2f point) const noexcept {
        double least = std::numeric_limits<double>::max();
        for (std::size_t i = 0; i < corners_.size(); ++i) {
            const cv::Point2d side = next(i) - cv::Point2d(corners_[i]);
            const cv::Point2d way = cv::Point2d(point) - cv::Point2d(corners_[i]);
            const double length = side.dot(side);
            const double along = length > 0 ? std::clamp(way.dot(side) / length, 0., 1.) : 0;
            const cv::Point2d apart = way - side * along;
            least = std::min(least, std::hypot(apart.x, apart.y));
        }
        return least;
    }

private:
    [[nodiscard]] cv::Point2d next(std::size_t i) const noexcept {
        return corners_[(i + 1) % corners_.size()];
    }

    std::vector<cv::Point2f> corners_;
};

} // namespace fgagt
