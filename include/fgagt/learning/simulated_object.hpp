#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/visible_part.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <span>

namespace fgagt {

/// A true object in one frame, as a simulated detector sees it.
struct SimulatedObject {
    TrackId id = 0;       ///< from 1
    Box box{};            ///< the whole object, also where it is occluded, pixels
    float visibility = 1; ///< share of `box` that is in the image and not occluded, [0, 1]
    Box visible_box{};    ///< smallest box around the visible part, pixels; empty if nothing is visible
    int class_id = 0;     ///< class

    friend bool operator==(const SimulatedObject&, const SimulatedObject&) = default;
};

/// Sets `visibility` and `visible_box` of every object from the order of depth: of two boxes, the one with
/// the lower bottom edge is nearer and covers the other.
///
/// @param objects     all objects of a frame
/// @param frame_size  pixels
/// @param occluders   boxes of other things that occlude, such as pillars, pixels
/// @note O(N^2) for N objects and occluders.
inline void find_visible_parts(std::span<SimulatedObject> objects, cv::Size frame_size,
                               std::span<const Box> occluders = {}) {
    detail::VisiblePart part;
    for (SimulatedObject& object : objects) {
        part.begin(object.box);
        part.clip(frame_size);
        for (const SimulatedObject& other : objects)
            if (other.box.bottom() > object.box.bottom()) part.cut(other.box);
        for (const Box& other : occluders)
            if (other.bottom() > object.box.bottom()) part.cut(other);
        const double whole = area(object.box);
        object.visibility = whole > 0 ? static_cast<float>(std::clamp(part.area() / whole, 0.0, 1.0)) : 0.0F;
        object.visible_box = part.hull();
    }
}

} // namespace fgagt
