#pragma once

#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/packed_product.hpp>
#include <fgagt/core/types.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {
namespace detail {

/// Squared distance of two rows of any finite floats. Takes the difference first, because |a|^2 + |b|^2 - 2ab
/// loses its precision for nearly equal vectors.
[[nodiscard]] inline double squared_distance(std::span<const float> a, std::span<const float> b) {
    const double fast = sum_of_squared_differences(a, b);
    // In this range, squares neither underflow nor overflow.
    const bool kept_its_precision = fast > 1e-30 && fast < 1e30;
    if (kept_its_precision) return fast;
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        const double difference = static_cast<double>(a[k]) - static_cast<double>(b[k]);
        sum += difference * difference;
    }
    return sum;
}

/// |a|^2 of each row; infinite if it exceeds a float.
inline void squared_lengths(const Matrix& matrix, std::vector<float>& lengths) {
    lengths.resize(static_cast<std::size_t>(matrix.rows()));
    for (std::size_t row = 0; row < lengths.size(); ++row)
        lengths[row] = sum_of_squares(row_of(matrix, row));
}

} // namespace detail

/// Scratch memory of affinity_prior.
struct AffinityPriorScratch {
    std::vector<float> lengths_d;      ///< [M] squared lengths of the detections' features
    std::vector<float> lengths_t;      ///< [N] squared lengths of the tracks'
    detail::PackedMatrix transposed_t; ///< features of the tracks
    Matrix products;                   ///< [M x N] of the features
    std::vector<double> closeness;     ///< [N]
};

/// Prior affinity E = w IoU + (1 - w) S_ft of the adaptive graph (FGAGT, section on the adaptive graph
/// network). S_ft is 1 / (distance^2 + 1e-16), each row divided by its L2 norm.
///
/// @param features_d  [M x D], finite
/// @param features_t  [N x D], finite
/// @param iou         [M x N]
/// @param iou_weight  w in [0, 1]
/// @param squared     false: 1 / (distance + 1e-16), as in the paper's other description
/// @param prior       [M x N], resized; finite for all finite features. Complexity: O(M N D)
/// @param scratch     reused from call to call
inline void affinity_prior(const Matrix& features_d, const Matrix& features_t, const Matrix& iou,
                           float iou_weight, bool squared, Matrix& prior, AffinityPriorScratch& scratch) {
    prior.resize(iou.rows(), iou.cols());
    if (prior.size() == 0) return;
    detail::squared_lengths(features_d, scratch.lengths_d);
    detail::squared_lengths(features_t, scratch.lengths_t);
    scratch.transposed_t.pack(detail::MatrixView(features_t).transposed());
    detail::multiply(detail::MatrixView(features_d), scratch.transposed_t, scratch.products);
    std::vector<double>& closeness = scratch.closeness;
    closeness.resize(static_cast<std::size_t>(iou.cols()));
    for (std::size_t d = 0; d < static_cast<std::size_t>(iou.rows()); ++d) {
        const std::span<const float> products = detail::row_of(std::as_const(scratch.products), d);
        double nearest = std::numeric_limits<double>::max();
        for (std::size_t t = 0; t < closeness.size(); ++t) {
            // |a|^2 + |b|^2 - 2 ab is precise if the distance is not small compared to the lengths and all
            // numbers are of ordinary size.
            const float lengths = scratch.lengths_d[d] + scratch.lengths_t[t];
            const float fast = lengths - 2 * products[t];
            const bool kept_its_precision = fast > lengths / 16 && lengths > 1e-30F && lengths < 1e30F;
            const double square =
                kept_its_precision
                    ? static_cast<double>(fast)
                    : detail::squared_distance(detail::row_of(features_d, d), detail::row_of(features_t, t));
            closeness[t] = (squared ? square : std::sqrt(square)) + 1e-16;
            nearest = std::min(nearest, closeness[t]);
        }
        // Values are relative to the row's smallest distance. The largest entry is then 1 before
        // normalisation, so nothing overflows if two vectors are identical.
        double length = 0;
        for (double& value : closeness) {
            value = nearest / value;
            length += value * value;
        }
        const double unit = 1 / std::sqrt(length);
        const std::span<const float> overlaps = detail::row_of(iou, d);
        const std::span<float> priors = detail::row_of(prior, d);
        for (std::size_t t = 0; t < closeness.size(); ++t)
            priors[t] = iou_weight * overlaps[t] + (1 - iou_weight) * static_cast<float>(closeness[t] * unit);
    }
}

} // namespace fgagt
