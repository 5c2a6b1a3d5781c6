#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/standing_track.hpp"

#include <fgagt/counting/zone.hpp>

#include <limits>
#include <random>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

const ZoneOptions kSquare{.corners = {{100, 100}, {200, 100}, {200, 200}, {100, 200}}};

} // namespace

TEST_CASE("a walk through a zone counts one entry, one exit and its frames") {
    Zone zone(kSquare);
    const float xs[] = {50, 90, 110, 150, 190, 210};
    for (int k = 0; k < 6; ++k) {
        const std::vector<ZoneVisit> ended =
            zone.update(k, std::vector{standing(1, {xs[k], 150}, 3)}); // NOLINT: k < 6
        CHECK(zone.visits().size() == (k >= 2 && k <= 4 ? 1U : 0U));
        CHECK(ended == (k == 5 ? std::vector<ZoneVisit>{{1, 3, 2, 4}} : std::vector<ZoneVisit>{}));
    }
    CHECK(zone.counts() == std::map<int, ZoneCounts>{{3, {1, 0, 1, 0, 3}}});
}

TEST_CASE("a track first seen in a zone appears there, and one removed there vanishes") {
    Zone zone(kSquare);
    FrameResult result;
    result.tracks = {standing(1, {150, 150}), standing(2, {50, 50})};
    zone.update(result);
    result.frame = 1;
    result.tracks.clear(); // temporarily lost: stays in the zone
    zone.update(result);
    CHECK(zone.visits().count(1) == 1);
    result.frame = 2;
    result.events.removed = {1, 2};
    CHECK(zone.update(result) == std::vector<ZoneVisit>{{1, 0, 0, 0}});
    CHECK(zone.total() == ZoneCounts{0, 1, 0, 1, 1});
    // After a track is removed, its ID counts as new.
    result.frame = 3;
    result.events.clear();
    result.tracks = {standing(2, {150, 150})};
    zone.update(result);
    CHECK(zone.total().appeared == 2);
}

TEST_CASE("jitter on the border counts as one stay") {
    Zone zone(kSquare);
    ZoneOptions exact = kSquare;
    exact.slack = 0;
    Zone strict(exact);
    const float ys[] = {90, 101, 99, 101, 98.5F, 102, 150};
    for (int k = 0; k < 7; ++k)
        for (Zone* each : {&zone, &strict})
            each->update(k, std::vector{standing(1, {150, ys[k]})}); // NOLINT: k < 7
    CHECK(zone.total() == ZoneCounts{1, 0, 0, 0, 0});
    CHECK(zone.visits().at(1) == ZoneVisit{1, 0, 1, 6});
    CHECK(strict.total().entered == 3);
}

TEST_CASE("a stay counts for the track's class at entry") {
    Zone zone(kSquare);
    zone.update(0, std::vector{standing(1, {150, 150}, 4)});
    zone.update(1, std::vector{standing(1, {150, 150}, 5)});
    zone.update(2, std::vector{standing(1, {250, 150}, 5)});
    CHECK(zone.counts() == std::map<int, ZoneCounts>{{4, {0, 1, 1, 0, 2}}});
}

TEST_CASE("arrivals minus departures equal the tracks inside") {
    std::mt19937 random(seed_of("zone balance"));
    std::uniform_real_distribution<float> place(50, 250);
    Zone zone(kSquare);
    std::int64_t dwell = 0;
    for (std::int64_t frame = 0; frame < 500; ++frame) {
        std::vector<Track> tracks;
        std::vector<TrackId> removed;
        for (TrackId id = 1; id <= 8; ++id) {
            if (random() % 4 != 0) tracks.push_back(standing(id, {place(random), place(random)}));
            if (random() % 16 == 0) removed.push_back(id);
        }
        for (const ZoneVisit& visit : zone.update(frame, tracks, removed))
            dwell += visit.last_frame - visit.first_frame + 1;
        const ZoneCounts counts = zone.total();
        REQUIRE(counts.entered + counts.appeared - counts.left - counts.vanished ==
                static_cast<std::int64_t>(zone.visits().size()));
        REQUIRE(counts.dwell_frames == dwell);
    }
    CHECK((zone.total().entered > 20 && zone.total().appeared > 20 && zone.total().vanished > 20));
}

TEST_CASE("a zone refuses a slack below 0 and ignores invalid boxes") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    ZoneOptions options = kSquare;
    options.slack = -1;
    CHECK_THROWS_AS(Zone(options), InvalidArgument);
    options.slack = kNan;
    CHECK_THROWS_AS(Zone(options), InvalidArgument);
    Zone zone(kSquare);
    zone.update(0, std::vector{standing(1, {150, 150})});
    zone.update(1, std::vector{standing(1, {kNan, 150})});
    CHECK(zone.visits().size() == 1);
}
