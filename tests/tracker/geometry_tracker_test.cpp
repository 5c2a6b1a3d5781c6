#include "support/catch.hpp"
#include "tracker/track_ids.hpp"

#include <fgagt/geometry_tracker.hpp>

#include <limits>
#include <vector>

using namespace fgagt;
using test::ids;

TEST_CASE("elapsed time saturates") {
    GeometryTracker tracker({}, {.frame_rate = 1e-300}); // a frame lasts 1e300 seconds
    constexpr double kEnd = std::numeric_limits<double>::max();
    tracker.update({}, {.timestamp = kEnd});
    tracker.update({});
    CHECK(tracker.state().timestamp == kEnd);
}

TEST_CASE("a track has its detection's index in the caller's list, even after rejected ones") {
    GeometryTracker tracker;
    const Detection empty{.box = {0, 0, 0, 1}}, seen{.box = {10, 10, 40, 80}},
        twice{.box = {10, 11, 40, 80}, .score = 0.9F}, other{.box = {200, 10, 40, 80}};
    for (int k = 0; k < 2; ++k) {
        const FrameResult& result = tracker.update(std::vector<Detection>{empty, seen, twice, other});
        REQUIRE(result.tracks.size() == 2);
        CHECK(result.tracks[0].detection == 1U);
        CHECK(result.tracks[1].detection == 3U);
    }
    CHECK(tracker.state().tracks[1].detection == 3U);
}

TEST_CASE("IDs continue after a reset") {
    GeometryTracker tracker;
    const std::vector<Detection> two{{.box = {10, 10, 40, 80}}, {.box = {200, 10, 40, 80}}};
    CHECK(ids(tracker.update(two)) == std::vector<TrackId>{1, 2});
    tracker.reset();
    CHECK(ids(tracker.update(two)) == std::vector<TrackId>{3, 4});
}

TEST_CASE("the caller's camera motion moves the tracks") {
    GeometryTracker tracker;
    const Box box{500, 100, 40, 80};
    for (int k = 0; k < 8; ++k) {
        Box seen = box;
        // The camera pans: boxes never overlap between frames.
        seen.left -= 60.0F * static_cast<float>(k);
        const FrameResult& result =
            tracker.update(std::vector<Detection>{{.box = seen}},
                           k == 0 ? FrameInfo{} : FrameInfo{.camera_motion = Affine{.tx = -60}});
        REQUIRE(ids(result) == std::vector<TrackId>{1});
    }
}

TEST_CASE("an object that walks behind another keeps its ID by motion alone") {
    // One object stands still; another walks past it at 4 px per frame and is hidden from frame 30 to 65.
    const auto id_after = [](const Box& standing) {
        GeometryTracker tracker;
        TrackId id = 0;
        for (int k = 0; k < 70; ++k) {
            std::vector<Detection> detections{{.box = standing}};
            const bool hidden = k >= 30 && k < 66;
            if (!hidden) detections.push_back({.box = {4.0F * static_cast<float>(k), 0, 40, 100}});
            const FrameResult& result = tracker.update(detections);
            for (const Track& track : result.tracks)
                if (track.detection == 1U) id = track.id;
            if (k == 29) {
                const Track& covered = tracker.state().tracks.at(1);
                const double share = standing.bottom() > 100 ? 0.36 : 0; // 16 of 40 px, 90 of 100
                CHECK_THAT(covered.covered, Catch::Matchers::WithinAbs(share, 0.01));
            }
        }
        return id;
    };
    const float nearer = 10, farther = -10; // offsets of the feet: lower or higher in the image
    CHECK(id_after({140, nearer, 60, 100}) == 2);
    CHECK(id_after({140, farther, 60, 100}) == 3);
}

TEST_CASE("a frame without a detector has no events") {
    GeometryTracker tracker;
    tracker.update(std::vector<Detection>{{.box = {10, 10, 40, 80}}});
    for (int k = 0; k < 3; ++k)
        CHECK(tracker.propagate().events == Events{});
}

TEST_CASE("a frame without a timestamp lasts one nominal frame") {
    GeometryTracker tracker({}, {.frame_rate = 10});
    const std::vector<Detection> none;
    tracker.update(none, {.timestamp = 5});
    tracker.update(none);
    CHECK(tracker.work().elapsed == 1);
    tracker.update(none, {.timestamp = 5.3});
    // 0.3 s: three frames in total.
    CHECK_THAT(tracker.work().elapsed, Catch::Matchers::WithinAbs(2, 1e-5));
}

TEST_CASE("removing a track does not change the motion of the others") {
    GeometryTracker tracker;
    tracker.update(std::vector<Detection>{}); // so that no track is confirmed at once
    tracker.update(std::vector<Detection>{{.box = {0, 0, 40, 80}}});
    for (int k = 0; k < 3; ++k) { // the first one leaves at once, the second one stays
        tracker.update(std::vector<Detection>{{.box = {400, 0, 40, 80}}});
        REQUIRE(tracker.state().tracks.size() == 1);
        CHECK(tracker.state().tracks[0].id == 2);
    }
}

TEST_CASE("a tracker can be constructed from its options alone") {
    CHECK(GeometryTracker({.frame_rate = 25}).options().frame_rate == 25);
    CHECK_THROWS_AS(GeometryTracker({.frame_rate = 0}), InvalidArgument);
}
