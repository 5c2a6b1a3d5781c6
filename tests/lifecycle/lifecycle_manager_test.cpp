#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/lifecycle/lifecycle.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>

using namespace fgagt;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
using Ids = std::vector<TrackId>;

Detection detection(float score = 0.9F, const Box& box = {10, 20, 30, 40}) {
    Detection result;
    result.box = box;
    result.score = score;
    return result;
}

/// A tracker that knows no more than a lifecycle needs.
struct Book {
    LifecycleManager lifecycle;
    std::vector<Track> tracks;
    TrackId last_id = 0;
    Events events;
    FrameClock clock{.first = true};

    explicit Book(LifecycleOptions options = {}) : lifecycle(options) {}

    const Events& frame(const std::vector<Detection>& detections, const std::vector<Match>& matches = {}) {
        lifecycle.advance(tracks, last_id, clock, detections, matches, events);
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

TEST_CASE("objects of the first frame are confirmed at once, later ones by their second detection") {
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
    CHECK(late.frame({detection()}).confirmed.empty()); // the first object, but not in the first frame

    Book slow(patient);
    CHECK(slow.frame({detection()}).confirmed.empty());
    CHECK(slow.match().confirmed.empty());
    CHECK(slow.match().confirmed == Ids{1});
    CHECK(slow.match().confirmed.empty());
}

TEST_CASE("a detection founds a track from the birth score on") {
    LifecycleOptions options;
    options.birth_score = 0.6F;
    Book book(options);
    CHECK(book.frame({detection(0.59F), detection(0.6F), detection(0.1F), detection(1)}).born == Ids{1, 2});
    CHECK(book.tracks[0].detection == 1U);
    CHECK(book.tracks[1].detection == 3U);
    CHECK(book.last_id == 2);
}

TEST_CASE("a track carries what its last detection said") {
    Book book;
    Detection first = detection(0.7F, {1, 2, 3, 4});
    first.class_id = 5;
    first.tag = -9;
    book.frame({first});
    Track expected;
    expected.id = 1;
    expected.box = expected.observed = {1, 2, 3, 4};
    expected.score = 0.7F;
    expected.class_id = 5;
    expected.status = TrackStatus::kConfirmed;
    expected.detection = 0;
    expected.tag = -9;
    expected.age = expected.hits = 1;
    CHECK(book.tracks[0] == expected);

    book.tracks[0].box = {2, 2, 3, 4}; // where the motion model expects it
    book.clock.elapsed = 2.5F;
    book.frame({});
    expected.box = {2, 2, 3, 4};
    expected.status = TrackStatus::kLost;
    expected.detection.reset();
    expected.age = 2;
    expected.missed = 1;
    expected.missed_time = 2.5F;
    CHECK(book.tracks[0] == expected);

    Detection second = detection(0.3F, {5, 6, 7, 8}); // a match needs no birth score
    second.class_id = 5;
    second.tag = 4;
    book.frame({detection(0.1F), second}, {{1, 0}});
    expected.box = expected.observed = {5, 6, 7, 8};
    expected.score = 0.3F;
    expected.status = TrackStatus::kConfirmed;
    expected.detection = 1;
    expected.tag = 4;
    expected.age = 3;
    expected.hits = 2;
    expected.missed = 0;
    expected.missed_time = 0;
    CHECK(book.tracks[0] == expected);
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

TEST_CASE("a tentative track is removed at its first miss, or as late as an option says") {
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

TEST_CASE("a lost track is kept for a time, however many updates that are") {
    for (const float elapsed : {0.5F, 1.0F, 2.0F, 60.0F}) {
        Book book;
        book.frame({detection()});
        book.clock.elapsed = elapsed;
        book.miss(static_cast<int>(60 / elapsed));
        CHECK(book.tracks[0].status == TrackStatus::kLost);
        CHECK(book.tracks[0].missed_time == 60);
        CHECK(book.miss().removed == Ids{1});
    }
    Book book; // a long gap ends it at once
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
    const auto lived = [&](const Box& box, cv::Size frame_size) { // misses until it is removed
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
    CHECK(lived({-5, 40, 10, 20}, size) == 61); // exactly half of it is outside
    CHECK(lived({-5.1F, 40, 10, 20}, size) == 4);
    CHECK(lived({96, 40, 10, 20}, size) == 4);
    CHECK(lived({40, -11, 10, 20}, size) == 4);
    CHECK(lived({40, 71, 10, 20}, size) == 4);
    CHECK(lived({-6, 71, 10, 20}, size) == 4);
    CHECK(lived({500, 40, 10, 20}, size) == 4);
    CHECK(lived({500, 40, 10, 20}, {}) == 61); // the frame is not known
    CHECK(lived({-100, -100, 300, 300}, size) == 4);
    options.outside_share = 0.1F;
    CHECK(lived({-1.1F, 40, 10, 20}, size) == 4);
    CHECK(lived({-0.9F, 40, 10, 20}, size) == 61);
}

TEST_CASE("a predicted box is reported at the first two misses of a track with three detections") {
    Book book;
    book.frame({detection()});
    book.match();
    book.miss();
    CHECK_FALSE(book.lifecycle.reports(book.tracks[0])); // two so far
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

TEST_CASE("a removed track is left alone and its id is not used again") {
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

TEST_CASE("ids go on beyond 32 bits") {
    Book book;
    book.last_id = TrackId{1} << 40;
    CHECK(book.frame({detection()}).born == Ids{(TrackId{1} << 40) + 1});
}

TEST_CASE("events are in order of id, whatever the order of tracks") {
    Book book;
    book.frame({detection(), detection(), detection()});
    std::swap(book.tracks[0], book.tracks[2]);
    CHECK(book.miss().lost == Ids{1, 2, 3});
    CHECK(book.frame({detection(), detection()}, {{0, 0}, {1, 2}}).recovered == Ids{1, 3});
    book.miss(61);
    CHECK(book.events.removed == Ids{1, 3});
}

TEST_CASE("a lifecycle refuses what is out of range") {
    const auto refused = [](auto change) {
        LifecycleOptions options;
        change(options);
        CHECK_THROWS_AS(LifecycleManager(options), InvalidArgument);
    };
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
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

namespace {

/// The same rules written as a record of what happened to each id, from which everything is recounted.
class SlowLifecycle {
public:
    explicit SlowLifecycle(LifecycleOptions options) : options_(options) {}

    struct Life {
        std::vector<bool> seen;   // per update since birth
        std::vector<float> times; // elapsed, likewise
        bool founder = false;     // of the first frame
        bool removed = false;
        Box box;
    };

    /// @param found  id -> box of what a detection has continued or founded
    void frame(float elapsed, cv::Size size, const std::map<TrackId, Box>& found) {
        const bool first = frames++ == 0;
        for (auto& [id, life] : lives) {
            if (life.removed) continue;
            life.seen.push_back(found.contains(id));
            life.times.push_back(elapsed);
            if (life.seen.back()) life.box = found.at(id);
        }
        for (const auto& [id, box] : found)
            if (!lives.contains(id)) lives[id] = {{true}, {elapsed}, first, false, box};
        for (auto& [id, life] : lives)
            life.removed = life.removed || is_over(life, size);
    }

    [[nodiscard]] TrackStatus status(const Life& life) const {
        if (life.removed) return TrackStatus::kRemoved;
        if (!is_confirmed(life)) return TrackStatus::kTentative;
        return life.seen.back() ? TrackStatus::kConfirmed : TrackStatus::kLost;
    }
    [[nodiscard]] static std::int64_t misses(const Life& life) {
        const auto last = std::find(life.seen.rbegin(), life.seen.rend(), true);
        return last - life.seen.rbegin();
    }
    [[nodiscard]] static std::int64_t hits(const Life& life) {
        return std::count(life.seen.begin(), life.seen.end(), true);
    }

    std::map<TrackId, Life> lives;
    int frames = 0;

private:
    [[nodiscard]] bool is_confirmed(const Life& life) const {
        return hits(life) >= options_.confirm_hits || (life.founder && options_.confirm_first_frame);
    }
    [[nodiscard]] bool is_over(const Life& life, cv::Size size) const {
        const std::int64_t missed = misses(life);
        if (missed == 0) return false;
        float time = 0;
        for (auto i = life.times.size() - static_cast<std::size_t>(missed); i < life.times.size(); ++i)
            time += life.times[i];
        const Box& box = life.box;
        const float inside_x =
            std::min(box.right(), static_cast<float>(size.width)) - std::max(box.left, 0.0F);
        const float inside_y =
            std::min(box.bottom(), static_cast<float>(size.height)) - std::max(box.top, 0.0F);
        const float inside = std::max(inside_x, 0.0F) * std::max(inside_y, 0.0F);
        const bool outside = inside < (1 - options_.outside_share) * box.width * box.height;
        return (!is_confirmed(life) && missed > options_.max_tentative_missed) ||
               (options_.max_lost_updates > 0 && missed >= options_.max_lost_updates) ||
               time > options_.max_lost_time || (outside && time > options_.max_outside_time);
    }

    LifecycleOptions options_;
};

} // namespace

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
            std::vector<Detection> detections;
            std::vector<Match> matches;
            std::map<TrackId, Box> found;
            TrackId next_id = book.last_id;
            const auto add = [&](TrackId id) {
                detections.push_back(detection(0.9F, random_box()));
                found[id] = detections.back().box;
            };
            for (std::size_t t = 0; t < book.tracks.size(); ++t) {
                if (chance(5)) add(++next_id); // founds a track in between
                if (book.tracks[t].status == TrackStatus::kRemoved || chance(60)) continue;
                matches.push_back({detections.size(), t});
                add(book.tracks[t].id);
            }
            if (chance(30)) add(++next_id);
            if (chance(30)) detections.push_back(detection(0.2F)); // founds nothing

            const std::vector<Track> before = book.tracks;
            const Events& events = book.frame(detections, matches);
            reference.frame(book.clock.elapsed, book.clock.frame_size, found);

            REQUIRE(book.last_id == next_id);
            REQUIRE(book.tracks.size() == reference.lives.size());
            Events expected;
            for (std::size_t t = 0; t < book.tracks.size(); ++t) {
                const Track& track = book.tracks[t];
                const auto& life = reference.lives.at(track.id);
                REQUIRE(track.status == reference.status(life));
                REQUIRE(track.hits == SlowLifecycle::hits(life));
                REQUIRE(track.missed == SlowLifecycle::misses(life));
                REQUIRE(track.age == static_cast<std::int64_t>(life.seen.size()));
                REQUIRE(track.box == life.box);
                const bool is_new = t >= before.size();
                const TrackStatus was = is_new ? TrackStatus::kTentative : before[t].status;
                if (is_new) expected.born.push_back(track.id);
                if (track.status == was) continue;
                if (track.status == TrackStatus::kRemoved) expected.removed.push_back(track.id);
                if (track.status == TrackStatus::kLost) expected.lost.push_back(track.id);
                if (track.status == TrackStatus::kConfirmed)
                    (was == TrackStatus::kLost ? expected.recovered : expected.confirmed).push_back(track.id);
            }
            REQUIRE(events == expected);
            removed += events.removed.size();
            recovered += events.recovered.size();
            confirmed += events.confirmed.size();
        }
    }
    CHECK(std::min({removed, recovered, confirmed}) > 300); // the histories had something to say
}
