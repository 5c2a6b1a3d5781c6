#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/flow/image_pyramid.hpp>

#include <opencv2/core.hpp>

namespace fgagt {

/// The data that flow keeps of a frame: a pyramid of the grey frame, perhaps halved. A value; a
/// default-constructed one means "no frame".
struct FlowImage {
    GreyPyramid pyramid; ///< of the grey frame, perhaps halved
    cv::Size frame_size; ///< of the frame, pixels
    float scale = 1;     ///< pixels of the pyramid per pixel of the frame

    /// Whether flow between the two images can be computed.
    [[nodiscard]] bool comparable(const FlowImage& other) const {
        return !pyramid.empty() && frame_size == other.frame_size && pyramid.size() == other.pyramid.size();
    }

    /// Converts a point of the frame to a level of the pyramid, both in continuous coordinates.
    [[nodiscard]] cv::Point2f to_level(cv::Point2f point, int level) const {
        const cv::Point2f base = pixel_centre::from_continuous(point * scale);
        return pixel_centre::to_continuous(base / static_cast<float>(1 << level));
    }
    /// The inverse of `to_level`.
    [[nodiscard]] cv::Point2f to_frame(cv::Point2f point, int level) const {
        const cv::Point2f base = pixel_centre::to_continuous(pixel_centre::from_continuous(point) *
                                                             static_cast<float>(1 << level));
        return base / scale;
    }
};

/// For snapshots.
template <class Archive>
void transfer(Archive& archive, FlowImage& image) {
    archive(image.pyramid, image.frame_size.width, image.frame_size.height, image.scale);
    archive.require(image.pyramid.empty() || (image.frame_size.width >= image.pyramid.size().width &&
                                              image.frame_size.height >= image.pyramid.size().height &&
                                              image.scale > 0 && image.scale <= 1),
                    "a flow image no larger than its frame");
}

} // namespace fgagt
