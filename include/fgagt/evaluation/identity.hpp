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

/// Counts for the identity metrics (Ristani et al., "Performance measures and a data set for multi-target,
/// multi-camera tracking", ECCV workshops 2016). Objects and result tracks are paired one-to-one over the
/// whole sequence, such that as many boxes as possible match at IoU >= 0.5. The counts of several sequences
/// can be added.
struct IdentityCounts {
    std::int64_t true_positives = 0;  ///< boxes that match
    std::int64_t false_negatives = 0; ///< ground truth boxes without a match
    std::int64_t false_positives = 0; ///< result boxes without a match

    /// Harmonic mean of idp and idr, in [0, 1].
    [[nodiscard]] double idf1() const noexcept {
        const double wrong = 0.5 * static_cast<double>(false_positives + false_negatives);
        return static_cast<double>(true_positives) /
               std::max(1.0, static_cast<double>(true_positives) + wrong);
    }
    /// Precision: fraction of the result that matches.
    [[nodiscard]] double idp() const noexcept {
        return share(true_positives, true_positives + false_positives);
    }
    /// Recall: fraction of the ground truth that matches.
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

/// Number of frames in which the boxes of each pair match.
[[nodiscard]] inline std::vector<int> agreements_of_pairs(const AlignedSequence& sequence) {
    std::vector<int> agreements(sequence.pairs.size());
    for (const AlignedFrame& frame : sequence.frames)
        for (const Overlap& overlap : frame.overlaps)
            if (overlap.iou >= kMatchIou) ++agreements[static_cast<std::size_t>(overlap.pair)];
    return agreements;
}

/// The largest total number of matches if each ID is in at most one pair.
[[nodiscard]] inline std::int64_t best_agreement(const AlignedSequence& sequence) {
    const std::vector<int> agreements = agreements_of_pairs(sequence);
    // If a tracker often loses its objects, most of its tracks match no object. They get no column.
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

/// Computes the counts of the identity metrics. The paper minimises false negatives plus false positives.
/// This is equivalent to maximising true positives, because unpaired objects and tracks cost all of their
/// boxes.
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
