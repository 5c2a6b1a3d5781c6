#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace fgagt {

/// Whether a matrix holds costs (lower is better) or affinities (higher is better).
enum class Objective { kMinimise, kMaximise };

/// Rectangular linear assignment: at most one column per row and one row per column.
///
/// First every row takes its cheapest column if that is free. Shortest augmenting paths with dual prices
/// assign the others (Jonker and Volgenant 1987, in the rectangular form of Crouse, "On implementing 2D
/// rectangular assignment algorithms", IEEE TAES 52(4), 2016). Computes in double. O(min(M, N)^2 max(M, N))
/// at worst, far less on average.
///
/// @tparam Scalar  float or double
template <class Scalar>
class LinearAssignment {
public:
    /// Finds the assignment with the most allowed pairs and, among those, the best total.
    ///
    /// Without forbidden pairs, the shorter side is assigned completely; rows may outnumber columns. With
    /// forbidden pairs, a larger number of pairs takes precedence over a better total. The total is optimal
    /// up to rounding in double, relative to min(M, N) times the range of the allowed values.
    ///
    /// @param matrix     [M x N] costs or affinities; +inf (minimise) or -inf (maximise) forbids a pair
    /// @param objective  whether to minimise or maximise the total
    /// @param column_of  set to [M]: the column of each row, -1 if it has none
    /// @throws InvalidArgument  a value is NaN, or an infinity that does not mean "forbidden"
    /// @note M == 0 and N == 0 are valid. The same matrix always gives the same result, ties included.
    void solve(const MatrixOf<Scalar>& matrix, Objective objective, std::vector<int>& column_of) {
        transposed_ = matrix.rows() > matrix.cols();
        rows_ = static_cast<std::size_t>(transposed_ ? matrix.cols() : matrix.rows());
        columns_ = static_cast<std::size_t>(transposed_ ? matrix.rows() : matrix.cols());
        copy_costs(matrix, objective);
        replace_forbidden();
        take_cheapest_columns();
        for (Index row = 0; row < rows_; ++row)
            if (column_of_[row] == kNone) augment(row);
        write_result(matrix, column_of);
    }

private:
    using Index = std::uint32_t;
    static constexpr Index kNone = std::numeric_limits<Index>::max();
    static constexpr double kLargest = std::numeric_limits<double>::max();

    [[nodiscard]] double& cost(std::size_t row, std::size_t column) noexcept {
        return costs_[row * columns_ + column];
    }

