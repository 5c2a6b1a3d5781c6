#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/network/input_placement.hpp>

#include <algorithm>

namespace fgagt {

/// Where the cells of a network's feature map lie in its input. Along each axis, the centre of cell i is at
/// first + i * stride, in continuous coordinates of the input.
struct CellGrid {
    double stride_x = 1;  ///< input pixels from one cell to the next
    double stride_y = 1;  ///< input pixels from one cell to the next
    double first_x = 0.5; ///< centre of the first cell, input pixels
    double first_y = 0.5; ///< centre of the first cell, input pixels

    friend bool operator==(const CellGrid&, const CellGrid&) = default;
};

/// Sets the scales, offsets and valid part of a map, from frame to input to cells. The rows and columns of
/// the map must already be set.
inline void align_map(const CellGrid& grid, const InputPlacement& placement, FeatureMap& map) noexcept {
    const auto align = [](double stride, double first, float scale, float offset, float& map_scale,
                          float& map_offset) {
        map_scale = static_cast<float>(scale / stride);
        map_offset = static_cast<float>((offset - first) / stride + 0.5);
    };
    align(grid.stride_x, grid.first_x, placement.scale_x, placement.offset_x, map.scale_x, map.offset_x);
    align(grid.stride_y, grid.first_y, placement.scale_y, placement.offset_y, map.scale_y, map.offset_y);
    const auto edge = [](float scale, float offset, int pixels, int cells) {
        return std::clamp(scale * static_cast<float>(pixels) + offset, 0.0F, static_cast<float>(cells));
    };
    const float left = edge(map.scale_x, map.offset_x, 0, map.columns);
    const float top = edge(map.scale_y, map.offset_y, 0, map.rows);
    const float right = edge(map.scale_x, map.offset_x, placement.frame.width, map.columns);
    const float bottom = edge(map.scale_y, map.offset_y, placement.frame.height, map.rows);
    map.valid_cells = {left, top, right - left, bottom - top};
}

} // namespace fgagt
