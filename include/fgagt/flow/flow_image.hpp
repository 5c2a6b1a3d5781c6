#pragma once

#include <fgagt/flow/image_pyramid.hpp>
#include <fgagt/geometry.hpp>

#include <opencv2/core.hpp>

namespace fgagt {

/// What flow keeps of a frame: a pyramid of the grey frame, perhaps scaled down. A value; default-constructed
/// it stands for "no frame".
struct FlowImage {
    GreyPyramid pyramid; ///< of the grey frame, perhaps scaled down
    cv::Size frame_size; ///< of the frame, pixels

    /// Whether flow between the two can be computed.
    [[nodiscard]] bool comparable(const FlowImage& other) const {
        return !pyramid.empty() && frame_size == other.frame_size && pyramid.size() == other.pyramid.size();
    }

    /// A frame's point at a level of the pyramid, both in continuous coordinates.
    [[nodiscard]] cv::Point2f to_level(cv::Point2f point, int level) const {
        const cv::Point2f scale = pixels_per_frame_pixel();
        const cv::Point2f base = pixel_centre::from_continuous({point.x * scale.x, point.y * scale.y});
        return pixel_centre::to_continuous(base / static_cast<float>(1 << level));
    }
    /// The inverse of `to_level`.
    [[nodiscard]] cv::Point2f to_frame(cv::Point2f point, int level) const {
        const cv::Point2f scale = pixels_per_frame_pixel();
        const cv::Point2f base = pixel_centre::to_continuous(pixel_centre::from_continuous(point) *
                                                             static_cast<float>(1 << level));
        return {base.x / scale.x, base.y / scale.y};
    }

private:
    [[nodiscard]] cv::Point2f pixels_per_frame_pixel() const {
        const cv::Size size = pyramid.size();
        return {static_cast<float>(size.width) / static_cast<float>(frame_size.width),
                static_cast<float>(size.height) / static_cast<float>(frame_size.height)};
    }
};

} // namespace fgagt
