#pragma once

#include <fgagt/evaluation/clear.hpp>
#include <fgagt/evaluation/hota.hpp>
#include <fgagt/evaluation/identity.hpp>
#include <fgagt/evaluation/preprocessing.hpp>
#include <fgagt/io/mot_text.hpp>

#include <cstdint>
#include <limits>
#include <span>

namespace fgagt {

/// The three families of metrics of one sequence, or of several together.
struct Metrics {
    HotaCounts hota;         ///< detection and association at every overlap
    ClearCounts clear;       ///< MOTA and its kin
    IdentityCounts identity; ///< IDF1 and its kin

    /// Adds the counts of another sequence.
    Metrics& operator+=(const Metrics& other) noexcept {
        hota += other.hota;
        clear += other.clear;
        identity += other.identity;
        return *this;
    }
};

/// Compares a result with the ground truth, with the figures of TrackEval (Luiten and Hoffhues).
///
/// @param gt          ground truth
/// @param result      what a tracker wrote
/// @param rules       of the benchmark
/// @param last_frame  only frames 1 to this one are compared
/// @throws InvalidArgument  as align()
[[nodiscard]] inline Metrics evaluate(const GroundTruthRows& gt, const ResultRows& result, MotRules rules,
                                      std::int64_t last_frame = std::numeric_limits<std::int64_t>::max()) {
    const AlignedSequence sequence = align(gt, result, rules, last_frame);
    return {count_hota(sequence), count_clear(sequence), count_identity(sequence)};
}

/// The metrics of several sequences together, as TrackEval's row COMBINED: counts are summed, so that a
/// sequence weighs as much as it has boxes.
[[nodiscard]] inline Metrics combine(std::span<const Metrics> sequences) noexcept {
    Metrics all;
    for (const Metrics& metrics : sequences)
        all += metrics;
    return all;
}

} // namespace fgagt
