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

/// The three families of metrics, for one sequence or for several combined.
struct Metrics {
    HotaCounts hota;         ///< HOTA: detection and association at all thresholds
    ClearCounts clear;       ///< MOTA and related metrics
    IdentityCounts identity; ///< IDF1 and related metrics

    /// Adds the counts of another sequence.
    Metrics& operator+=(const Metrics& other) noexcept {
        hota += other.hota;
        clear += other.clear;
        identity += other.identity;
        return *this;
    }
};

/// Compares a result with the ground truth. The numbers equal those of TrackEval (Luiten and Hoffhues).
///
/// @param gt          ground truth
/// @param result      output of a tracker
/// @param rules       rules of the benchmark
/// @param last_frame  only frames 1 to this one are compared
/// @throws InvalidArgument  see align()
[[nodiscard]] inline Metrics evaluate(const GroundTruthRows& gt, const ResultRows& result, MotRules rules,
                                      std::int64_t last_frame = std::numeric_limits<std::int64_t>::max()) {
    const AlignedSequence sequence = align(gt, result, rules, last_frame);
    return {count_hota(sequence), count_clear(sequence), count_identity(sequence)};
}

/// The metrics of several sequences combined, as in TrackEval's row COMBINED. Counts are summed, so each
/// sequence is weighted by its number of boxes.
[[nodiscard]] inline Metrics combine(std::span<const Metrics> sequences) noexcept {
    Metrics all;
    for (const Metrics& metrics : sequences)
        all += metrics;
    return all;
}

} // namespace fgagt
