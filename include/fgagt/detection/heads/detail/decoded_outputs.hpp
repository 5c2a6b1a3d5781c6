#pragma once

#include <fgagt/detection/heads/decoded_columns.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt::detail {

/// The outputs of a network with decoded boxes, row by row.
struct DecodedOutputs {
    CellView boxes;                 ///< [N, 4]
    CellView scores;                ///< [N, 1]
    CellView labels;                ///< [N, 1]
    const cv::Mat* masks = nullptr; ///< of all rows; nullptr if there are none
    std::size_t mask_rows = 0;      ///< N before the count limits it
};

/// Rows of the last dimension.
[[nodiscard]] inline CellView last_dimension_rows(const cv::Mat& values) {
    const auto columns = static_cast<std::size_t>(values.size[values.dims - 1]);
    return {.data = values.total() > 0 ? values.ptr<float>() : nullptr,
            .cells = columns > 0 ? values.total() / columns : 0,
            .columns = columns,
            .cell_stride = columns,
            .column_stride = 1};
}

/// One number per row, for a tensor of any shape.
[[nodiscard]] inline CellView one_per_row(const cv::Mat& values) {
    return {.data = values.total() > 0 ? values.ptr<float>() : nullptr,
            .cells = values.total(),
            .columns = 1,
            .cell_stride = 1,
            .column_stride = 1};
}

[[nodiscard]] inline bool are_whole(const CellView& numbers) {
    for (std::size_t row = 0; row < numbers.cells; ++row)
        if (numbers(row, 0) != std::round(numbers(row, 0))) return false;
    return true;
}

/// Whether a tensor has an image for each row.
[[nodiscard]] inline bool is_masks(const cv::Mat& values) {
    constexpr int kSmallest = 8; // pixels; tables have fewer columns
    return values.dims >= 3 && values.size[values.dims - 1] >= kSmallest &&
           values.size[values.dims - 2] >= kSmallest;
}

/// Decides which of two vectors holds the scores and which the labels.
inline void tell_apart(const NetworkOutput& first, const NetworkOutput& second, DecodedOutputs& found) {
    const NameParts score_names{"score", "conf", "prob"}, label_names{"label", "class", "cls"};
    CellView labels = one_per_row(first.values), scores = one_per_row(second.values);
    const bool as_named = is_called(first, label_names) || is_called(second, score_names);
    const bool other_way = is_called(first, score_names) || is_called(second, label_names);
    if (as_named != other_way ? other_way : !are_whole(labels)) std::swap(labels, scores);
    found.labels = labels;
    found.scores = scores;
}

/// Removes the outputs that are neither tables nor vectors of rows: masks, and the number of valid rows.
///
/// @return  the remaining outputs, largest rows first
[[nodiscard]] inline std::vector<const NetworkOutput*>
rows_only(std::span<const NetworkOutput> outputs, DecodedOutputs& found, std::optional<float>& count) {
    std::vector<const NetworkOutput*> rest;
    for (const NetworkOutput& output : outputs)
        if (is_masks(output.values) && found.masks == nullptr)
            found.masks = &output.values;
        else if (output.values.total() == 1 && is_called(output, {"num", "count"}))
            count = *output.values.ptr<float>();
        else
            rest.push_back(&output);
    return rest;
}

/// Splits the table, or the boxes and vectors, into parts; false if the outputs are neither.
[[nodiscard]] inline bool read_rows(const std::vector<const NetworkOutput*>& outputs,
                                    const DecodedColumns& columns, DecodedOutputs& found) {
    const auto column = [](int index) { return static_cast<std::size_t>(index); };
    if (outputs.size() == 1) {
        const CellView table = last_dimension_rows(outputs[0]->values);
        if (table.columns != column(columns.count) || shape_of(outputs[0]->values).size() > 2) return false;
        found.boxes = table.columns_from(column(columns.box), 4);
        found.scores = table.columns_from(column(columns.score), 1);
        found.labels = table.columns_from(column(columns.label), 1);
        return true;
    }
    const auto has_boxes = [&](const NetworkOutput* output) {
        const std::size_t width = last_dimension_rows(output->values).columns;
        return width == (outputs.size() == 2 ? 5U : 4U) && output->values.total() % width == 0;
    };
    std::vector<const NetworkOutput*> vectors = outputs;
    std::stable_partition(vectors.begin(), vectors.end(), [](const NetworkOutput* output) {
        return is_called(*output, {"box", "det"});
    });
    const auto boxes = std::ranges::find_if(vectors, [&](const NetworkOutput* output) {
        const std::size_t rows = last_dimension_rows(output->values).cells;
        return has_boxes(output) && std::ranges::all_of(vectors, [&](const NetworkOutput* other) {
                   return other == output || other->values.total() == rows;
               });
    });
    if (boxes == vectors.end() || outputs.size() > 3) return false;
    const CellView table = last_dimension_rows((*boxes)->values);
    vectors.erase(boxes);
    std::ranges::sort(vectors, {},
                      [&](const NetworkOutput* output) { return std::ranges::find(outputs, output); });
    found.boxes = table.columns_from(0, 4);
    if (vectors.size() == 1) {
        found.scores = table.columns_from(4, 1);
        found.labels = one_per_row(vectors[0]->values);
    } else {
        tell_apart(*vectors[0], *vectors[1], found);
    }
    return true;
}

/// Identifies the outputs; empty if they do not fit.
[[nodiscard]] inline std::optional<DecodedOutputs>
decoded_outputs(std::span<const NetworkOutput> outputs, const DecodedColumns& columns, bool table_only) {
    if (!std::ranges::all_of(outputs, is_floats, &NetworkOutput::values)) return std::nullopt;
    DecodedOutputs found;
    std::optional<float> count;
    const std::vector<const NetworkOutput*> rest = rows_only(outputs, found, count);
    if (rest.empty() ||
        std::ranges::any_of(rest, [](const NetworkOutput* output) { return output->values.dims == 0; }) ||
        (table_only && rest.size() != 1) || !read_rows(rest, columns, found))
        return std::nullopt;
    found.mask_rows = found.boxes.cells;
    if (found.masks != nullptr) {
        const auto cells = static_cast<std::size_t>(found.masks->size[found.masks->dims - 1]) *
                           static_cast<std::size_t>(found.masks->size[found.masks->dims - 2]);
        if (found.mask_rows == 0 || found.masks->total() == 0 ||
            found.masks->total() % (cells * found.mask_rows) != 0)
            found.masks = nullptr;
    }
    if (count && *count >= 0 && *count < static_cast<float>(found.boxes.cells))
        found.boxes.cells = static_cast<std::size_t>(*count);
    return found;
}

} // namespace fgagt::detail
