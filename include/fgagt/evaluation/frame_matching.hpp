#pragma once

#include <fgagt/assignment/linear_assignment.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/evaluation/sequence.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace fgagt {

/// Minimum IoU at which CLEAR, Identity and the preprocessing treat two boxes as the same object.
inline constexpr double kMatchIou = 0.5;

namespace detail {

/// Whether an IoU reaches a threshold. As in TrackEval, it may fall short by rounding errors.
[[nodiscard]] inline bool reaches(double iou, double threshold) noexcept {
    return iou >= threshold - std::numeric_limits<double>::epsilon();
}

/// One-to-one matching of a frame's boxes.
class FrameMatching {
public:
    /// Maximises the sum of scores.
    ///
    /// @param scores  one per overlap, >= 0
    /// @return        indices of the chosen overlaps in increasing order, without those of score 0; valid
    ///                until the next call
    const std::vector<std::size_t>& match(std::size_t gts, std::size_t results,
                                          std::span<const Overlap> overlaps, std::span<const double> scores) {
        matrix_.setZero(static_cast<Eigen::Index>(gts), static_cast<Eigen::Index>(results));
        for (std::size_t k = 0; k < overlaps.size(); ++k)
            matrix_(overlaps[k].gt, overlaps[k].result) = scores[k];
        assignment_.solve(matrix_, Objective::kMaximise, result_of_gt_);
        chosen_.clear();
        for (std::size_t k = 0; k < overlaps.size(); ++k)
            if (scores[k] > 0 &&
                result_of_gt_[static_cast<std::size_t>(overlaps[k].gt)] == overlaps[k].result)
                chosen_.push_back(k);
        return chosen_;
    }

private:
    MatrixOf<double> matrix_;
    LinearAssignment<double> assignment_;
    std::vector<int> result_of_gt_;
    std::vector<std::size_t> chosen_;
};

} // namespace detail
} // namespace fgagt
