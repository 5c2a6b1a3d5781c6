#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>

/// @file
/// Fits maps that rotate, scale and shift: (x, y) -> (a x - b y + tx, b x + a y + ty).
namespace fgagt::detail {

/// A point and its new position.
struct PointPair {
    cv::Point2f from, to;
};

[[nodiscard]] inline cv::Point2d apply(const Affine& map, cv::Point2f point) noexcept {
    return {map.a * point.x + map.b * point.y + map.tx, map.c * point.x + map.d * point.y + map.ty};
}

/// Squared error of a map for one pair.
[[nodiscard]] inline double squared_error(const Affine& map, const PointPair& pair) noexcept {
    const cv::Point2d miss = apply(map, pair.from) - cv::Point2d(pair.to);
    return miss.dot(miss);
}

/// The similarity of least squared error (Umeyama, PAMI 1991, in two dimensions and closed form) over the
/// pairs for which `counts(pair)` holds; empty if they have fewer than two different points. O(K).
template <class Counts>
[[nodiscard]] std::optional<Affine> fit_similarity(std::span<const PointPair> pairs, Counts counts) {
    cv::Point2d from, to;
    double count = 0;
    for (const PointPair& pair : pairs) {
        if (!counts(pair)) continue;
        from += cv::Point2d(pair.from);
        to += cv::Point2d(pair.to);
        ++count;
    }
    if (count < 2) return std::nullopt;
    from /= count;
    to /= count;

    double along = 0, across = 0, spread = 0;
    for (const PointPair& pair : pairs) {
        if (!counts(pair)) continue;
        const cv::Point2d p = cv::Point2d(pair.from) - from, q = cv::Point2d(pair.to) - to;
        along += p.dot(q);
        across += p.cross(q);
        spread += p.dot(p);
    }
    if (detail::is_nan(spread) || spread <= 0) return std::nullopt;
    const double a = along / spread, b = across / spread;
    return Affine{a, -b, to.x - a * from.x + b * from.y, b, a, to.y - b * from.x - a * from.y};
}

/// The same over all pairs.
[[nodiscard]] inline std::optional<Affine> fit_similarity(std::span<const PointPair> pairs) {
    return fit_similarity(pairs, [](const PointPair&) { return true; });
}

/// A similarity that most pairs agree on.
struct RobustSimilarity {
    Affine map;
    std::size_t inliers = 0; ///< pairs with an error of at most the tolerance
};

/// RANSAC with the truncated squared error as score (Torr & Zisserman, "MLESAC", 2000), then least squares on
/// the inliers. The seed is fixed, so the same pairs give the same map.
///
/// @param tolerance  maximum error of an inlier, pixels
/// @param trials     random samples of two pairs
[[nodiscard]] inline std::optional<RobustSimilarity> robust_similarity(std::span<const PointPair> pairs,
                                                                       double tolerance, int trials) {
    if (pairs.size() < 2) return std::nullopt;
    const double limit = tolerance * tolerance;
    const auto cost_of = [&](const Affine& map, double enough) {
        double cost = 0;
        for (const PointPair& pair : pairs) {
            cost += std::min(squared_error(map, pair), limit);
            if (cost >= enough) break;
        }
        return cost;
    };

    // The standard specifies its numbers, but not those of distributions.
    std::minstd_rand random;
    const auto index = [&] { return static_cast<std::size_t>(random()) % pairs.size(); };
    std::optional<Affine> best;
    double least = limit * static_cast<double>(pairs.size());
    for (int trial = 0; trial < trials; ++trial) {
        const std::array sample{pairs[index()], pairs[index()]};
        const std::optional<Affine> map = fit_similarity(sample);
        if (!map) continue;
        const double cost = cost_of(*map, least);
        if (cost >= least) continue;
        least = cost;
        best = map;
    }
    if (!best) return std::nullopt;

    RobustSimilarity result{*best, 0};
    for (int pass = 0; pass < 3; ++pass) { // the first fit gains inliers, the next ones settle
        const auto inlier = [limit, map = result.map](const PointPair& pair) {
            return squared_error(map, pair) <= limit;
        };
        result.inliers = static_cast<std::size_t>(std::count_if(pairs.begin(), pairs.end(), inlier));
        result.map = fit_similarity(pairs, inlier).value_or(result.map);
    }
    return result;
}

} // namespace fgagt::detail
