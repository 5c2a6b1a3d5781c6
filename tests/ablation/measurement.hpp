#pragma once

#include "sequence.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::ablation {

/// The measurements of a run; the first five as in TrackEval, fractions in per cent.
enum Metric : std::size_t { kHota, kAssA, kIdf1, kMota, kIdSwitches, kMicroseconds, kMetrics };

using Figures = std::array<double, kMetrics>;

/// The result of a tracker on a sequence.
struct Outcome {
    ResultRows result;
    double microseconds = 0; ///< per frame, in the tracker only
};

/// One row of the ablation: a tracker with its options.
struct Configuration {
    std::string name;
    /// Tracks a sequence from its start with the given detections of each frame.
    std::function<Outcome(const Sequence&, const std::vector<std::vector<Detection>>&)> track;
};

/// Mean and standard deviation over runs.
struct Summary {
    Figures mean{};
    std::optional<Figures> deviation{}; ///< empty for one run
};

[[nodiscard]] Summary summarise(const std::vector<Figures>& runs);

/// Tracks the sequence `runs` times with perturbed detections (test::perturbed, seeds from 1), `jobs` runs in
/// parallel.
[[nodiscard]] std::vector<Figures> measure(const Configuration& configuration, const Sequence& sequence,
                                           int runs, int jobs);

} // namespace fgagt::ablation
