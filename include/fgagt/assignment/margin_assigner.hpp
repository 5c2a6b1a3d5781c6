#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/assignment/detail/reaching.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Margin-augmented assignment: every detection is matched with a track or with the margin (FGAGT, section
/// 3.4).
///
/// Solves the assignment problem of [scores, margin * 1(M x M)] without building the block of margins. Only
/// the gain of a pair counts, its score minus the margin; an unmatched detection gains nothing. Pairs below
/// the margin are therefore dropped at once, which leaves a maximum-weight matching. Detections bid for
/// tracks in a few passes of reduction (Jonker and Volgenant 1987). The losing ones continue with shortest
/// augmenting paths, which end at a free track or at a detection that is better left unmatched. A detection
/// with many such pairs tries the best ones first, and the others only where they could matter. Computes in
/// double. O(M N) to read the scores, then O(min(M, N) (E + max(M, N) min(M, N))) at worst for E pairs that
/// reach the margin.
///
/// @tparam Scalar  float or double
template <class Scalar>
class BasicMarginAssigner {
public:
    /// Maximises the sum over detections: each contributes the score of its pair, or the margin if it is
    /// unmatched.
    ///
    /// No matched pair has a score below the margin. Among optimal assignments it finds one with the most
    /// pairs; in particular, a pair whose score equals the margin is matched if that costs nothing. The
    /// total is optimal up to rounding in double.
    ///
    /// @param scores    [M x N], higher is better; -inf forbids a pair
    /// @param margin    score of a detection without a track, in units of the scores
    /// @param track_of  set to [M]: the column of each row, -1 if it has none
    /// @throws InvalidArgument  a score is NaN or +inf, or the margin is not finite
    /// @note M == 0 and N == 0 are valid. The same input always gives the same result, ties included.
    void assign(const MatrixOf<Scalar>& scores, Scalar margin, std::vector<int>& track_of) {
        if (!detail::is_finite(margin))
            detail::throw_invalid("MarginAssigner::assign: expected a finite margin, got ", margin,
                                  "; it must be on the same scale as the scores");
        collect_edges(scores, margin);
        const bool transposed = scores.rows() > scores.cols(); // fewer rows need fewer paths
        if (transposed) transpose_edges(static_cast<std::size_t>(scores.cols()));
        forget_assignment(transposed ? scores.rows() : scores.cols());
        reduce();
        for (const Index row : pending_)
            augment(row);
        write_result(scores, transposed, track_of);
    }

private:
    using Index = std::uint32_t;
    static constexpr Index kNone = std::numeric_limits<Index>::max();
    // For an unknown gain or distance.
    static constexpr double kLargest = std::numeric_limits<double>::max();
    static constexpr int kPasses = 20;       // of bidding: cheaper than the searches they save
    static constexpr std::size_t kBest = 16; // edges of a row that are tried first

    /// A pair that reaches the margin.
    struct Edge {
        double gain; // over the margin, >= 0
        Index column;
    };

    /// A block of scores of a row.
    struct Block {
        Index first;        // its first column
        std::uint32_t good; // bit k: the k-th reaches the margin
    };

    /// A path to a column within one search.
    struct Way {
        double distance;
        Index column;
    };

    static void make_room(std::vector<Edge>& edges, std::size_t count) {
        if (edges.size() < count) edges.resize(std::max(count, 2 * edges.size()));
    }

    /// Collects the pairs that reach the margin, row by row, with their gains.
    void collect_edges(const MatrixOf<Scalar>& scores, Scalar margin) {
        const auto columns = static_cast<std::size_t>(scores.cols());
        row_begin_.assign(1, 0);
        std::size_t count = 0;
        for (Eigen::Index row = 0; row < scores.rows(); ++row) {
            // Every score is written, but only the good ones are kept.
            make_room(edges_, count + columns + 1);
            const Scalar* values = scores.data() + static_cast<std::size_t>(row) * columns;
            for (const Block& block : good_blocks(values, columns, margin)) {
                const bool has_many = (block.good & (block.good >> 1U) & (block.good >> 2U)) != 0;
                if (has_many) // filtering all is faster than picking
                    count = append_edges(values, block.first, block.first + detail::kReachingBlock, margin,
                                         count);
                else
                    for (std::uint32_t good = block.good; good != 0; good &= good - 1) {
                        const auto column = block.first + static_cast<Index>(std::countr_zero(good));
                        count = append_edges(values, column, column + 1, margin, count);
                    }
            }
            count = append_edges(values, columns - columns % detail::kReachingBlock, columns, margin, count);
            for (std::size_t e = row_begin_.back(); e < count; ++e)
                if (!detail::is_finite(edges_[e].gain))
                    detail::throw_invalid(
                        "MarginAssigner::assign: expected finite scores or -inf for a forbidden pair, got ",
                        values[edges_[e].column], " for detection ", row, " and track ", edges_[e].column,
                        "; check how the scores are computed");
            row_begin_.push_back(count);
        }
    }

