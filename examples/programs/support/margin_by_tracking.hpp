#pragma once

#include "training_data.hpp"

#include <fgagt/core/types.hpp>
#include <fgagt/evaluation/evaluate.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// The candidate margins: 0.4, 0.45, ... 0.9.
inline constexpr std::size_t kMargins = 11;
[[nodiscard]] constexpr float margin_at(std::size_t k) noexcept {
    return static_cast<float>(40 + 5 * k) / 100; // the same result with and without fused instructions
}

/// The metrics for each margin.
using MarginMetrics = std::array<Metrics, kMargins>;

/// Tracks one sequence with all margins at once.
class MarginTrial {
public:
    /// @param weights  for the default backbone and pooler
    explicit MarginTrial(NetworkWeights weights) {
        for (std::size_t k = 0; k < kMargins; ++k) {
            weights.graph.margin = margin_at(k);
            trackers_.emplace_back(GraphTracker<>::learned(weights));
        }
    }

    /// @param frame          the next frame
    /// @param camera_motion  if known; otherwise estimated
    void update(const LabelledFrame& frame, std::optional<Affine> camera_motion = {}) {
        ++number_;
        for (const auto& [id, box] : frame.people)
            truth_.push_back({.frame = number_, .id = id, .box = box});
        for (std::size_t k = 0; k < kMargins; ++k) {
            const auto& result =
                trackers_[k].update(frame.pixels, frame.detections, {.camera_motion = camera_motion});
            for (const auto& object : result.tracks)
                tracks_[k].push_back({number_, object.id, object.box, object.score});
            if (!camera_motion) camera_motion = trackers_[k].work().camera_motion;
        }
    }

    /// Compares the tracks with the ground truth and adds the metrics.
    void finish(MarginMetrics& metrics) {
        const GroundTruthRows truth(std::move(truth_));
        for (std::size_t k = 0; k < kMargins; ++k)
            metrics[k] += evaluate(truth, ResultRows(std::move(tracks_[k])), MotRules::kMot15);
    }

private:
    std::vector<GraphTracker<>> trackers_;
    std::array<std::vector<ResultRow>, kMargins> tracks_;
    std::vector<GroundTruthRow> truth_;
    std::int64_t number_ = 0;
};

/// The largest margin whose HOTA is within a tenth of a per cent of the highest. Margins that tie on the
/// validation data differ where association is harder; there a strict margin makes fewer errors.
[[nodiscard]] inline float best_margin(const MarginMetrics& metrics) {
    constexpr double kAsGood = 0.001;
    const auto hota = [](const Metrics& one) { return one.hota.hota(); };
    const double highest = hota(std::ranges::max(metrics, {}, hota));
    std::size_t k = kMargins - 1;
    while (hota(metrics[k]) < highest - kAsGood)
        --k;
    return margin_at(k);
}

} // namespace fgagt::examples
