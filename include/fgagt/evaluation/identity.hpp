#pragma once

#include <fgagt/assignment/linear_assignment.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/evaluation/frame_matching.hpp>
#include <fgagt/evaluation/sequence.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace fgagt {

/// What the identity metrics are computed from (Ristani et al., "Performance measures and a data set for
/// multi-target, multi-camera tracking", ECCV workshops 2016): boxes that agree at IoU >= 0.5 under the one
/// pairing of objects with results that makes the most of them agree. Counts of several sequences add up to
/// those of all together.
struct IdentityCounts {
    std::int64_t true_positives = 0;  ///< boxes that agree
    std::int64_t false_negatives = 0; ///< ground truth boxes that do not
    std::int64_t false_positives = 0; ///< boxes of the result that do not

    /// Harmonic mean of idp and idr, in [0, 1].
    [[nodiscard]] double idf1() const noexcept {
        const double wrong = 0.5 * static_cast<double>(false_positives + false_negatives);
        return static_cast<double>(true_positives) /
               std::max(1.0, static_cast<double>(true_positives) + wrong);
    }
    /// Precision: share of the result that agrees.
    [[nodiscard]] double idp() const noexcept {
        return share(true_positives, true_positives + false_positives);
    }
    /// Recall: share of the ground truth that agrees.
    [[nodiscard]] double idr() const noexcept {
        return share(true_positives, true_positives + false_negatives);
    }

    /// Adds the counts of another sequence.
    IdentityCounts& operator+=(const IdentityCounts& other) noexcept {
        true_positives += other.true_positives;
        false_negatives += other.false_negatives;
        false_positives += other.false_positives;
        return *this;
    }

private:
    static double share(std::int64_t part, std::int64_t whole) noexcept {
        return static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(1, whole));
    }
};

namespace detail {

/// Number of frames in which the boxes of each pair agree.
[[nodiscard]] inline std::vector<int> agreements_of_pairs(const AlignedSequence& sequence) {
    std::vector<int> agreements(sequence.pairs.size());
    for (const AlignedFrame& frame : sequence.frames)
        for (const Overlap& overlap : frame.overlaps)
            if (overlap.iou >= kMatchIou) ++agreements[static_cast<std::size_t>(overlap.pair)];
    return agreements;
}

/// The largest number of agreements that pairs have together when each id is in one pair at most.
[[nodiscard]] inline std::int64_t best_agreement(const AlignedSequence& sequence) {
    const std::vector<int> agreements = agreements_of_pairs(sequence);
    // Most results of a tracker that loses its objects often agree with nobody: they get no column.
    std::vector<int> column_of_result(sequence.result_boxes_of_id.size(), -1);
    int columns = 0;
    for (std::size_t p = 0; p < agreements.size(); ++p)
        if (int& column = column_of_result[static_cast<std::size_t>(sequence.pairs[p].second)];
            agreements[p] > 0 && column < 0)
            column = columns++;

    MatrixOf<double> matrix =
        MatrixOf<double>::Zero(static_cast<Eigen::Index>(sequence.gt_boxes_of_id.size()), columns);
    for (std::size_t p = 0; p < agreements.size(); ++p)
        if (agreements[p] > 0)
            matrix(sequence.pairs[p].first,
                   column_of_result[static_cast<std::size_t>(sequence.pairs[p].second)]) = agreements[p];

    std::vector<int> column_of;
    LinearAssignment<double>().solve(matrix, Objective::kMaximise, column_of);
    double total = 0;
    for (std::size_t row = 0; row < column_of.size(); ++row)
        if (column_of[row] >= 0) total += matrix(static_cast<Eigen::Index>(row), column_of[row]);
    return static_cast<std::int64_t>(total);
}

} // namespace detail

/// Computes the counts of the identity metrics. Minimising false negatives plus false positives, as the paper
/// does, is maximising true positives: an object and a result that are not paired cost the boxes they have.
[[nodiscard]] inline IdentityCounts count_identity(const AlignedSequence& sequence) {
    const auto sum = [](const std::vector<int>& boxes_of_id) {
        return std::accumulate(boxes_of_id.begin(), boxes_of_id.end(), std::int64_t{0});
    };
    IdentityCounts counts;
    counts.true_positives = detail::best_agreement(sequence);
    counts.false_negatives = sum(sequence.gt_boxes_of_id) - counts.true_positives;
    counts.false_positives = sum(sequence.result_boxes_of_id) - counts.true_positives;
    return counts;
}

} // namespace fgagt
