#include "margin.hpp"

#include "data.hpp"
#include "support/margin_by_tracking.hpp"
#include "support/progress.hpp"
#include "support/training_data.hpp"

#include <fgagt/core/types.hpp>
#include <fgagt/learning/generated_people.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt::examples {

float margin_by_tracking(const Arguments& arguments, const NetworkWeights& weights) {
    const std::int64_t scenes = validation_scenes(arguments);
    MarginMetrics sum{};
    Progress progress(announced_frames(arguments.validation) + scenes * GeneratedPeople::kFrames,
                      arguments.quiet, "frames tracked");
    const Tick tick = tick_of(progress);
    for (std::size_t k = 0; k < arguments.validation.size(); ++k) {
        MarginTrial trial(weights);
        for_frames(arguments.validation[k], arguments.detections,
                   seed_for(arguments, Purpose::kValidation, k), [&](const LabelledFrame& frame) {
                       trial.update(frame);
                       tick(1);
                   });
        trial.finish(sum);
    }
    std::vector<MarginMetrics> metrics(static_cast<std::size_t>(scenes));
    make_in_parallel(
        scenes, [&](std::int64_t made) { tick(made * GeneratedPeople::kFrames); },
        [&](std::size_t k) {
            GeneratedPeople scene(seed_for(arguments, Purpose::kValidationScenes, k));
            MarginTrial trial(weights);
            for (int frame = 0; frame < GeneratedPeople::kFrames; ++frame) {
                const GeneratedPeople::Frame next = scene.next();
                trial.update({next.pixels, next.detections, next.truth}, Affine{});
            }
            trial.finish(metrics[k]);
        });
    for (const MarginMetrics& scene : metrics)
        for (std::size_t k = 0; k < kMargins; ++k)
            sum[k] += scene[k];
    return best_margin(sum);
}

} // namespace fgagt::examples
