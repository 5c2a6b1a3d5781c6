#pragma once

#include <fgagt/core/errors.hpp>

#include <string_view>

namespace fgagt {

/// The columns of a single table of decoded boxes, counted from 0.
struct DecodedColumns {
    int count = 6; ///< columns of the table, [6, 64]
    int box = 0;   ///< first of the box's four columns
    int score = 4; ///< column of the scores, which are in (0, 1]
    int label = 5; ///< column of the labels, which are integers

    friend bool operator==(const DecodedColumns&, const DecodedColumns&) = default;
};

namespace detail {

/// @throws InvalidArgument  a column is outside the table
inline void check(const DecodedColumns& columns, std::string_view who) {
    const auto is_in_table = [&](int first, int width) {
        return first >= 0 && first + width <= columns.count;
    };
    if (columns.count < 6 || columns.count > 64 || !is_in_table(columns.box, 4) ||
        !is_in_table(columns.score, 1) || !is_in_table(columns.label, 1))
        throw_invalid(who, ": expected box, score and label within a table of 6 to 64 columns, got count ",
                      columns.count, ", box ", columns.box, ", score ", columns.score, " and label ",
                      columns.label);
}

} // namespace detail
} // namespace fgagt
