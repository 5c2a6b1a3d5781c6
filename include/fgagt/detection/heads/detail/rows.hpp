#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/box_form.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
#include <fgagt/detection/heads/detail/class_scores.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/score_activation.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

namespace fgagt::detail {

/// Reads boxes of one form.
class BoxReader {
public:
    BoxReader(BoxForm form, BoxUnit unit, cv::Size input)
        : form_(form),
          scale_x_(unit == BoxUnit::kRelative ? static_cast<float>(input.width) : 1.0F),
          scale_y_(unit == BoxUnit::kRelative ? static_cast<float>(input.height) : 1.0F) {}

    /// The box given by the first four columns of a row, in pixels of the input.
    [[nodiscard]] Box operator()(const CellView& rows, std::size_t row) const noexcept {
        const float a = rows(row, 0) * scale_x_, b = rows(row, 1) * scale_y_;
        const float c = rows(row, 2) * scale_x_, d = rows(row, 3) * scale_y_;
        return form_ == BoxForm::kCentre ? box_of_centre(a, b, c, d) : box_of_corners(a, b, c, d);
    }

private:
    BoxForm form_;
    float scale_x_;
    float scale_y_;
};

/// Rows of boxes, and of their scores.
struct RowTables {
    CellView boxes; ///< [rows, 4], or more columns
    /// [rows, classes], with a column of objectness in front if there is one.
    CellView scores;
};

/// Splits a table of box, objectness if any, and classes in two.
[[nodiscard]] inline RowTables split_rows(const CellView& rows) noexcept {
    return {rows.columns_from(0, 4), rows.columns_from(4, rows.columns - 4)};
}

/// The tables of one output with everything, or of separate boxes and classes; empty if the outputs are
/// neither.
[[nodiscard]] inline std::optional<RowTables> row_tables(std::span<const NetworkOutput> outputs,
                                                         std::size_t rows, Objectness objectness) {
    const std::size_t least = objectness == Objectness::kNone ? 1 : 2;
    if (outputs.size() == 1) {
        const auto table = table_view(outputs[0], rows);
        if (!table || table->columns < 4 + least) return std::nullopt;
        return split_rows(*table);
    }
    if (outputs.size() != 2) return std::nullopt;
    const auto first = table_view(outputs[0], rows), second = table_view(outputs[1], rows);
    if (!first || !second) return std::nullopt;
    const auto is_boxes = [&](const CellView& table, const NetworkOutput& output, const CellView& other) {
        return table.columns == 4 && (other.columns != 4 || is_called(output, {"box", "reg"}));
    };
    RowTables tables{*first, *second};
    if (!is_boxes(*first, outputs[0], *second)) {
        if (is_boxes(*second, outputs[1], *first))
            tables = {*second, *first};
        else if (first->columns != 4)
            // If both have four columns and names do not help, the first has the boxes.
            return std::nullopt;
    }
    if (tables.scores.columns < least) return std::nullopt;
    return tables;
}

/// Whether every score lies in [0, 1].
[[nodiscard]] inline bool are_probabilities(const CellView& scores) {
    constexpr float kRounding = 1e-4F;
    for (std::size_t column = 0; column < scores.columns; ++column)
        if (!lies_within(scores, column, -kRounding, 1 + kRounding)) return false;
    return true;
}

/// Whether a grid's boxes are spread over the whole input, as decoded ones are: some far to the right, none
/// far outside.
[[nodiscard]] inline bool boxes_fill_input(const CellView& boxes, const BoxReader& box, cv::Size input) {
    constexpr float kSlack = 0.25F; // of the input's width
    const auto width = static_cast<float>(input.width);
    float farthest = 0, nearest = 0;
    for (std::size_t row = 0; row < boxes.cells; ++row) {
        const float x = box(boxes, row).centre().x;
        farthest = std::max(farthest, x);
        nearest = std::min(nearest, x);
    }
    return farthest > 0.5F * width && farthest < (1 + kSlack) * width && nearest > -kSlack * width;
}

/// Adds rows with decoded boxes and scores.
inline void add_rows(const RowTables& tables, const BoxReader& box, Objectness objectness,
                     Candidates& candidates) {
    const CellView &boxes = tables.boxes, &scores = tables.scores;
    const std::size_t first = objectness == Objectness::kNone ? 0 : 1;
    ClassReader classes(ScoreActivation::kProbability, candidates.options().several_classes);
    for (std::size_t row = 0; row < boxes.cells; ++row) {
        const float factor = objectness == Objectness::kFactor ? scores(row, 0) : 1.0F;
        if (!candidates.is_enough(factor)) continue;
        const auto score = [&](std::size_t k) { return scores(row, first + k); };
        for (const ScoredClass& scored : classes.read(score, scores.columns - first))
            candidates.add(box(boxes, row), factor * scored.probability, scored.class_id);
    }
}

} // namespace fgagt::detail
