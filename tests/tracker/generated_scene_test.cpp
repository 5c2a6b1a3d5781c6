#include "support/catch.hpp"

#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <cstdint>
#include <optional>
#include <vector>

using namespace fgagt;

namespace {

Metrics score(const SyntheticScene& scene, const std::vector<ResultRow>& results) {
    std::vector<GroundTruthRow> truth;
    for (int k = 0; k < scene.frame_count(); ++k)
        for (const SyntheticScene::Truth& object : scene.ground_truth(k))
            if (object.visibility > 0.1F)
                truth.push_back({.frame = k + 1,
                                 .id = object.id,
                                 .box = object.box,
                                 .class_id = 1,
                                 .visibility = object.visibility});
    return evaluate(GroundTruthRows(truth), ResultRows(results), MotRules::kMot15);
}

/// Tracks the whole scene; the detector runs in every `detect_every`-th frame.
template <class AnyTracker>
Metrics track(AnyTracker tracker, const SyntheticScene& scene, int detect_every = 1) {
    std::vector<ResultRow> rows;
    for (int k = 0; k < scene.frame_count(); ++k) {
        const FrameResult* result = nullptr;
        if constexpr (AnyTracker::kReadsFrames)
            result = k % detect_every == 0 ? &tracker.update(scene.frame(k), scene.detections(k))
                                           : &tracker.propagate(scene.frame(k));
        else
            result = &tracker.update(scene.detections(k), {.camera_motion = scene.camera_motion(k)});
        for (const Track& object : result->tracks)
            rows.push_back({k + 1, object.id, object.box, object.score});
    }
    return score(scene, rows);
}

} // namespace

TEST_CASE("crossing objects of a generated scene keep their IDs") {
    const Metrics metrics = track(Tracker<>(), SyntheticScene());
    CHECK(metrics.hota.hota() > 0.75);
    CHECK(metrics.identity.idf1() > 0.9);
    CHECK(metrics.clear.mota() > 0.85);
}

TEST_CASE("a panning and shaking camera costs little accuracy, with frames and without") {
    SyntheticSceneOptions options;
    options.camera_pan = {3, 0.5F};
    options.camera_shake = 2;
    const SyntheticScene scene(options);
    CHECK(track(Tracker<>(), scene).identity.idf1() > 0.85);
    CHECK(track(GeometryTracker(), scene).identity.idf1() > 0.8);
}

TEST_CASE("running the detector in every third frame is enough") {
    CHECK(track(Tracker<>(), SyntheticScene(), 3).identity.idf1() > 0.8);
}

TEST_CASE("appearance distinguishes crossing objects better than motion alone") {
    SyntheticSceneOptions options;
    options.objects = 14;
    options.crossings = 6;
    double with = 0, without = 0;
    for (unsigned seed = 1; seed <= 4; ++seed) {
        options.seed = seed;
        const SyntheticScene scene(options);
        with += track(Tracker<>(), scene).identity.idf1();
        without += track(GeometryTracker(), scene).identity.idf1();
    }
    CHECK(with > without);
}
