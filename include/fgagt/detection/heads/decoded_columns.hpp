#pragma once

#include <fgagt/core/errors.hpp>

#include <string_view>

namespace fgagt {

/// Where a single table of decoded boxes has what; columns count from 0.
struct DecodedColumns {
    int count = 6; ///< of the table, [6, 64]
    int box = 0;   ///< the first of the box's four
    int score = 4; ///< (0, 1]
    int label = 5; ///< a whole number

    friend bool operator==(const DecodedColumns&, const DecodedColumns&) = default;
};

namespace detail {

/// @throws InvalidArgument  columns outside the table
inline void check(const DecodedColumns& columns, std::string_view who) {
    const auto is_in_table = [&](int first, int width) {
        return first >= 0 && first + width <= columns.count;
    };
    if (columns.count < 6 || columns.count > 64 || !is_in_table(columns.box, 4) ||
        !is_in_table(columns.score, 1) || !is_in_table(columns.label, 1))
        throw_invalid(
            who, ": expected columns of a box, a score and a label within a table of 6 to 64, got count ",
            columns.count, ", box ", columns.box, ", score ", columns.score, " and label ", columns.label);
}

} // namespace detail
} // namespace fgagt
