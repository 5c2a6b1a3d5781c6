#pragma once

#include <fgagt/concepts.hpp>
#include <fgagt/errors.hpp>
#include <fgagt/types.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace fgagt {

/// Margin-augmented assignment: every detection takes a track or the margin (FGAGT, section 3.4).
///
/// Solves the assignment problem of [scores, margin * 1(M x M)], whose block of margins is never built: what
/// counts is the gain of a pair, its score less the margin, and staying unmatched gains nothing. Pairs below
/// the margin are thus left out at once, and what remains is a maximum-weight matching: detections bid for
/// tracks in two passes of reduction (Jonker and Volgenant 1987), and those that lost continue by shortest
/// augmenting paths, which end at a free track or at a detection that is better left unmatched.
/// Computes in double. O(min(M, N) (E + max(M, N) min(M, N))) at worst for E pairs that reach the margin.
///
/// @tparam Scalar  float or double
template <class Scalar>
class BasicMarginAssigner {
public:
    /// Maximises the sum over detections of the score of the track each takes, or of the margin.
    ///
    /// No taken score is below the margin. Of several optimal assignments it finds one with the most pairs;
    /// in particular a score that equals the margin is taken where that costs nothing. The total is optimal
    /// up to rounding in double.
    ///
    /// @param scores    [M x N], higher is better; -inf forbids a pair
    /// @param margin    what a detection gets for staying without a track, in units of the scores
    /// @param track_of  becomes [M], the column that each row takes, -1 for none
    /// @throws InvalidArgument  a score is NaN or +inf, or the margin is not finite
    /// @note M == 0 and N == 0 are valid. The same input always gives the same result, ties included.
    void assign(const MatrixOf<Scalar>& scores, Scalar margin, std::vector<int>& track_of) {
        check(scores, margin);
        const bool transposed = scores.rows() > scores.cols(); // fewer rows need fewer paths
        if (transposed) transposed_scores_ = scores.transpose();
        const MatrixOf<Scalar>& wide = transposed ? transposed_scores_ : scores;
        collect_edges(wide, margin);
        forget_assignment(wide);
        reduce();
        for (const Index row : pending_)
            augment(row);
        write_result(scores, transposed, track_of);
    }

private:
    using Index = std::uint32_t;
    static constexpr Index kNone = std::numeric_limits<Index>::max();
    static constexpr double kInfinity = std::numeric_limits<double>::infinity();

    static void check(const MatrixOf<Scalar>& scores, Scalar margin) {
        if (!std::isfinite(margin))
            detail::throw_invalid("MarginAssigner::assign: expected a finite margin, got ", margin,
                                  "; it must have the scale of the scores");
        if ((scores.array() < std::numeric_limits<Scalar>::infinity()).all()) return; // false for NaN
        for (Eigen::Index d = 0; d < scores.rows(); ++d)
            for (Eigen::Index t = 0; t < scores.cols(); ++t)
                if (!(scores(d, t) < std::numeric_limits<Scalar>::infinity()))
                    detail::throw_invalid("MarginAssigner::assign: expected finite scores or -inf for a "
                                          "forbidden pair, got ",
                                          scores(d, t), " for detection ", d, " and track ", t,
                                          "; check what computed the scores");
    }

    /// The pairs that reach the margin, row by row, with what they gain over it.
    void collect_edges(const MatrixOf<Scalar>& scores, Scalar margin) {
        const auto size = static_cast<std::size_t>(scores.size());
        edge_column_.resize(size + 1); // one more: every pair is written, only the good ones are kept
        edge_gain_.resize(size + 1);
        row_begin_.assign(1, 0);
        std::size_t count = 0;
        for (Eigen::Index row = 0; row < scores.rows(); ++row) {
            const Scalar* values = scores.data() + row * scores.cols();
            for (Eigen::Index column = 0; column < scores.cols(); ++column) {
                edge_column_[count] = static_cast<Index>(column);
                edge_gain_[count] = static_cast<double>(values[column]) - static_cast<double>(margin);
                count += values[column] >= margin ? 1 : 0;
            }
            row_begin_.push_back(count);
        }
    }

    void forget_assignment(const MatrixOf<Scalar>& scores) {
        const auto rows = static_cast<std::size_t>(scores.rows());
        const auto columns = static_cast<std::size_t>(scores.cols());
        column_of_.assign(rows, kNone);
        row_of_.assign(columns, kNone);
        value_.assign(rows, 0.0);
        price_.assign(columns, 0.0);
        distance_.assign(columns, kInfinity);
        from_row_.resize(columns);
        pending_.resize(rows);
        for (std::size_t row = 0; row < rows; ++row)
            pending_[row] = static_cast<Index>(row);
    }

    /// Lets rows bid for columns; those without one afterwards are left in `pending_`.
    void reduce() {
        for (int pass = 0; pass < 2; ++pass) {
            next_pending_.clear();
            for (const Index row : pending_)
                bid(row);
            std::swap(pending_, next_pending_);
        }
    }

