#include "support/catch.hpp"
#include "support/moving_squares.hpp"

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/fgagt.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <unistd.h>
#include <vector>

using namespace fgagt;

namespace {

/// Memory used by the process, bytes.
std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

constexpr std::size_t kMegabyte = 1'000'000;

/// Objects all over the frame, most of them false positives, so that tracks are born, lost and removed all
/// the time.
std::vector<Detection> clutter(int frame) {
    KeyedRandom random(1, frame);
    std::vector<Detection> detections(static_cast<std::size_t>(random.uniform(5, 15)));
    for (Detection& detection : detections) {
        const auto number = [&](double low, double high) {
            return static_cast<float>(random.uniform(low, high));
        };
        detection = {.box = {number(0, 600), number(0, 400), 40, 80}, .score = number(0.3, 1)};
    }
    return detections;
}

} // namespace

TEST_CASE("memory stays constant in a long run with boxes only") {
    constexpr int kWarmUp = 2000, kFrames = 20'000;
    GeometryTracker tracker;
    std::size_t most_tracks = 0, at_start = 0;
    for (int k = 0; k < kFrames; ++k) {
        if (k == kWarmUp) at_start = resident_bytes();
        tracker.update(clutter(k));
        most_tracks = std::max(most_tracks, tracker.state().tracks.size());
        REQUIRE(tracker.state().motions.size() == tracker.state().tracks.size());
        REQUIRE(tracker.state().appearances.size() == tracker.state().tracks.size());
        REQUIRE(tracker.state().scores.scores.size() <= tracker.options().scores.window);
    }
    // At most 15 are born in a frame, and none outlives the 60 frames for which it may be lost.
    CHECK(most_tracks <= 15 * 61);
    CHECK(resident_bytes() <= at_start + kMegabyte);
}

TEST_CASE("memory stays constant in a long run with frames") {
    constexpr int kWarmUp = 300, kFrames = 1200;
    const test::MovingSquares scene;
    Tracker<> tracker;
    std::size_t at_start = 0;
    for (int k = 0; k < kFrames; ++k) {
        if (k == kWarmUp) at_start = resident_bytes();
        tracker.update(scene.frame(k), scene.detections(k));
        // The three squares, and tracks that were lost at a turn.
        REQUIRE(tracker.state().tracks.size() <= 6);
    }
    CHECK(resident_bytes() <= at_start + kMegabyte);
}
