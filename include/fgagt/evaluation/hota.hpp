#pragma once

#include <fgagt/evaluation/frame_matching.hpp>
#include <fgagt/evaluation/sequence.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace fgagt {

/// Number of localisation thresholds alpha: 0.05, 0.10, ..., 0.95.
inline constexpr std::size_t kHotaThresholds = 19;

/// Counts for HOTA, per threshold (Luiten et al., "HOTA: A higher order metric for evaluating multi-object
/// tracking", IJCV 2021). The counts of several sequences can be added.
///
/// Scores are in [0, 1]. Without an index they are the mean over the thresholds.
struct HotaCounts {
    /// One number per threshold.
    template <class Number>
    using PerThreshold = std::array<Number, kHotaThresholds>;

    PerThreshold<std::int64_t> true_positives{};  ///< matched pairs
    PerThreshold<std::int64_t> false_negatives{}; ///< ground truth boxes without a match
    PerThreshold<std::int64_t> false_positives{}; ///< result boxes without a match
    PerThreshold<double> association{};           ///< sum of association scores over true positives
    PerThreshold<double> iou{};                   ///< sum of IoUs over true positives

    /// Minimum IoU of a match at threshold `index`.
    [[nodiscard]] static double alpha(std::size_t index) noexcept {
        return 0.05 + 0.05 * static_cast<double>(index);
    }

    /// Detection accuracy: TP / (TP + FN + FP).
    [[nodiscard]] double det_a(std::size_t a) const noexcept {
        const auto all = true_positives[a] + false_negatives[a] + false_positives[a];
        return static_cast<double>(true_positives[a]) / at_least_one(all);
    }
    /// Association accuracy: mean association score over the true positives.
    [[nodiscard]] double ass_a(std::size_t a) const noexcept {
        return association[a] / at_least_one(true_positives[a]);
    }
    /// Geometric mean of det_a and ass_a.
    [[nodiscard]] double hota(std::size_t a) const noexcept { return std::sqrt(det_a(a) * ass_a(a)); }
    /// Localisation accuracy: mean IoU of the matches; 1 if there are none.
    [[nodiscard]] double loc_a(std::size_t a) const noexcept {
        return true_positives[a] == 0 ? 1.0 : iou[a] / static_cast<double>(true_positives[a]);
    }

    /// Mean over the thresholds.
    [[nodiscard]] double hota() const noexcept {
        return mean([this](std::size_t a) { return hota(a); });
    }
    /// Mean over the thresholds.
    [[nodiscard]] double det_a() const noexcept {
        return mean([this](std::size_t a) { return det_a(a); });
    }
    /// Mean over the thresholds.
    [[nodiscard]] double ass_a() const noexcept {
        return mean([this](std::size_t a) { return ass_a(a); });
    }
    /// Mean over the thresholds.
    [[nodiscard]] double loc_a() const noexcept {
        return mean([this](std::size_t a) { return loc_a(a); });
    }

    /// Adds the counts of another sequence.
    HotaCounts& operator+=(const HotaCounts& other) noexcept {
        for (std::size_t a = 0; a < kHotaThresholds; ++a) {
            true_positives[a] += other.true_positives[a];
            false_negatives[a] += other.false_negatives[a];
            false_positives[a] += other.false_positives[a];
            association[a] += other.association[a];
            iou[a] += other.iou[a];
        }
        return *this;
    }

private:
    static double at_least_one(std::int64_t count) noexcept {
        return static_cast<double>(std::max<std::int64_t>(1, count));
    }
    template <class Score>
    static double mean(Score score) noexcept {
        double sum = 0;
        for (std::size_t a = 0; a < kHotaThresholds; ++a)
            sum += score(a);
        return sum / static_cast<double>(kHotaThresholds);
    }
};

