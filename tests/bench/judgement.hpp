#pragma once

#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/io/mot_text.hpp>

#include <cstdint>

namespace fgagt::bench {

/// How good a result is.
struct Judgement {
    Metrics metrics;
    std::int64_t false_tracks = 0;          ///< tracks that never touch an annotated object of any class
    std::int64_t boxes_of_false_tracks = 0; ///< output boxes in these tracks
    double microseconds = 0;                ///< in the tracker
    std::int64_t frames = 0;

    /// Adds the judgement of another sequence.
    Judgement& operator+=(const Judgement& other) noexcept;
};

/// Compares a result with the ground truth. A box touches an object from an IoU of 0.5 on.
[[nodiscard]] Judgement judge(const GroundTruthRows& truth, const ResultRows& result, MotRules rules);

} // namespace fgagt::bench
