#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/io/detail/scene_painting.hpp> // KeyedRandom

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt::test {

/// Simulates how a detector might detect the same frames slightly differently.
struct PerturbationOptions {
    double dropped = 0.015; ///< share of missed detections, [0, 1]
    double jitter = 0.01;   ///< standard deviation of position and size, relative to size
    double score = 0.01;    ///< standard deviation of the scores
};

/// Adds slight errors to detections, the same ones for the same seed on every platform. A single early ID
/// switch can change the HOTA of a run by several points, so only means over seeds are comparable.
///
/// @param frames  detections of each frame
[[nodiscard]] inline std::vector<std::vector<Detection>>
perturbed(const std::vector<std::vector<Detection>>& frames, std::uint64_t seed,
          const PerturbationOptions& options = {}) {
    std::vector<std::vector<Detection>> result(frames.size());
    for (std::size_t k = 0; k < frames.size(); ++k)
        for (std::size_t index = 0; index < frames[k].size(); ++index) {
            KeyedRandom random(seed, k, index);
            if (random.uniform() < options.dropped) continue;
            const auto error = [&](double deviation) {
                return static_cast<float>(deviation * random.normal());
            };
            Detection detection = frames[k][index];
            Box& box = detection.box;
            box.left += box.width * error(options.jitter);
            box.top += box.height * error(options.jitter);
            box.width += box.width * error(options.jitter);
            box.height += box.height * error(options.jitter);
            detection.score += error(options.score);
            result[k].push_back(detection);
        }
    return result;
}

} // namespace fgagt::test
