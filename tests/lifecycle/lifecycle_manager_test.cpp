#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/slow_lifecycle.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/lifecycle/lifecycle.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace fgagt;
using fgagt::test::SlowLifecycle;
using test::kInfinity;
using test::kNaN;

namespace {

using Ids = std::vector<TrackId>;

UsableDetection detection(float confidence = 0.9F, const Box& box = {10, 20, 30, 40}) {
    return {{.box = box}, confidence};
}

/// The parts of a tracker that a lifecycle needs.
struct Book {
    LifecycleManager lifecycle;
    std::vector<Track> tracks;
    TrackId last_id = 0;
    Events events;
    FrameClock clock{.first = true};

    explicit Book(LifecycleOptions options = {}) : lifecycle(options) {}

    /// Completes a frame, and gives the tracks the boxes of their detections, as a tracker does.
    const Events& frame(std::vector<UsableDetection> detections, const std::vector<Match>& matches = {}) {
        for (std::size_t d = 0; d < detections.size(); ++d)
            detections[d].index = d;
        lifecycle.advance(tracks, last_id, clock, detections, matches, events);
        for (Track& track : tracks)
            if (track.detection) track.box = detections[*track.detection].box;
        clock.first = false;
        return events;
    }
    const Events& miss(int times = 1) {
        for (int i = 0; i < times; ++i)
            frame({});
        return events;
    }
    const Events& match(std::size_t track = 0) { return frame({detection()}, {{0, track}}); }
};

LifecycleOptions paper() {
    LifecycleOptions options;
    options.confirm_hits = 1;
    options.birth_score = 0;
    options.max_lost_time = options.max_outside_time = kInfinity;
    options.max_lost_updates = 10;
    options.coast_updates = 0;
    return options;
}

} // namespace

TEST_CASE("objects of the first frame are confirmed at once, later ones at their second detection") {
    Book book;
    CHECK(book.frame({detection()}) == Events{{1}, {1}, {}, {}, {}});
    CHECK(book.tracks[0].status == TrackStatus::kConfirmed);

    CHECK(book.frame({detection(), detection()}, {{1, 0}}) == Events{{2}, {}, {}, {}, {}});
    CHECK(book.tracks[1].status == TrackStatus::kTentative);
    CHECK_FALSE(book.lifecycle.reports(book.tracks[1]));
    CHECK(book.frame({detection(), detection()}, {{0, 0}, {1, 1}}) == Events{{}, {2}, {}, {}, {}});
    CHECK(book.lifecycle.reports(book.tracks[1]));

    LifecycleOptions patient;
    patient.confirm_first_frame = false;
    patient.confirm_hits = 3;
    Book late;
    late.frame({});
    // The first object does not appear in the first frame.
    CHECK(late.frame({detection()}).confirmed.empty());

    Book slow(patient);
    CHECK(slow.frame({detection()}).confirmed.empty());
    CHECK(slow.match().confirmed.empty());
    CHECK(slow.match().confirmed == Ids{1});
    CHECK(slow.match().confirmed.empty());
}

TEST_CASE("a detection creates a track from the birth score") {
    LifecycleOptions options;
    options.birth_score = 0.6F;
    Book book(options);
    CHECK(book.frame({detection(0.59F), detection(0.6F), detection(0.1F), detection(1)}).born == Ids{1, 2});
    CHECK(book.tracks[0].detection == 1U);
    CHECK(book.tracks[1].detection == 3U);
    CHECK(book.last_id == 2);
}

