#pragma once

#include <fgagt/types.hpp>

#include <Eigen/Core>

#include <cmath>
#include <limits>

namespace fgagt {
namespace detail {

/// Squared distance of two rows of any finite floats. The difference is taken first: |a|^2 + |b|^2 - 2ab
/// would lose nearly equal vectors to cancellation.
template <class RowA, class RowB>
[[nodiscard]] double squared_distance(const RowA& a, const RowB& b) {
    const auto fast = static_cast<double>((a - b).squaredNorm());
    const bool kept_its_precision = fast > 1e-30 && fast < 1e30; // squares neither underflow nor overflow
    if (kept_its_precision) return fast;
    return (a.template cast<double>() - b.template cast<double>()).squaredNorm();
}

} // namespace detail

/// Prior affinity E = w IoU + (1 - w) S_ft of the adaptive graph (FGAGT, section on the adaptive graph
/// network). S_ft is 1 / (distance^2 + 1e-16), each row divided by its L2 norm.
///
/// @param features_d  [M x D], features_t  [N x D], finite
/// @param iou         [M x N]
/// @param iou_weight  w in [0, 1]
/// @param squared     false: 1 / (distance + 1e-16), as the paper's other description says
/// @param prior       [M x N], resized; finite for all finite features. Complexity: O(M N D)
inline void affinity_prior(const Matrix& features_d, const Matrix& features_t, const Matrix& iou,
                           float iou_weight, bool squared, Matrix& prior) {
    prior.resize(iou.rows(), iou.cols());
    if (prior.size() == 0) return;
    Eigen::ArrayXd distances(iou.cols());
    for (Eigen::Index d = 0; d < iou.rows(); ++d) {
        for (Eigen::Index t = 0; t < iou.cols(); ++t) {
            const double square = detail::squared_distance(features_d.row(d), features_t.row(t));
            distances[t] = (squared ? square : std::sqrt(square)) + 1e-16;
        }
        // Relative to the row's smallest distance the largest entry is 1 before normalisation, so nothing
        // overflows where two vectors are identical.
        distances = distances.minCoeff() / distances;
        distances /= distances.matrix().norm();
        prior.row(d) =
            iou_weight * iou.row(d) + (1 - iou_weight) * distances.matrix().transpose().cast<float>();
    }
}

} // namespace fgagt
