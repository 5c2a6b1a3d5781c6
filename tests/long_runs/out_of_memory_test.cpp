#include "long_runs/allocations.hpp"
#include "support/catch.hpp"
#include "support/moving_squares.hpp"
#include "support/opencv_threads.hpp"

#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>

#include <cstddef>
#include <new>
#include <sstream>
#include <string>

using namespace fgagt;

namespace {

template <class AnyTracker>
const FrameResult& track(AnyTracker& tracker, int k) {
    const test::MovingSquares scene;
    if constexpr (AnyTracker::kReadsFrames)
        return tracker.update(scene.frame(k), scene.detections(k));
    else
        return tracker.update(scene.detections(k));
}

template <class AnyTracker>
std::string saved(const AnyTracker& tracker) {
    std::ostringstream stream;
    tracker.save(stream);
    return stream.str();
}

/// Makes every allocation of one frame fail in turn, in a tracker with new buffers.
template <class AnyTracker>
void check_every_allocation() {
    AnyTracker tracker;
    for (int k = 0; k < 4; ++k)
        track(tracker, k);
    const std::string before = saved(tracker);
    AnyTracker untroubled = tracker;
    const FrameResult expected = track(untroubled, 4);
    const test::MovingSquares scene;
    const cv::Mat frame = scene.frame(4);
    const auto detections = scene.detections(4);
    std::size_t failures = 0;
    for (bool failed = true; failed; ++failures) {
        INFO("allocation " << failures);
        AnyTracker troubled;
        std::istringstream stream(before);
        troubled.restore(stream);
        failed = false;
        {
            const test::AllocationFailure failure(failures);
            try {
                if constexpr (AnyTracker::kReadsFrames)
                    troubled.update(frame, detections);
                else
                    troubled.update(detections);
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        if (!failed) break;
        REQUIRE(saved(troubled) == before);
        const FrameResult& result = track(troubled, 4);
        REQUIRE(result.tracks == expected.tracks);
        REQUIRE(result.events == expected.events);
    }
    CHECK(failures > 10);
}

} // namespace

TEST_CASE("the tracker is unchanged if any allocation fails") {
    const test::OpenCvThreads threads(1);
    check_every_allocation<Tracker<>>();
    check_every_allocation<GraphTracker<>>();
    check_every_allocation<PaperTracker<>>();
    check_every_allocation<GeometryTracker>();
}
