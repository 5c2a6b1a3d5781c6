#include "long_runs/allocations.hpp"
#include "support/catch.hpp"

#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <cstddef>
#include <cstdio>
#include <vector>

using namespace fgagt;

namespace {

/// People who come and go, so that consecutive frames contain different numbers of them.
struct People {
    std::vector<cv::Mat> frames;
    std::vector<std::vector<Detection>> detections;

    People() {
        SyntheticSceneOptions options;
        options.frame_size = {320, 240};
        options.frames = 60;
        options.objects = 24;
        options.min_height = 30;
        options.max_height = 70;
        options.false_positives = 2;
        const SyntheticScene scene(options);
        for (int k = 0; k < scene.frame_count(); ++k) {
            frames.push_back(scene.frame(k));
            detections.push_back(scene.detections(k));
        }
    }
};

/// Counts the allocations of one pass over the stream, after some other passes.
template <class AnyTracker>
test::Allocations allocations_of(const char* name, AnyTracker tracker = {}) {
    const People stream;
    const auto pass = [&] {
        for (std::size_t k = 0; k < stream.frames.size(); ++k)
            if constexpr (AnyTracker::kReadsFrames)
                tracker.update(stream.frames[k], stream.detections[k]);
            else
                tracker.update(stream.detections[k]);
    };
    for (int warm_up = 0; warm_up < 8; ++warm_up)
        pass();
    const test::AllocationCounter counter;
    pass();
    const test::Allocations counted = counter.count();
    std::printf("%s, %zu frames: %zu allocations of containers, %zu of matrices, %zu of other libraries\n",
                name, stream.frames.size(), counted.containers, counted.matrices, counted.others);
    return counted;
}

} // namespace

TEST_CASE("the library allocates no memory once warm") {
    const auto takes_none = [](const test::Allocations& counted) {
        return counted.containers == 0 && counted.matrices == 0;
    };
    CHECK(takes_none(allocations_of<GeometryTracker>("GeometryTracker")));
    CHECK(takes_none(allocations_of<PaperTracker<>>("PaperTracker")));
    CHECK(takes_none(allocations_of<Tracker<>>("Tracker")));
    CHECK(takes_none(allocations_of<GraphTracker<>>("GraphTracker")));
}
