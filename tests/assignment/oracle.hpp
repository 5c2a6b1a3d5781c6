#pragma once

#include "support/unusual_numbers.hpp"

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/types.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace fgagt::test {

/// The value of an assignment: the number of its pairs and their total.
struct Worth {
    int pairs = 0;
    double total = 0;
    friend bool operator==(const Worth&, const Worth&) = default;
};

/// Tries every assignment of allowed (finite) pairs and keeps the best one by `better(a, b)`.
template <class Better>
[[nodiscard]] Worth best_of_all(const MatrixOf<double>& values, Better better) {
    std::vector<char> used(static_cast<std::size_t>(values.cols()), 0);
    Worth best;
    bool any = false;
    const auto extend = [&](const auto& self, Eigen::Index row, Worth worth) -> void {
        if (row == values.rows()) {
            if (!any || better(worth, best)) best = worth;
            any = true;
            return;
        }
        self(self, row + 1, worth);
        for (Eigen::Index column = 0; column < values.cols(); ++column) {
            if (used[static_cast<std::size_t>(column)] != 0 || !detail::is_finite(values(row, column)))
                continue;
            used[static_cast<std::size_t>(column)] = 1;
            self(self, row + 1, {worth.pairs + 1, worth.total + values(row, column)});
            used[static_cast<std::size_t>(column)] = 0;
        }
    };
    extend(extend, 0, {});
    return best;
}

/// Value of `column_of` in `values`; -1 pairs if it is invalid: a column twice, or a forbidden pair.
template <class Scalar>
[[nodiscard]] Worth worth_of(const MatrixOf<Scalar>& values, const std::vector<int>& column_of) {
    const Worth broken{-1, 0};
    if (static_cast<Eigen::Index>(column_of.size()) != values.rows()) return broken;
    std::vector<char> used(static_cast<std::size_t>(values.cols()), 0);
    Worth worth;
    for (std::size_t row = 0; row < column_of.size(); ++row) {
        const int column = column_of[row];
        if (column == -1) continue;
        if (column < 0 || column >= values.cols() || used[static_cast<std::size_t>(column)]++ != 0)
            return broken;
        const auto value = static_cast<double>(values(static_cast<Eigen::Index>(row), column));
        if (!detail::is_finite(value)) return broken;
        worth = {worth.pairs + 1, worth.total + value};
    }
    return worth;
}

/// Multiples of 1/8 in [-1, 1], few enough for ties; a fraction of them, in eighths, is `forbidden`.
[[nodiscard]] inline MatrixOf<double> coarse_matrix(Eigen::Index rows, Eigen::Index columns,
                                                    unsigned forbidden_eighths, double forbidden,
                                                    std::mt19937& random) {
    MatrixOf<double> values(rows, columns);
    for (Eigen::Index i = 0; i < rows; ++i)
        for (Eigen::Index j = 0; j < columns; ++j) {
            const double value = static_cast<double>(random() % 17U) / 8 - 1;
            values(i, j) = random() % 8U < forbidden_eighths ? forbidden : value;
        }
    return values;
}

/// The matrices of tests/golden/assignment.py.
[[nodiscard]] inline MatrixOf<double> golden_matrix(Eigen::Index rows, Eigen::Index columns,
                                                    std::uint32_t seed, double levels, double gated) {
    std::uint32_t state = seed;
    const auto next = [&] {
        state = state * 1664525U + 1013904223U;
        return static_cast<double>(state >> 8) / 16777216.0;
    };
    MatrixOf<double> values(rows, columns);
    for (Eigen::Index i = 0; i < rows; ++i)
        for (Eigen::Index j = 0; j < columns; ++j) {
            values(i, j) = std::floor(next() * levels) / levels;
            if (next() < gated) values(i, j) = -std::numeric_limits<double>::infinity();
        }
    return values;
}

} // namespace fgagt::test
