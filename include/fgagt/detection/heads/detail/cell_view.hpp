#pragma once

#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace fgagt::detail {

/// View of a tensor as `columns` numbers for each anchor of each cell, for any memory layout. A tensor of
/// plain rows has one anchor.
struct CellView {
    const float* data = nullptr;
    std::size_t cells = 0;         ///< of the grid, row by row
    std::size_t anchors = 1;       ///< per cell
    std::size_t columns = 0;       ///< numbers per anchor
    std::size_t cell_stride = 0;   ///< floats
    std::size_t anchor_stride = 0; ///< floats
    std::size_t column_stride = 0; ///< floats

    [[nodiscard]] float operator()(std::size_t cell, std::size_t anchor, std::size_t column) const noexcept {
        return data[cell * cell_stride + anchor * anchor_stride + column * column_stride];
    }
    /// A number of a view with one anchor per cell.
    [[nodiscard]] float operator()(std::size_t cell, std::size_t column) const noexcept {
        return data[cell * cell_stride + column * column_stride];
    }
    /// At most `count` columns, starting at `first`.
    [[nodiscard]] CellView columns_from(std::size_t first, std::size_t count) const noexcept {
        CellView view = *this;
        if (cells > 0) view.data += first * column_stride;
        view.columns = count;
        return view;
    }
    /// At most `count` cells, starting at `first`.
    [[nodiscard]] CellView cells_from(std::size_t first, std::size_t count) const noexcept {
        CellView view = *this;
        if (count > 0) view.data += first * cell_stride;
        view.cells = count;
        return view;
    }
};

/// Number of cells of one level's grid: ceil(input / stride) along each axis, as with padded convolutions.
[[nodiscard]] inline cv::Size grid_of(cv::Size input, int stride) noexcept {
    return {(input.width + stride - 1) / stride, (input.height + stride - 1) / stride};
}
[[nodiscard]] inline std::size_t cell_count(cv::Size grid) noexcept {
    return static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height);
}

/// View of a map in any of the usual layouts: [anchors * columns, height, width],
/// [anchors, columns, height, width], channels last ([height, width, anchors * columns]), or each anchor
/// separately ([anchors, height, width, columns]).
[[nodiscard]] inline std::optional<CellView> map_view(const NetworkOutput& output, cv::Size grid,
                                                      std::size_t anchors) {
    const std::vector<std::size_t> shape = shape_of(output.values);
    const std::size_t cells = cell_count(grid), total = output.values.total();
    const auto height = static_cast<std::size_t>(grid.height), width = static_cast<std::size_t>(grid.width);
    if (!is_floats(output.values) || cells == 0 || anchors == 0 || total == 0 ||
        total % (cells * anchors) != 0 || output.values.dims < 3)
        return std::nullopt;
    const std::size_t columns = total / (cells * anchors), rank = shape.size();
    CellView view{.data = output.values.ptr<float>(), .cells = cells, .anchors = anchors, .columns = columns};
    const auto dim = [&](std::size_t from_last) { return from_last <= rank ? shape[rank - from_last] : 1; };
    const bool anchor_by_anchor =
        output.values.dims == 5 && dim(2) == width && dim(3) == height && dim(1) == columns;
    if (!anchor_by_anchor && dim(1) == width && dim(2) == height) {
        view.cell_stride = 1;
        view.column_stride = cells;
        view.anchor_stride = cells * columns;
        return view;
    }
    if (dim(2) != width || dim(3) != height) return std::nullopt;
    view.column_stride = 1;
    view.cell_stride = anchor_by_anchor ? columns : anchors * columns;
    view.anchor_stride = anchor_by_anchor ? cells * columns : columns;
    return view;
}

/// View of a table of `cells * anchors` rows, cell by cell: [rows, columns] or, if that does not fit,
/// [columns, rows].
[[nodiscard]] inline std::optional<CellView> table_view(const NetworkOutput& output, std::size_t cells,
                                                        std::size_t anchors = 1) {
    const std::size_t rows = cells * anchors, total = output.values.total();
    if (!is_floats(output.values) || rows == 0 || total == 0 || total % rows != 0) return std::nullopt;
    const std::size_t columns = total / rows;
    std::vector<std::size_t> shape = shape_of(output.values);
    if (shape.size() == 3 && shape[1] == 1 && shape[2] > 1)
        shape.erase(shape.begin() + 1); // [rows, 1, columns]
    if (shape.size() == 1) shape.push_back(1);
    if (shape.size() != 2) return std::nullopt;
    CellView view{.data = output.values.ptr<float>(), .cells = cells, .anchors = anchors, .columns = columns};
    if (shape[0] == rows || (rows == 1 && shape[1] == 1)) {
        view.cell_stride = anchors * columns;
        view.anchor_stride = columns;
        view.column_stride = 1;
        return view;
    }
    if (shape[1] != rows) return std::nullopt;
    view.cell_stride = anchors;
    view.anchor_stride = 1;
    view.column_stride = rows;
    return view;
}

/// View of a level's numbers, given as a map or as a table.
[[nodiscard]] inline std::optional<CellView> level_view(const NetworkOutput& output, cv::Size grid,
                                                        std::size_t anchors = 1) {
    auto view = table_view(output, cell_count(grid), anchors);
    return view ? view : map_view(output, grid, anchors);
}

} // namespace fgagt::detail