namespace detail {

/// How well the IDs of each pair match over the whole sequence, in [0, 1], before any matching: the number of
/// shared boxes divided by the number of boxes of either ID. A frame contributes its IoU divided by the sum
/// of the IoUs of both boxes with all boxes.
[[nodiscard]] inline std::vector<double> global_alignment(const AlignedSequence& sequence) {
    std::vector<double> shared(sequence.pairs.size());
    std::vector<double> gt_sums, result_sums;
    for (const AlignedFrame& frame : sequence.frames) {
        gt_sums.assign(frame.gt_ids.size(), 0.0);
        result_sums.assign(frame.result_ids.size(), 0.0);
        for (const Overlap& overlap : frame.overlaps) {
            gt_sums[static_cast<std::size_t>(overlap.gt)] += overlap.iou;
            result_sums[static_cast<std::size_t>(overlap.result)] += overlap.iou;
        }
        for (const Overlap& overlap : frame.overlaps) {
            const double either = result_sums[static_cast<std::size_t>(overlap.result)] +
                                  gt_sums[static_cast<std::size_t>(overlap.gt)] - overlap.iou;
            if (either > std::numeric_limits<double>::epsilon())
                shared[static_cast<std::size_t>(overlap.pair)] += overlap.iou / either;
        }
    }
    for (std::size_t p = 0; p < shared.size(); ++p) {
        const auto [gt, result] = sequence.pairs[p];
        const int boxes = sequence.gt_boxes_of_id[static_cast<std::size_t>(gt)] +
                          sequence.result_boxes_of_id[static_cast<std::size_t>(result)];
        shared[p] /= boxes - shared[p];
    }
    return shared;
}

/// Number of thresholds that an IoU reaches.
[[nodiscard]] inline std::size_t thresholds_reached(double iou) noexcept {
    std::size_t count = 0;
    while (count < kHotaThresholds && reaches(iou, HotaCounts::alpha(count)))
        ++count;
    return count;
}

} // namespace detail

/// Computes the counts of HOTA. One matching per frame serves all thresholds. It maximises IoU times the
/// global alignment of the IDs.
[[nodiscard]] inline HotaCounts count_hota(const AlignedSequence& sequence) {
    HotaCounts counts;
    const std::vector<double> alignment = detail::global_alignment(sequence);
    std::vector<std::array<int, kHotaThresholds>> matches_of_pair(sequence.pairs.size());

    detail::FrameMatching matching;
    std::vector<double> scores;
    for (const AlignedFrame& frame : sequence.frames) {
        scores.clear();
        for (const Overlap& overlap : frame.overlaps)
            scores.push_back(alignment[static_cast<std::size_t>(overlap.pair)] * overlap.iou);
        std::array<std::int64_t, kHotaThresholds> matches{};
        for (const std::size_t k :
             matching.match(frame.gt_ids.size(), frame.result_ids.size(), frame.overlaps, scores)) {
            const Overlap& match = frame.overlaps[k];
            const std::size_t reached = detail::thresholds_reached(match.iou);
            for (std::size_t a = 0; a < reached; ++a) {
                ++matches[a];
                ++matches_of_pair[static_cast<std::size_t>(match.pair)][a];
                counts.iou[a] += match.iou;
            }
        }
        for (std::size_t a = 0; a < kHotaThresholds; ++a) {
            counts.true_positives[a] += matches[a];
            counts.false_negatives[a] += static_cast<std::int64_t>(frame.gt_ids.size()) - matches[a];
            counts.false_positives[a] += static_cast<std::int64_t>(frame.result_ids.size()) - matches[a];
        }
    }

    for (std::size_t p = 0; p < sequence.pairs.size(); ++p) {
        const auto [gt, result] = sequence.pairs[p];
        const int boxes = sequence.gt_boxes_of_id[static_cast<std::size_t>(gt)] +
                          sequence.result_boxes_of_id[static_cast<std::size_t>(result)];
        for (std::size_t a = 0; a < kHotaThresholds; ++a) {
            const double both = matches_of_pair[p][a];
            counts.association[a] += both * both / std::max(1.0, boxes - both);
        }
    }
    return counts;
}

} // namespace fgagt
