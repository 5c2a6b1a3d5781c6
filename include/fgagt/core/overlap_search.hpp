#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace fgagt {

/// Finds which of many boxes overlap a given one, without testing boxes far to its left or right.
class OverlapSearch {
public:
    /// Removes every box.
    void clear() noexcept {
        places_.clear();
        widest_ = 0;
    }

    /// Adds a box.
    ///
    /// @param box    any values; a box without area overlaps nothing
    /// @param index  returned by `overlapping` for this box
    void add(const Box& box, std::size_t index) {
        const Place place = place_of(box, index);
        if (!covers_area(place)) return;
        places_.push_back(place);
        widest_ = std::max(widest_, static_cast<double>(box.width));
    }

    /// Call it after the last `add` and before the first `overlapping`. O(N log N).
    void sort() {
        found_.resize(places_.size());
        std::sort(places_.begin(), places_.end(),
                  [](const Place& a, const Place& b) { return a.left < b.left; });
    }

    /// The indices of all boxes whose intersection_area with `box` is not 0, in no particular order. Valid
    /// until the next call. O(log N) plus the number of boxes with a similar horizontal position.
    std::span<const std::size_t> overlapping(const Box& box) {
        const Place here = place_of(box, 0);
        if (!covers_area(here)) return {};
        auto place = std::partition_point(places_.begin(), places_.end(),
                                          [&](const Place& p) { return p.left + widest_ <= here.left; });
        std::size_t count = 0;
        for (; place != places_.end() && place->left < here.right; ++place) {
            // branch-free: the outcome is unpredictable
            found_[count] = place->index;
            count += static_cast<std::size_t>(here.left < place->right) &
                     static_cast<std::size_t>(here.top < place->bottom) &
                     static_cast<std::size_t>(place->top < here.bottom);
        }
        return {found_.data(), count};
    }

private:
    /// A box by its edges, computed as in intersection_area.
    struct Place {
        double left, right, top, bottom;
        std::size_t index;
    };

    [[nodiscard]] static Place place_of(const Box& box, std::size_t index) noexcept {
        return {.left = box.left,
                .right = static_cast<double>(box.left) + box.width,
                .top = box.top,
                .bottom = static_cast<double>(box.top) + box.height,
                .index = index};
    }

    [[nodiscard]] static bool covers_area(const Place& place) noexcept {
        return !detail::is_nan(place.right) && !detail::is_nan(place.bottom) && place.left < place.right &&
               place.top < place.bottom;
    }

    std::vector<Place> places_;
    std::vector<std::size_t> found_;
    double widest_ = 0;
};

/// Intersection over union of every detection with every track.
///
/// @param boxes_d  [M]
/// @param boxes_t  [N]
/// @param result   [M x N], resized
/// @param scratch  reused from call to call
/// @note O(M N) to write zeros; most of the time goes to the pairs that overlap.
inline void pairwise_iou(std::span<const Box> boxes_d, std::span<const Box> boxes_t, Matrix& result,
                         OverlapSearch& scratch) {
    result.resize(static_cast<Eigen::Index>(boxes_d.size()), static_cast<Eigen::Index>(boxes_t.size()));
    std::fill_n(result.data(), result.size(), 0.0F);
    scratch.clear();
    for (std::size_t t = 0; t < boxes_t.size(); ++t)
        scratch.add(boxes_t[t], t);
    scratch.sort();
    for (std::size_t d = 0; d < boxes_d.size(); ++d) {
        float* const row = result.data() + d * boxes_t.size();
        for (const std::size_t t : scratch.overlapping(boxes_d[d]))
            row[t] = static_cast<float>(iou(boxes_d[d], boxes_t[t]));
    }
}
/// The same, with its own scratch memory.
inline void pairwise_iou(std::span<const Box> boxes_d, std::span<const Box> boxes_t, Matrix& result) {
    OverlapSearch scratch;
    pairwise_iou(boxes_d, boxes_t, result, scratch);
}

} // namespace fgagt