TEST_CASE("a lifecycle sets ID, status, counts and detection, and nothing else") {
    const LifecycleManager lifecycle;
    TrackId last_id = 6;
    Events events;
    Track seen;
    seen.id = 5;
    seen.box = {2, 2, 3, 4};
    seen.observed = {1, 2, 3, 4};
    seen.score = 0.7F;
    seen.class_id = 5;
    seen.tag = -9;
    seen.covered = 0.25F;
    seen.status = TrackStatus::kConfirmed;
    seen.detection = 4;
    seen.age = seen.hits = 1;
    std::vector<Track> tracks{seen};

    lifecycle.advance(tracks, last_id, {.elapsed = 2.5F}, {}, {}, events);
    Track expected = seen;
    expected.status = TrackStatus::kLost;
    expected.detection.reset();
    expected.age = 2;
    expected.missed = 1;
    expected.missed_time = 2.5F;
    CHECK(tracks == std::vector<Track>{expected});

    UsableDetection match = detection(0.3F, {5, 6, 7, 8}); // a match needs no birth score
    match.score = 0.6F;
    match.class_id = 6;
    match.tag = 4;
    match.index = 8;
    const std::vector<UsableDetection> detections{detection(0.9F), match};
    lifecycle.advance(tracks, last_id, {}, detections, std::vector<Match>{{1, 0}}, events);
    expected.status = TrackStatus::kConfirmed;
    expected.detection = 8;
    expected.age = 3;
    expected.hits = 2;
    expected.missed = 0;
    expected.missed_time = 0;
    Track newborn;
    newborn.id = 7;
    newborn.detection = 0;
    newborn.age = newborn.hits = 1;
    CHECK(tracks == std::vector<Track>{expected, newborn});
}

TEST_CASE("a confirmed track is lost at its first miss and recovered by a match") {
    Book book;
    book.match(book.frame({detection()}).born.size() - 1);
    CHECK(book.miss() == Events{{}, {}, {1}, {}, {}});
    CHECK(book.tracks[0].status == TrackStatus::kLost);
    CHECK(book.miss() == Events{});
    CHECK(book.match() == Events{{}, {}, {}, {1}, {}});
    CHECK(book.tracks[0].status == TrackStatus::kConfirmed);
    CHECK(book.match() == Events{});
}

TEST_CASE("a tentative track is removed at its first miss, or later if an option says so") {
    for (const int allowed : {0, 2}) {
        LifecycleOptions options;
        options.confirm_first_frame = false;
        options.max_tentative_missed = allowed;
        Book book(options);
        book.frame({detection()});
        book.miss(allowed);
        CHECK(book.tracks[0].status == TrackStatus::kTentative);
        CHECK(book.miss() == Events{{}, {}, {}, {}, {1}});
        CHECK(book.tracks[0].status == TrackStatus::kRemoved);
    }
}

TEST_CASE("a lost track is kept for a time, however many updates there are") {
    for (const float elapsed : {0.5F, 1.0F, 2.0F, 60.0F}) {
        Book book;
        book.frame({detection()});
        book.clock.elapsed = elapsed;
        book.miss(static_cast<int>(60 / elapsed));
        CHECK(book.tracks[0].status == TrackStatus::kLost);
        CHECK(book.tracks[0].missed_time == 60);
        CHECK(book.miss().removed == Ids{1});
    }
    Book book; // a long gap removes it at once
    book.frame({detection()});
    book.clock.elapsed = 61;
    CHECK(book.miss() == Events{{}, {}, {}, {}, {1}});
}

TEST_CASE("the paper removes a track after T = 10 misses, whatever the time") {
    for (const float elapsed : {0.01F, 1.0F, 1000.0F}) {
        Book book(paper());
        CHECK(book.frame({detection(0)}) == Events{{1}, {1}, {}, {}, {}});
        book.clock.elapsed = elapsed;
        book.miss(9);
        CHECK(book.tracks[0].status == TrackStatus::kLost);
        CHECK_FALSE(book.lifecycle.reports(book.tracks[0]));
        book.match();
        book.miss(9);
        CHECK(book.tracks[0].status == TrackStatus::kLost);
        CHECK(book.miss().removed == Ids{1});
    }
}

