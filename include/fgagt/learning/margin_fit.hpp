#pragma once

#include <fgagt/assignment/margin_assigner.hpp>
#include <fgagt/errors.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/types.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fgagt {

namespace detail {

/// Right matches of one sample less wrong ones: those with somebody else's track, and those of nobody.
///
/// @param track_of  [M] the track that each detection takes, -1 for none
[[nodiscard]] inline std::int64_t right_less_wrong(const AssociationSample& sample,
                                                   std::span<const int> track_of) {
    std::int64_t balance = 0;
    for (std::size_t d = 0; d < track_of.size(); ++d) {
        if (track_of[d] < 0) continue;
        const TrackId track = sample.identities_t[static_cast<std::size_t>(track_of[d])];
        balance += sample.identities_d[d] == track ? 1 : -1;
    }
    return balance;
}

/// Middle of the longest run of the largest value, the first one where several are as long.
[[nodiscard]] inline double middle_of_best_plateau(std::span<const std::int64_t> values) {
    std::size_t best = 0, best_length = 0;
    for (std::size_t first = 0, end = 0; first < values.size(); first = end) {
        while (end < values.size() && values[end] == values[first])
            ++end;
        const bool better = best_length == 0 || values[first] > values[best] ||
                            (values[first] == values[best] && end - first > best_length);
        if (!better) continue;
        best = first;
        best_length = end - first;
    }
    return static_cast<double>(best) + (static_cast<double>(best_length) - 1) / 2;
}

} // namespace detail

/// The margin with which margin assignment gets most right: right matches less wrong ones, summed over all
/// samples. A match is wrong with somebody else's track and for a false positive; whoever stays unmatched
/// counts nothing. Looks at 0, 0.05, ... 0.95, and takes the middle of the longest run of margins that do
/// equally well.
///
/// @param samples       who is who
/// @param similarities  [M x N] of each sample, as a graph or an AssociationNetwork computes it
/// @return  in [0, 0.95]
/// @throws InvalidArgument  numbers or shapes disagree, or a similarity is NaN or infinite
[[nodiscard]] inline float fitted_margin(std::span<const AssociationSample> samples,
                                         std::span<const Matrix> similarities) {
    constexpr std::size_t kSteps = 20;
    if (samples.size() != similarities.size())
        detail::throw_invalid("fitted_margin: expected as many similarities as samples, ", samples.size(),
                              ", got ", similarities.size());
    std::array<std::int64_t, kSteps> balance{};
    MarginAssigner assigner;
    std::vector<int> track_of;
    for (std::size_t k = 0; k < samples.size(); ++k) {
        const auto rows = static_cast<std::size_t>(similarities[k].rows());
        const auto columns = static_cast<std::size_t>(similarities[k].cols());
        if (rows != samples[k].identities_d.size() || columns != samples[k].identities_t.size())
            detail::throw_invalid("fitted_margin: expected similarities [", samples[k].identities_d.size(),
                                  " x ", samples[k].identities_t.size(), "] of sample ", k, ", got [", rows,
                                  " x ", columns, "]");
        for (std::size_t step = 0; step < kSteps; ++step) {
            assigner.assign(similarities[k], static_cast<float>(step) / kSteps, track_of);
            balance[step] += detail::right_less_wrong(samples[k], track_of);
        }
    }
    return static_cast<float>(detail::middle_of_best_plateau(balance) / kSteps);
}

} // namespace fgagt