    /// The blocks of a row with a score that reaches the margin. Branch-free, because their positions are
    /// unpredictable.
    std::span<const Block> good_blocks(const Scalar* values, std::size_t columns, Scalar margin) {
        blocks_.resize(columns / detail::kReachingBlock + 1);
        std::size_t count = 0;
        for (std::size_t block = 0; block < columns / detail::kReachingBlock; ++block) {
            const std::size_t first = block * detail::kReachingBlock;
            blocks_[count] = {static_cast<Index>(first), detail::reaching(values + first, margin)};
            count += blocks_[count].good != 0 ? 1U : 0U;
        }
        return {blocks_.data(), count};
    }

    /// Appends the edges of columns [first, last) that are not below the margin.
    ///
    /// @return  the number of edges afterwards
    std::size_t append_edges(const Scalar* values, std::size_t first, std::size_t last, Scalar margin,
                             std::size_t count) {
        for (std::size_t column = first; column < last; ++column) {
            edges_[count] = {static_cast<double>(values[column]) - static_cast<double>(margin),
                             static_cast<Index>(column)};
            count += !detail::is_nan(values[column]) && values[column] < margin ? 0U : 1U;
        }
        return count;
    }

    /// Swaps the roles of rows and columns.
    void transpose_edges(std::size_t columns) {
        const std::size_t rows = row_begin_.size() - 1;
        next_begin_.assign(columns + 1, 0);
        for (std::size_t e = 0; e < row_begin_.back(); ++e)
            ++next_begin_[edges_[e].column + 1];
        std::partial_sum(next_begin_.begin(), next_begin_.end(), next_begin_.begin());
        make_room(other_edges_, row_begin_.back());
        place_.assign(next_begin_.begin(), next_begin_.end());
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t e = row_begin_[row]; e < row_begin_[row + 1]; ++e)
                other_edges_[place_[edges_[e].column]++] = {edges_[e].gain, static_cast<Index>(row)};
        std::swap(edges_, other_edges_);
        std::swap(row_begin_, next_begin_);
    }

    /// Applies `act` to the edges of a row in batches, the best ones first. Continues only while `matters`
    /// accepts the highest gain that the remaining edges can have.
    template <class Act, class Matters>
    void for_edges(Index row, Act act, Matters matters) {
        std::size_t e = row_begin_[row];
        for (;;) {
            for (; e < best_end_[row]; ++e)
                act(edges_[e]);
            if (e == row_begin_[row + 1] || !matters(rest_gain_[row])) return;
            find_more_best(row);
        }
    }

    /// Extends the known best edges of a row by the best of its other edges: by all of them if they are few,
    /// otherwise by about as many as are known already.
    void find_more_best(Index row) {
        const std::span<Edge> rest(edges_.data() + best_end_[row], edges_.data() + row_begin_[row + 1]);
        const std::size_t wanted = std::max(best_end_[row] - row_begin_[row], kBest);
        if (rest.size() < 4 * wanted) {
            best_end_[row] = row_begin_[row + 1];
            return;
        }
        rest_gain_[row] = gain_of_best(rest, wanted);
        const double bound = rest_gain_[row];
        const auto others = std::partition(rest.begin(), rest.end(),
                                           [bound](const Edge& edge) { return edge.gain >= bound; });
        best_end_[row] += static_cast<std::size_t>(others - rest.begin());
    }

    /// A gain that about `wanted` of the edges reach, and at least one. Estimated from a sample.
    static double gain_of_best(std::span<const Edge> edges, std::size_t wanted) {
        constexpr std::size_t kSamples = 16;
        std::array<double, kSamples> samples{};
        for (std::size_t k = 0; k < kSamples; ++k)
            samples[k] = edges[k * edges.size() / kSamples].gain;
        const auto rank = static_cast<std::ptrdiff_t>(kSamples * wanted / edges.size());
        std::nth_element(samples.begin(), samples.begin() + rank, samples.end(), std::greater<>());
        return samples[static_cast<std::size_t>(rank)];
    }

    void forget_assignment(Eigen::Index column_count) {
        const std::size_t rows = row_begin_.size() - 1;
        const auto columns = static_cast<std::size_t>(column_count);
        best_end_.assign(row_begin_.begin(), row_begin_.end() - 1);
        rest_gain_.assign(rows, kLargest);
        column_of_.assign(rows, kNone);
        row_of_.assign(columns, kNone);
        value_.assign(rows, 0.0);
        price_.assign(columns, 0.0);
        distance_.assign(columns, kLargest);
        from_row_.resize(columns);
        pending_.resize(rows);
        std::iota(pending_.begin(), pending_.end(), Index{0});
    }

    /// Rows bid for columns. Rows that end up without one stay in `pending_`.
    void reduce() {
        for (int pass = 0; pass < kPasses && !pending_.empty(); ++pass) {
            next_pending_.clear();
            for (const Index row : pending_)
                bid(row);
            std::swap(pending_, next_pending_);
        }
    }

    /// The row takes its best column at the highest price at which it still prefers that column. A row that
    /// is outbid, or that cannot raise the price, waits for the next pass.
    void bid(Index row) {
        double best = -kLargest, second = 0; // staying unmatched is always an alternative
        Index column = kNone;
        const auto consider = [&](const Edge& edge) {
            const double net = edge.gain - price_[edge.column];
            if (net > best || (net == best && row_of_[column] != kNone && row_of_[edge.column] == kNone)) {
                second = std::max(second, best);
                best = net;
                column = edge.column;
            } else {
                second = std::max(second, net);
            }
        };
        for_edges(row, consider, [&](double gain) { return gain > second; });
        if (best < 0) return; // prices only rise: it stays unmatched
        const Index owner = row_of_[column];
        if (owner != kNone) {
            next_pending_.push_back(best > second ? owner : row);
            if (best <= second) return;
            column_of_[owner] = kNone;
        }
        price_[column] += best - second;
        value_[row] = second;
        column_of_[row] = column;
        row_of_[column] = row;
    }

    /// Finds the best place for `start`: the shortest alternating path to a free column, or to a row that
    /// then becomes unmatched. Distances are losses in the total.
    void augment(Index start) {
        open_.clear();
        settled_.clear();
        value_[start] = 0;
        end_ = {.distance = 0, .column = kNone}; // at worst `start` itself stays unmatched
        Index leaver = start;
        relax(start, 0);
        while (!open_.empty() && may_be_nearer(open_.front())) {
            const Way way = open_.front();
            std::ranges::pop_heap(open_, std::greater<>(), &Way::distance);
            open_.pop_back();
            if (way.distance > distance_[way.column]) continue; // a shorter one is known
            settled_.push_back(way);
            distance_[way.column] = -kLargest; // no path is shorter
            const Index row = row_of_[way.column];
            if (way.distance + value_[row] < end_.distance) {
                end_ = {.distance = way.distance + value_[row], .column = kNone};
                leaver = row;
            }
            relax(row, way.distance);
        }
        update_prices(start);
        flip_path(start, end_.column != kNone ? end_.column : std::exchange(column_of_[leaver], kNone));
        for (const auto* ways : {&open_, &settled_})
            for (const Way& way : *ways)
                distance_[way.column] = kLargest;
    }

    /// Whether a path may lead to a better end. At equal distances a free column is better than a row that
    /// becomes unmatched, because it gives one more pair.
    [[nodiscard]] bool may_be_nearer(const Way& way) const {
        return way.distance < end_.distance || (way.distance == end_.distance && end_.column == kNone);
    }

    /// Shortens the paths to the columns of `row`. Paths longer than the best end are ignored.
    void relax(Index row, double row_distance) {
        const double base = row_distance + value_[row];
        const auto shorten = [&](const Edge& edge) {
            const Index column = edge.column;
            const Way way{.distance = base - edge.gain + price_[column], .column = column};
            if (!may_be_nearer(way) || way.distance >= distance_[column]) return;
            from_row_[column] = row;
            if (row_of_[column] == kNone) {
                end_ = way;
            } else {
                distance_[column] = way.distance;
                open_.push_back(way);
                std::ranges::push_heap(open_, std::greater<>(), &Way::distance);
            }
        };
        for_edges(row, shorten, [&](double gain) { return base - gain <= end_.distance; });
    }

    /// Keeps the conditions that prove an assignment optimal: gain <= value + price for every pair, with
    /// equality for matched pairs; values and prices >= 0; and zero for unmatched rows and columns.
    void update_prices(Index start) {
        value_[start] = -end_.distance;
        for (const Way& way : settled_) {
            const double rise = end_.distance - way.distance;
            price_[way.column] += rise;
            value_[row_of_[way.column]] -= rise;
        }
    }

    /// Gives `column` to the row before it on the path, that row's old column to the row before, and so on
    /// back to `start`.
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

    std::vector<Block> blocks_;          // of one row
    std::vector<std::size_t> row_begin_; // [rows + 1] where each row's edges begin
    std::vector<std::size_t> best_end_;  // [rows] where the known best ones end
    std::vector<double> rest_gain_;      // [rows] no other edge gains more
    std::vector<Edge> edges_;
    std::vector<std::size_t> next_begin_, place_; // for transposing
    std::vector<Edge> other_edges_;
    std::vector<Index> column_of_, row_of_;     // the assignment, in both directions
    std::vector<double> value_, price_;         // of rows and columns: the dual solution
    std::vector<Index> pending_, next_pending_; // rows that have no column yet
    std::vector<double> distance_;              // [columns] within one search
    std::vector<Index> from_row_;               // [columns] the row before each column on its path
    std::vector<Way> open_;                     // heap of paths to matched columns, shortest first
    std::vector<Way> settled_;                  // final shortest paths
    Way end_{};                                 // end of the shortest path so far; no column: a row
};

/// The tracker's assigner: FGAGT's margin-augmented assignment in float.
using MarginAssigner = BasicMarginAssigner<float>;
static_assert(Assigner<MarginAssigner>);

} // namespace fgagt