    /// Copies the costs, transposed if needed, so that rows never outnumber columns.
    void copy_costs(const MatrixOf<Scalar>& matrix, Objective objective) {
        const double sign = objective == Objective::kMinimise ? 1.0 : -1.0;
        costs_.resize(rows_ * columns_);
        for (Eigen::Index i = 0; i < matrix.rows(); ++i)
            for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
                const double value = sign * static_cast<double>(matrix(i, j));
                if (detail::is_nan(value) || (!detail::is_finite(value) && value < 0))
                    detail::throw_invalid("LinearAssignment::solve: expected finite values or ",
                                          sign > 0 ? "+inf" : "-inf", " for a forbidden pair, got ",
                                          matrix(i, j), " in row ", i, ", column ", j,
                                          "; check how the matrix is computed");
                const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
                (transposed_ ? cost(column, row) : cost(row, column)) = value;
            }
    }

    /// Gives forbidden pairs a cost that outweighs any difference between allowed ones, so that a complete
    /// assignment contains as few of them as possible.
    void replace_forbidden() {
        double lowest = kLargest, highest = -kLargest;
        for (const double& value : costs_) {
            if (!detail::is_finite(value)) continue;
            lowest = std::min(lowest, value);
            highest = std::max(highest, value);
        }
        const bool any_allowed = lowest <= highest;
        const double range = any_allowed ? highest - lowest : 0.0;
        const double step = static_cast<double>(rows_ + 1) * range;
        const double penalty =
            any_allowed ? highest + (step > 0 ? step : std::max(1.0, std::abs(highest))) : 1.0;
        if (!detail::is_finite(penalty * static_cast<double>(rows_ + 1)))
            detail::throw_invalid("LinearAssignment::solve: expected values whose sums stay finite, got a "
                                  "range from ",
                                  lowest, " to ", highest, "; scale the matrix down");
        std::ranges::replace_if(
            costs_, [](const double& value) { return !detail::is_finite(value); }, penalty);
    }

    /// Every row takes its cheapest column if that is still free. This is optimal for the rows that get one.
    void take_cheapest_columns() {
        column_of_.assign(rows_, kNone);
        row_of_.assign(columns_, kNone);
        row_price_.resize(rows_);
        column_price_.assign(columns_, 0.0);
        for (Index row = 0; row < rows_; ++row) {
            const double* costs = costs_.data() + row * columns_;
            const auto column = static_cast<Index>(std::min_element(costs, costs + columns_) - costs);
            row_price_[row] = costs[column];
            if (row_of_[column] == kNone) {
                row_of_[column] = row;
                column_of_[row] = column;
            }
        }
    }

    /// Assigns a column to `start` along the cheapest alternating path that ends at a free column.
    void augment(Index start) {
        distance_.assign(columns_, kLargest);
        from_row_.resize(columns_);
        open_columns_.resize(columns_);
        std::iota(open_columns_.begin(), open_columns_.end(), Index{0});

        std::size_t open = columns_; // open_columns_[open, end) are settled
        double path_length = 0;
        Index row = start, column = kNone;
        do {
            column = settle_next_column(row, path_length, open);
            path_length = distance_[column];
            row = row_of_[column];
        } while (row != kNone);

        update_prices(start, open, path_length);
        flip_path(start, column);
    }

    /// Relaxes the edges of `row` and settles the nearest open column, preferring a free one on ties.
    Index settle_next_column(Index row, double row_distance, std::size_t& open) {
        const double* costs = costs_.data() + row * columns_;
        const double base = row_distance - row_price_[row];
        double nearest_distance = kLargest;
        std::size_t nearest = 0;
        for (std::size_t k = 0; k < open; ++k) {
            const Index column = open_columns_[k];
            const double through_row = base + costs[column] - column_price_[column];
            if (through_row < distance_[column]) {
                distance_[column] = through_row;
                from_row_[column] = row;
            }
            const double distance = distance_[column];
            if (distance < nearest_distance || (distance == nearest_distance && row_of_[column] == kNone)) {
                nearest_distance = distance;
                nearest = k;
            }
        }
        std::swap(open_columns_[nearest], open_columns_[--open]);
        return open_columns_[open];
    }

    /// Keeps every reduced cost non-negative and those of the new pairs zero.
    void update_prices(Index start, std::size_t open, double path_length) {
        row_price_[start] += path_length;
        for (std::size_t k = open; k < columns_; ++k) {
            const Index column = open_columns_[k];
            const double change = path_length - distance_[column];
            column_price_[column] -= change;
            if (row_of_[column] != kNone) row_price_[row_of_[column]] += change;
        }
    }

    /// Swaps the matched and unmatched edges of the path, from its free end back to `start`.
    void flip_path(Index start, Index column) {
        for (Index row = kNone; row != start;) {
            row = from_row_[column];
            row_of_[column] = row;
            std::swap(column_of_[row], column);
        }
    }

    void write_result(const MatrixOf<Scalar>& matrix, std::vector<int>& column_of) const {
        column_of.assign(static_cast<std::size_t>(matrix.rows()), -1);
        for (Index row = 0; row < rows_; ++row) {
            const Index column = column_of_[row];
            const Index i = transposed_ ? column : row, j = transposed_ ? row : column;
            if (detail::is_finite(matrix(i, j))) column_of[i] = static_cast<int>(j);
        }
    }

    bool transposed_ = false;
    std::size_t rows_ = 0, columns_ = 0; // of the copied costs: rows_ <= columns_
    std::vector<double> costs_;
    std::vector<Index> column_of_, row_of_;
    // Cost >= row price + column price, with equality where matched.
    std::vector<double> row_price_, column_price_;
    std::vector<double> distance_;    // [columns] from the row being augmented
    std::vector<Index> from_row_;     // [columns] the row before each column on its path
    std::vector<Index> open_columns_; // open ones first, then settled ones
};

} // namespace fgagt
