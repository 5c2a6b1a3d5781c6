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

/// Whether a box is nearer to the camera than another one and covers it: its bottom edge is lower, or, as at the
/// border of an image, equal, and its area is larger.
[[nodiscard]] inline bool is_nearer(const Box& box, const Box& other) noexcept {
    if (box.bottom() != other.bottom()) return box.bottom() > other.bottom();
    return area(box) > area(other);
}

/// Sets `visibility` and `visible_box` of every object. Nearer boxes cover others, see is_nearer().
///
/// @param objects     all objects of a frame
/// @param frame_size  pixels
/// @param occluders   boxes of other things that occlude, such as pillars, pixels
/// @note A box that is not usable is invisible and covers nothing. O(N^2) for N objects and occluders.
inline void find_visible_parts(std::span<SimulatedObject> objects, cv::Size frame_size,
                               std::span<const Box> occluders = {}) {
    detail::VisiblePart part;
    for (SimulatedObject& object : objects) {
        part.begin(object.box);
        part.clip(frame_size);
        for (const SimulatedObject& other : objects)
            if (is_nearer(other.box, object.box)) part.cut(other.box);
        for (const Box& other : occluders)
            if (is_nearer(other, object.box)) part.cut(other);
        object.visible_box = part.hull();
        const bool visible = object.visible_box.width > 0;
        object.visibility =
            visible ? static_cast<float>(std::clamp(part.area() / area(object.box), 0.0, 1.0)) : 0.0F;
    }
}

} // namespace fgagt