TEST_CASE("a track that has left the frame is removed sooner") {
    LifecycleOptions options;
    options.max_outside_time = 3;
    const auto lived = [&](const Box& box, cv::Size frame_size) { // number of misses until removal
        Book book(options);
        book.clock.frame_size = frame_size;
        book.frame({detection(0.9F, box)});
        int misses = 0;
        while (book.tracks[0].status != TrackStatus::kRemoved)
            book.miss(), ++misses;
        return misses;
    };
    const cv::Size size(100, 80);
    CHECK(lived({40, 40, 10, 20}, size) == 61);
    CHECK(lived({-5, 40, 10, 20}, size) == 61); // exactly half of the box is outside
    CHECK(lived({-5.1F, 40, 10, 20}, size) == 4);
    CHECK(lived({96, 40, 10, 20}, size) == 4);
    CHECK(lived({40, -11, 10, 20}, size) == 4);
    CHECK(lived({40, 71, 10, 20}, size) == 4);
    CHECK(lived({-6, 71, 10, 20}, size) == 4);
    CHECK(lived({500, 40, 10, 20}, size) == 4);
    CHECK(lived({500, 40, 10, 20}, {}) == 61); // the frame size is unknown
    CHECK(lived({-100, -100, 300, 300}, size) == 4);
    options.outside_share = 0.1F;
    CHECK(lived({-1.1F, 40, 10, 20}, size) == 4);
    CHECK(lived({-0.9F, 40, 10, 20}, size) == 61);
}

TEST_CASE("a track with three detections is reported at its predicted box for two misses") {
    Book book;
    book.frame({detection()});
    book.match();
    book.miss();
    CHECK_FALSE(book.lifecycle.reports(book.tracks[0])); // only two so far
    book.match();
    CHECK(book.lifecycle.reports(book.tracks[0]));
    book.miss();
    CHECK(book.lifecycle.reports(book.tracks[0]));
    book.miss();
    CHECK(book.lifecycle.reports(book.tracks[0]));
    book.miss();
    CHECK_FALSE(book.lifecycle.reports(book.tracks[0]));
    book.miss(100);
    CHECK(book.tracks[0].status == TrackStatus::kRemoved);
    CHECK_FALSE(book.lifecycle.reports(book.tracks[0]));
}

TEST_CASE("a removed track is ignored, and its ID is not reused") {
    Book book;
    book.frame({detection(), detection()});
    book.miss(61);
    const std::vector<Track> removed = book.tracks;
    CHECK(book.events.removed == Ids{1, 2});
    CHECK(book.miss() == Events{});
    CHECK(book.tracks == removed);
    book.tracks.clear();
    CHECK(book.frame({detection()}).born == Ids{3});
}

TEST_CASE("IDs continue beyond 32 bits") {
    Book book;
    book.last_id = TrackId{1} << 40;
    CHECK(book.frame({detection()}).born == Ids{(TrackId{1} << 40) + 1});
}

TEST_CASE("events are in order of ID, whatever the order of tracks") {
    Book book;
    book.frame({detection(), detection(), detection()});
    std::swap(book.tracks[0], book.tracks[2]);
    CHECK(book.miss().lost == Ids{1, 2, 3});
    CHECK(book.frame({detection(), detection()}, {{0, 0}, {1, 2}}).recovered == Ids{1, 3});
    book.miss(61);
    CHECK(book.events.removed == Ids{1, 3});
}

TEST_CASE("invalid or unordered matches are refused before anything changes") {
    Book book;
    book.frame({detection(), detection(0.9F, {100, 20, 30, 40})});
    book.tracks[1].status = TrackStatus::kRemoved;
    const std::vector<Track> before = book.tracks;
    const auto refuses = [&](const std::vector<Match>& matches) {
        CHECK_THROWS_AS(book.frame({detection(), detection()}, matches), InvalidArgument);
        CHECK(book.tracks == before);
    };
    refuses({{2, 0}});
    refuses({{0, 2}});
    refuses({{0, 1}}); // removed
    refuses({{1, 0}, {0, 0}});
    book.frame({detection(), detection()}, {{1, 0}});
    CHECK(book.tracks[0].hits == 2);
}

