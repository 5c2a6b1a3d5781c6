#pragma once

#include "sequence.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::ablation {

/// What is measured of a run; the first five as TrackEval computes them, shares in per cent.
enum Metric : std::size_t { kHota, kAssA, kIdf1, kMota, kIdSwitches, kMicroseconds, kMetrics };

using Figures = std::array<double, kMetrics>;

/// What a tracker made of a sequence.
struct Outcome {
    ResultRows result;
    double microseconds = 0; ///< per frame, in the tracker alone
};

/// One row of the ablation: a tracker with its options.
struct Configuration {
    std::string name;
    /// Tracks a sequence from its start, given its detections (or slightly other ones) of each frame.
    std::function<Outcome(const Sequence&, const std::vector<std::vector<Detection>>&)> track;
};

/// Mean and standard deviation over runs.
struct Summary {
    Figures mean{};
    std::optional<Figures> deviation{}; ///< empty for one run
};

[[nodiscard]] Summary summarise(const std::vector<Figures>& runs);

/// Tracks the sequence `runs` times with perturbed detections (test::perturbed, seeds from 1), `jobs` runs at
/// a time.
[[nodiscard]] std::vector<Figures> measure(const Configuration& configuration, const Sequence& sequence,
                                           int runs, int jobs);

} // namespace fgagt::ablation
