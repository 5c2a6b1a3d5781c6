#include "fuzz/tracker_target.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"
#include "support/data.hpp"

#include <fgagt/geometry_tracker.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// Runs one tracker for a number of frames with hostile detections, times and cameras, and checks that its
/// results are usable and its state stays small.
void check_long_stream(std::int64_t frames) {
    constexpr std::int64_t kStretch = 100; // frames per block of random bytes
    constexpr std::size_t kBytes = 40'000;
    const unsigned seed = seed_of("a long hostile stream");
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    GeometryTracker tracker;
    std::string noise(kBytes, '\0');
    std::size_t most_tracks = 0;
    std::int64_t refused = 0;
    TrackId last_born = 0;
    for (std::int64_t k = 0; k < frames; ++k) {
        if (k % kStretch == 0)
            std::ranges::generate(noise, [&] { return static_cast<char>(random() & 0xFFU); });
        ByteSource bytes(std::string_view(noise).substr(static_cast<std::size_t>(k % kStretch) * 400));
        HostileInput input(bytes, 0);
        FrameInput next = input.next(tracker.state().timestamp, false);
        if (next.info.timestamp && !(std::abs(*next.info.timestamp) < 1e9)) next.info.timestamp.reset();
        try {
            const FrameResult& result = tracker.update(next.detections, next.info);
            for (const Track& track : result.tracks) {
                if (!is_usable(track.box) || !(track.score >= 0 && track.score <= 1) ||
                    (track.detection && *track.detection >= next.detections.size()))
                    FAIL("frame " << k << " has an unusable track");
            }
            for (const TrackId id : result.events.born) {
                if (id <= last_born) FAIL("frame " << k << " reuses the ID " << id << " again");
                last_born = id;
            }
        } catch (const InvalidArgument&) {
            ++refused;
        }
        most_tracks = std::max(most_tracks, tracker.state().tracks.size());
    }
    CHECK(refused < frames / 2);
    CHECK(last_born > frames / 4);
    // At most 12 are born in a frame, and none outlives 60 frames without a match.
    CHECK(most_tracks <= 12 * 61);
    CHECK(tracker.state().scores.scores.size() <= tracker.options().scores.window);
}

} // namespace

TEST_CASE("a tracker handles the corpus of its fuzz target") {
    constexpr std::int64_t kMany = 10;
    replay_corpus("tracker", [](const std::string& bytes) { return check_tracker(bytes) >= kMany; });
}

TEST_CASE("a tracker stands random streams of hostile frames and calls") {
    const unsigned seed = seed_of("a tracker stands random streams of hostile frames and calls");
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::int64_t frames = 0;
    for (int stream = 0; stream < 300; ++stream) {
        std::string bytes(2000, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random() & 0xFFU);
        CAPTURE(stream);
        REQUIRE_NOTHROW(frames += check_tracker(bytes));
    }
    CHECK(frames > 5000);
}

TEST_CASE("a long hostile stream gives only usable results and uses little memory") {
    check_long_stream(20'000);
}

// Not run by default: `test_tracker "[million]"`, best under the address sanitizer.
TEST_CASE("a million hostile frames give only usable results and use little memory", "[.][million]") {
    check_long_stream(1'000'000);
}
