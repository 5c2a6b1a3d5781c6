#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/instance_mask.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>

namespace fgagt::detail {

/// A grid of values spread over a box of the frame.
struct SpreadMask {
    const float* values = nullptr; ///< row by row
    cv::Size grid;                 ///< cells
    Box extent;                    ///< pixels of the frame that the grid covers

    /// Bilinear between the cells' centres, 0 outside; x and y are pixels of the frame.
    [[nodiscard]] float at(float x, float y) const noexcept {
        const float u = (x - extent.left) / extent.width * static_cast<float>(grid.width) - 0.5F;
        const float v = (y - extent.top) / extent.height * static_cast<float>(grid.height) - 0.5F;
        const auto is_in = [](const float& place, int cells) {
            return !is_nan(place) && place > -1 && place < static_cast<float>(cells);
        };
        if (!is_in(u, grid.width) || !is_in(v, grid.height)) return 0;
        const float left = std::floor(u), top = std::floor(v);
        const float right_share = u - left, low_share = v - top;
        const int column = static_cast<int>(left), row = static_cast<int>(top);
        const float upper = (1 - right_share) * cell(row, column) + right_share * cell(row, column + 1);
        const float lower =
            (1 - right_share) * cell(row + 1, column) + right_share * cell(row + 1, column + 1);
        return (1 - low_share) * upper + low_share * lower;
    }

private:
    [[nodiscard]] float cell(int row, int column) const noexcept {
        if (row < 0 || column < 0 || row >= grid.height || column >= grid.width) return 0;
        return values[row * grid.width + column];
    }
};

/// The pixels of the frame that a box touches; cv::Rect() if there are none.
[[nodiscard]] inline cv::Rect pixels_of(const Box& box, cv::Size frame) {
    const auto edge = [](float position, int most) {
        return static_cast<int>(std::clamp(position, 0.0F, static_cast<float>(most)));
    };
    const cv::Point first{edge(std::floor(box.left), frame.width), edge(std::floor(box.top), frame.height)};
    const cv::Point last{edge(std::ceil(box.right()), frame.width),
                         edge(std::ceil(box.bottom()), frame.height)};
    const cv::Rect pixels(first, last);
    return pixels.empty() ? cv::Rect() : pixels;
}

/// The pixels of a box where the mask is at least `threshold`; a non-finite value is below it.
[[nodiscard]] inline InstanceMask painted(const SpreadMask& mask, const Box& box, cv::Size frame,
                                          float threshold) {
    InstanceMask result{.area = pixels_of(box, frame), .values = {}};
    result.values.create(result.area.size(), CV_8U);
    for (int y = 0; y < result.area.height; ++y)
        for (int x = 0; x < result.area.width; ++x) {
            const float value = mask.at(static_cast<float>(result.area.x + x) + 0.5F,
                                        static_cast<float>(result.area.y + y) + 0.5F);
            result.values.at<unsigned char>(y, x) = value >= threshold ? 255 : 0;
        }
    return result;
}

} // namespace fgagt::detail