    /// The row takes its best column at the highest price that it would still prefer to pay. Who is outbid,
    /// or would have to share, waits for the next pass.
    void bid(Index row) {
        double best = -kInfinity, second = 0; // staying unmatched is always an alternative
        Index column = kNone;
        for (std::size_t e = row_begin_[row]; e < row_begin_[row + 1]; ++e) {
            const Index candidate = edge_column_[e];
            const double net = edge_gain_[e] - price_[candidate];
            if (net > best || (net == best && row_of_[column] != kNone && row_of_[candidate] == kNone)) {
                second = std::max(second, best);
                best = net;
                column = candidate;
            } else {
                second = std::max(second, net);
            }
        }
        if (best < 0) return; // prices only rise: it stays unmatched
        const Index owner = row_of_[column];
        if (owner != kNone) {
            next_pending_.push_back(best > second ? owner : row);
            if (!(best > second)) return;
            column_of_[owner] = kNone;
        }
        price_[column] += best - second;
        value_[row] = second;
        column_of_[row] = column;
        row_of_[column] = row;
    }

    /// Finds the best place for `start`: the shortest alternating path to a free column, or to a row that is
    /// then left unmatched. Distances are what the total loses.
    void augment(Index start) {
        reached_.clear();
        settled_distance_.clear();
        value_[start] = 0;
        Index row = start, leaver = start, free_column = kNone;
        double row_distance = 0, leaving = 0; // by the path to the best row to leave unmatched so far
        for (;;) {
            relax(row, row_distance, leaving);
            const Index column = settle_nearest(leaving);
            if (column == kNone) break;
            row = row_of_[column];
            row_distance = settled_distance_.back();
            if (row == kNone) {
                free_column = column;
                break;
            }
            if (row_distance + value_[row] < leaving) {
                leaving = row_distance + value_[row];
                leaver = row;
            }
        }
        update_prices(start, free_column != kNone ? row_distance : leaving);
        flip_path(start, free_column != kNone ? free_column : std::exchange(column_of_[leaver], kNone));
        for (const Index column : reached_)
            distance_[column] = kInfinity;
    }

    /// Shortens the ways to the columns of `row`; one longer than `limit` is of no use.
    void relax(Index row, double row_distance, double limit) {
        const double base = row_distance + value_[row];
        for (std::size_t e = row_begin_[row]; e < row_begin_[row + 1]; ++e) {
            const Index column = edge_column_[e];
            const double through_row = base - edge_gain_[e] + price_[column];
            if (through_row < distance_[column] && through_row <= limit) {
                if (distance_[column] == kInfinity) reached_.push_back(column);
                distance_[column] = through_row;
                from_row_[column] = row;
            }
        }
    }

    /// Settles the nearest reached column within `limit`, a free one where distances are equal.
    Index settle_nearest(double limit) {
        std::size_t nearest = reached_.size();
        double nearest_distance = limit;
        for (std::size_t k = settled_distance_.size(); k < reached_.size(); ++k) {
            const double distance = distance_[reached_[k]];
            if (distance < nearest_distance ||
                (distance == nearest_distance &&
                 (nearest == reached_.size() || row_of_[reached_[k]] == kNone))) {
                nearest_distance = distance;
                nearest = k;
            }
        }
        if (nearest == reached_.size()) return kNone;
        std::swap(reached_[settled_distance_.size()], reached_[nearest]);
        const Index column = reached_[settled_distance_.size()];
        settled_distance_.push_back(nearest_distance);
        distance_[column] = -kInfinity; // no way is shorter
        return column;
    }

    /// Keeps gain <= value + price for every pair and equal for matched ones, values and prices >= 0, and
    /// those of unmatched rows and columns zero: which is what proves an assignment optimal.
    void update_prices(Index start, double path_length) {
        value_[start] = -path_length;
        for (std::size_t k = 0; k < settled_distance_.size(); ++k) {
            const double rise = path_length - settled_distance_[k];
            price_[reached_[k]] += rise;
            const Index owner = row_of_[reached_[k]];
            if (owner != kNone) value_[owner] -= rise;
        }
    }

    /// Hands `column` to the row before it on the path, that row's own to the one before, back to `start`.
    void flip_path(Index start, Index column) {
        for (Index row = kNone; row != start && column != kNone;) {
            row = from_row_[column];
            row_of_[column] = row;
            std::swap(column_of_[row], column);
        }
    }

    void write_result(const MatrixOf<Scalar>& scores, bool transposed, std::vector<int>& track_of) const {
        track_of.assign(static_cast<std::size_t>(scores.rows()), -1);
        for (std::size_t row = 0; row < column_of_.size(); ++row) {
            const Index column = column_of_[row];
            if (column == kNone) continue;
            if (transposed)
                track_of[column] = static_cast<int>(row);
            else
                track_of[row] = static_cast<int>(column);
        }
    }

    MatrixOf<Scalar> transposed_scores_;
    std::vector<std::size_t> row_begin_; // [rows + 1] where each row's edges begin
    std::vector<Index> edge_column_;
    std::vector<double> edge_gain_;             // >= 0
    std::vector<Index> column_of_, row_of_;     // the assignment, from either side
    std::vector<double> value_, price_;         // of rows and columns: the dual solution
    std::vector<Index> pending_, next_pending_; // rows that have no column yet
    std::vector<double> distance_;              // [columns] within one search
    std::vector<Index> from_row_;               // [columns] the row before each column on its path
    std::vector<Index> reached_;                // columns that the search knows, settled ones first
    std::vector<double> settled_distance_;      // of the settled ones
};

/// The tracker's assigner: FGAGT's margin-augmented assignment in float.
using MarginAssigner = BasicMarginAssigner<float>;
static_assert(Assigner<MarginAssigner>);

} // namespace fgagt
