#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace fgagt::detail {

/// The part of a network's output that belongs to one stride.
struct Level {
    cv::Size grid;           ///< cells
    int stride = 1;          ///< input pixels per cell
    std::size_t anchors = 1; ///< per cell
    CellView values;         ///< of the grid's cells, row by row

    [[nodiscard]] float column_of(std::size_t cell) const noexcept {
        return static_cast<float>(cell % static_cast<std::size_t>(grid.width));
    }
    [[nodiscard]] float row_of(std::size_t cell) const noexcept {
        const std::size_t row = cell / static_cast<std::size_t>(grid.width);
        return static_cast<float>(row);
    }
};

/// @throws InvalidArgument  there are no strides, or one is out of range
inline void check_strides(std::span<const int> strides, std::string_view who) {
    if (strides.empty() ||
        std::ranges::any_of(strides, [](int stride) { return stride < 1 || stride > 4096; }))
        throw_invalid(who, ": expected at least one stride, each in [1, 4096]; 8, 16 and 32 are usual");
}

/// The grids of these strides, still without values.
[[nodiscard]] inline std::vector<Level> empty_levels(cv::Size input, std::span<const int> strides,
                                                     std::size_t anchors = 1) {
    std::vector<Level> levels;
    for (const int stride : strides)
        levels.push_back(
            {.grid = grid_of(input, stride), .stride = stride, .anchors = anchors, .values = {}});
    return levels;
}

/// The levels of one table that holds the rows of all levels, one level after the other.
[[nodiscard]] inline std::optional<std::vector<Level>> joined_levels(const NetworkOutput& output,
                                                                     std::vector<Level> levels) {
    std::size_t rows = 0;
    for (const Level& level : levels)
        rows += cell_count(level.grid) * level.anchors;
    const auto table = table_view(output, rows);
    if (!table) return std::nullopt;
    std::size_t first = 0;
    for (Level& level : levels) {
        level.values = table->cells_from(first, cell_count(level.grid));
        level.values.anchors = level.anchors;
        level.values.anchor_stride = table->cell_stride;
        level.values.cell_stride = level.anchors * table->cell_stride;
        first += level.values.cells * level.anchors;
    }
    return levels;
}

/// The levels of one output per level. Outputs may be in any order, but grids of equal size must be in the
/// levels' order.
[[nodiscard]] inline std::optional<std::vector<Level>>
separate_levels(std::span<const NetworkOutput* const> outputs, std::vector<Level> levels) {
    if (outputs.empty() || outputs.size() != levels.size()) return std::nullopt;
    std::vector<bool> taken(outputs.size(), false);
    for (Level& level : levels)
        for (std::size_t k = 0; k < outputs.size() && level.values.data == nullptr; ++k) {
            const auto view = taken[k] ? std::nullopt : level_view(*outputs[k], level.grid, level.anchors);
            if (!view) continue;
            level.values = *view;
            taken[k] = true;
        }
    const auto is_like_first = [&](const Level& level) {
        return level.values.data != nullptr && level.values.columns == levels.front().values.columns;
    };
    if (!std::ranges::all_of(levels, is_like_first)) return std::nullopt;
    return levels;
}

/// The levels of all outputs: one table, or one table or map per level.
[[nodiscard]] inline std::optional<std::vector<Level>>
levels_of(std::span<const NetworkOutput* const> outputs, const std::vector<Level>& levels) {
    if (outputs.size() == 1)
        if (auto joined = joined_levels(*outputs.front(), levels)) return joined;
    return separate_levels(outputs, levels);
}

[[nodiscard]] inline std::vector<const NetworkOutput*> pointers_to(std::span<const NetworkOutput> outputs) {
    std::vector<const NetworkOutput*> pointers;
    for (const NetworkOutput& output : outputs)
        pointers.push_back(&output);
    return pointers;
}

/// Whether column `column` lies within [least, most] in every cell; a non-finite value does not.
[[nodiscard]] inline bool lies_within(const CellView& values, std::size_t column, float least, float most) {
    for (std::size_t cell = 0; cell < values.cells; ++cell)
        for (std::size_t anchor = 0; anchor < values.anchors; ++anchor) {
            const float value = values(cell, anchor, column);
            if (!is_nan(value) && (value < least || value > most)) return false;
        }
    return true;
}

} // namespace fgagt::detail
