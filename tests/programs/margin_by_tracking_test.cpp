#include "support/catch.hpp"
#include "support/margin_by_tracking.hpp"

#include <fgagt/graph_tracker.hpp>
#include <fgagt/learning/generated_people.hpp>
#include <fgagt/weights/default_weights.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

using namespace fgagt;
using namespace fgagt::examples;

namespace {

/// Metrics with a HOTA of `right` per cent.
Metrics with_hota(int right) {
    std::vector<GroundTruthRow> truth;
    std::vector<ResultRow> result;
    for (int frame = 1; frame <= 100; ++frame) {
        truth.push_back({.frame = frame, .id = 1, .box = {0, 0, 10, 20}});
        if (frame <= right) result.push_back({frame, 1, {0, 0, 10, 20}, 1});
    }
    return evaluate(GroundTruthRows(std::move(truth)), ResultRows(std::move(result)), MotRules::kMot15);
}

MarginMetrics with_hotas(std::initializer_list<int> right) {
    MarginMetrics metrics{};
    std::size_t k = 0;
    for (const int one : right)
        metrics[k++] = with_hota(one);
    return metrics;
}

} // namespace

TEST_CASE("the best margin is the largest one with nearly the best result") {
    CHECK(best_margin(with_hotas({50, 60, 70, 60, 50, 40, 30, 20, 10, 5, 1})) == margin_at(2));
    CHECK(best_margin(with_hotas({50, 70, 60, 70, 70, 69, 30, 20, 10, 5, 1})) == margin_at(4));
    CHECK(best_margin(with_hotas({50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50})) == margin_at(kMargins - 1));
    CHECK(best_margin(with_hotas({90, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})) == margin_at(0));
}

TEST_CASE("all margins are equal without objects to track") {
    CHECK(best_margin(MarginMetrics{}) == margin_at(kMargins - 1));
}

TEST_CASE("every margin of a trial tracks like a separate tracker with that margin") {
    constexpr std::uint64_t kSeed = 4;
    constexpr std::size_t kChosen = 9; // strict enough to lose an object
    GeneratedPeople scene(kSeed);
    NetworkWeights weights = default_weights();
    MarginTrial trial(weights);
    weights.graph.margin = margin_at(kChosen);
    GraphTracker<> tracker(GraphTracker<>::learned(weights));
    std::vector<GroundTruthRow> truth;
    std::vector<ResultRow> tracks;
    for (int k = 1; k <= GeneratedPeople::kFrames; ++k) {
        const GeneratedPeople::Frame frame = scene.next();
        trial.update({frame.pixels, frame.detections, frame.truth}, Affine{});
        for (const auto& [id, box] : frame.truth)
            truth.push_back({.frame = k, .id = id, .box = box});
        for (const auto& object :
             tracker.update(frame.pixels, frame.detections, {.camera_motion = Affine{}}).tracks)
            tracks.push_back({k, object.id, object.box, object.score});
    }
    MarginMetrics metrics{};
    trial.finish(metrics);
    const Metrics alone =
        evaluate(GroundTruthRows(std::move(truth)), ResultRows(std::move(tracks)), MotRules::kMot15);
    CHECK(metrics[kChosen].hota.hota() == alone.hota.hota());
    CHECK(metrics[kChosen].hota.hota() > 0.3);
    CHECK(metrics[kChosen].hota.hota() != metrics[0].hota.hota());
}