TEST_CASE("a lifecycle refuses options and times out of range") {
    const auto refused = [](auto change) {
        LifecycleOptions options;
        change(options);
        CHECK_THROWS_AS(LifecycleManager(options), InvalidArgument);
    };
    refused([](auto& o) { o.confirm_hits = 0; });
    refused([](auto& o) { o.birth_score = kNaN; });
    refused([](auto& o) { o.max_lost_time = 0; });
    refused([](auto& o) { o.max_lost_time = kNaN; });
    refused([](auto& o) { o.max_lost_updates = -1; });
    refused([](auto& o) { o.max_tentative_missed = -1; });
    refused([](auto& o) { o.max_outside_time = -1; });
    refused([](auto& o) { o.outside_share = 1; });
    refused([](auto& o) { o.outside_share = -0.1F; });
    refused([](auto& o) { o.coast_updates = -1; });
    refused([](auto& o) { o.coast_min_hits = -1; });
    Book book;
    for (const float bad : {0.0F, -1.0F, kNaN}) {
        book.clock.elapsed = bad;
        CHECK_THROWS_AS(book.miss(), InvalidArgument);
    }
}

TEST_CASE("random histories go as in a slow reference lifecycle") {
    const unsigned seed = test::seed_of("random histories go as in a slow reference lifecycle");
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto chance = [&](unsigned percent) { return random() % 100U < percent; };
    std::size_t removed = 0, recovered = 0, confirmed = 0;
    for (int history = 0; history < 60; ++history) {
        LifecycleOptions options;
        options.confirm_hits = 1 + static_cast<int>(random() % 3U);
        options.confirm_first_frame = chance(50);
        options.max_lost_time = static_cast<float>(1 + random() % 12U);
        options.max_lost_updates = chance(50) ? 0 : static_cast<int>(1 + random() % 10U);
        options.max_tentative_missed = static_cast<int>(random() % 3U);
        options.max_outside_time = static_cast<float>(1 + random() % 5U);
        Book book(options);
        book.clock.frame_size = {64, 64};
        SlowLifecycle reference(options);
        for (int frame = 0; frame < 80; ++frame) {
            CAPTURE(history, frame);
            book.clock.elapsed = static_cast<float>(1 + random() % 4U) / 2; // sums are exact
            const auto random_box = [&] {
                const auto coordinate = [&] { return static_cast<float>(random() % 96U) - 16.0F; };
                return Box{coordinate(), coordinate(), 8, 16};
            };
            std::vector<UsableDetection> detections;
            std::vector<Match> matches;
            std::map<TrackId, Box> found;
            TrackId next_id = book.last_id;
            const auto add = [&](TrackId id) {
                detections.push_back(detection(0.9F, random_box()));
                found[id] = detections.back().box;
            };
            for (std::size_t t = 0; t < book.tracks.size(); ++t) {
                if (chance(5)) add(++next_id); // creates a track in between
                if (book.tracks[t].status == TrackStatus::kRemoved || chance(60)) continue;
                matches.push_back({detections.size(), t});
                add(book.tracks[t].id);
            }
            if (chance(30)) add(++next_id);
            if (chance(30)) detections.push_back(detection(0.2F)); // creates no track

            const Events& events = book.frame(detections, matches);
            REQUIRE(events == reference.update(book.clock.elapsed, book.clock.frame_size, found));
            REQUIRE(book.last_id == next_id);
            REQUIRE(book.tracks.size() == reference.lives.size());
            for (const Track& track : book.tracks) {
                const auto& life = reference.lives.at(track.id);
                REQUIRE(track.status == reference.status(life));
                REQUIRE(track.age == SlowLifecycle::age(life));
                REQUIRE(track.hits == SlowLifecycle::hits(life));
                REQUIRE(track.missed == SlowLifecycle::missed(life));
                REQUIRE(track.missed_time == SlowLifecycle::missed_time(life));
                REQUIRE(track.box == life.box);
                REQUIRE(book.lifecycle.reports(track) == reference.reports(life));
            }
            removed += events.removed.size();
            recovered += events.recovered.size();
            confirmed += events.confirmed.size();
        }
    }
    CHECK(std::min({removed, recovered, confirmed}) > 300); // the histories contain enough events
}
