#include "fuzz/snapshot_target.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"
#include "support/data.hpp"

#include <fgagt/core/snapshot.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/io.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace fgagt;
using test::saved;

namespace {

/// Frames and their detections.
struct Footage {
    std::vector<cv::Mat> frames;
    std::vector<std::vector<Detection>> detections;
};

/// People who appear, cross and leave, with some missed detections and false positives.
Footage generated(int frames = 60) {
    SyntheticSceneOptions options;
    options.frame_size = {320, 240};
    options.frames = frames;
    options.objects = 8;
    options.min_height = 40;
    options.max_height = 90;
    options.seed = 5;
    const SyntheticScene scene(options);
    std::mt19937 random(test::seed_of("snapshots"));
    Footage footage;
    for (int k = 0; k < frames; ++k) {
        footage.frames.push_back(scene.frame(k));
        auto& detections = footage.detections.emplace_back(scene.detections(k));
        std::erase_if(detections, [&](const Detection&) { return random() % 8 == 0; });
        if (random() % 4 == 0)
            detections.push_back({.box = {static_cast<float>(random() % 250), 30, 30, 70}, .score = 0.7F});
    }
    return footage;
}

template <class AnyTracker>
FrameResult step(AnyTracker& tracker, const Footage& footage, std::size_t k) {
    const bool detects = k % 7 != 3;
    if constexpr (AnyTracker::kReadsFrames)
        return detects ? tracker.update(footage.frames[k], footage.detections[k])
                       : tracker.propagate(footage.frames[k]);
    else
        return detects ? tracker.update(footage.detections[k]) : tracker.propagate();
}

template <class AnyTracker>
void restore(AnyTracker& tracker, const std::string& snapshot) {
    std::istringstream stream(snapshot);
    tracker.restore(stream);
}

void check_equal(const FrameResult& one, const FrameResult& other) {
    REQUIRE(one.frame == other.frame);
    REQUIRE(one.tracks == other.tracks);
    REQUIRE(one.events == other.events);
    REQUIRE(one.rejected.size() == other.rejected.size());
}

/// Continues in a new tracker after every frame.
template <class AnyTracker>
void check_every_frame(const AnyTracker& fresh, const Footage& footage) {
    AnyTracker alone = fresh, restored = fresh;
    for (std::size_t k = 0; k < footage.frames.size(); ++k) {
        INFO("frame " << k);
        check_equal(step(restored, footage, k), step(alone, footage, k));
        const std::string snapshot = saved(alone);
        restored = fresh;
        restore(restored, snapshot);
        REQUIRE(saved(restored) == snapshot);
    }
    CHECK(alone.state().last_id >= 3);
}

/// Continues from random frames to the end.
template <class AnyTracker>
void check_random_frames(const AnyTracker& fresh, const Footage& footage) {
    std::mt19937 random(test::seed_of("random frames"));
    AnyTracker alone = fresh;
    std::vector<std::string> snapshots{saved(alone)};
    std::vector<FrameResult> results;
    for (std::size_t k = 0; k < footage.frames.size(); ++k) {
        results.push_back(step(alone, footage, k));
        snapshots.push_back(saved(alone));
    }
    for (int trial = 0; trial < 5; ++trial) {
        const std::size_t from = random() % footage.frames.size();
        AnyTracker restored = fresh;
        step(restored, footage, 0); // its earlier state does not matter
        restore(restored, snapshots[from]);
        for (std::size_t k = from; k < footage.frames.size(); ++k)
            check_equal(step(restored, footage, k), results[k]);
        CHECK(saved(restored) == snapshots.back());
    }
}

/// A tracker that has seen a few frames.
template <class AnyTracker>
AnyTracker warm(AnyTracker tracker = AnyTracker{}) {
    const Footage footage = generated(12);
    for (std::size_t k = 0; k < footage.frames.size(); ++k)
        step(tracker, footage, k);
    return tracker;
}

/// Checks that the snapshot is refused with this reason and that the tracker is unchanged.
template <class AnyTracker>
void check_refused(AnyTracker& tracker, const std::string& snapshot, const std::string& reason) {
    const std::string before = saved(tracker);
    std::istringstream stream(snapshot);
    CHECK_THROWS_WITH(tracker.restore(stream), test::contains(reason));
    CHECK_THROWS_AS(restore(tracker, snapshot), ParseError);
    CHECK(saved(tracker) == before);
}

/// The snapshot of a state that was changed by `spoil`.
template <class AnyTracker, class Spoil>
std::string spoilt(const AnyTracker& tracker, Spoil spoil) {
    typename AnyTracker::State state = tracker.state();
    spoil(state);
    std::ostringstream stream;
    write_snapshot(stream, state);
    return stream.str();
}

struct Inner {
    std::int16_t small = 0;
    std::optional<float> maybe;

    template <class Archive>
    friend void transfer(Archive& archive, Inner& inner) {
        archive(inner.small, inner.maybe);
    }
};

struct Sample {
    bool flag = false;
    double number = 0;
    std::vector<Inner> list;
    std::vector<std::uint8_t> bytes;

    template <class Archive>
    friend void transfer(Archive& archive, Sample& sample) {
        archive(sample.flag, sample.number, sample.list, sample.bytes);
    }
};

struct Unknown {
    int number;
};

/// A motion model whose state cannot be saved.
struct SecretMotion : HoldMotion {
    struct State {
        Box box;
    };
    static State initiate(const Box& box) { return {box}; }
    static void predict(State&, float, const Affine&, const BoxFlow&) {}
    static void update(State& state, const Box& box, float) { state.box = box; }
    static Box box(const State& state) { return state.box; }
};

} // namespace

TEST_CASE("a tracker restored after any frame continues exactly as before") {
    const Footage footage = generated();
    check_every_frame(Tracker<>(), footage);
    check_every_frame(GraphTracker<>(), footage);
    check_every_frame(PaperTracker<>(), footage);
    check_every_frame(GeometryTracker(), footage);
    check_random_frames(Tracker<>(), footage);
    check_random_frames(GeometryTracker(), footage);
}

TEST_CASE("a tracker restored after any frame of a real sequence continues exactly as before") {
    const auto sequence = test::real_data("mot/TUD-Campus");
    if (!sequence) return;
    Footage footage;
    const auto source = open_frames(*sequence);
    const auto rows = read_detections(*sequence / "det" / "yolox_nano.txt");
    for (cv::Mat frame; source->read(frame);) {
        footage.frames.push_back(frame.clone());
        auto& detections = footage.detections.emplace_back();
        for (const DetectionRow& row : rows.frame(static_cast<std::int64_t>(footage.frames.size())))
            detections.push_back({.box = row.box, .score = row.score});
    }
    REQUIRE(footage.frames.size() == 71);
    check_every_frame(Tracker<>(), footage);
    check_every_frame(PaperTracker<>(), footage);
    check_every_frame(GeometryTracker(), footage);
}

TEST_CASE("the timestamps and IDs of a tracker are restored") {
    GeometryTracker tracker;
    const std::vector<Detection> detections{{.box = {10, 10, 20, 40}, .score = 0.9F}};
    tracker.update(detections, {.timestamp = 2.5});
    tracker.reset();
    tracker.update(detections, {.timestamp = 1.5});
    GeometryTracker restored;
    restore(restored, saved(tracker));
    CHECK(restored.state().timestamp == 1.5);
    CHECK_THROWS_AS(restored.update(detections, {.timestamp = 1.5}), InvalidArgument);
    CHECK(restored.state().last_id == 2);
    CHECK(restored.state().tracks[0].id == 2);
}

TEST_CASE("restoring abandons an unfinished frame") {
    GeometryTracker tracker;
    const std::string snapshot = saved(tracker);
    tracker.begin({});
    restore(tracker, snapshot);
    CHECK_THROWS_AS(tracker.propagate_tracks(), InvalidArgument);
}

TEST_CASE("a truncated snapshot is refused") {
    auto tracker = warm<GeometryTracker>();
    const std::string snapshot = saved(tracker);
    tracker.update({});
    for (std::size_t size = 0; size < snapshot.size(); ++size) {
        INFO(size << " of " << snapshot.size() << " bytes");
        check_refused(tracker, snapshot.substr(0, size), "cut off");
    }
}

TEST_CASE("a snapshot with a changed byte is refused") {
    auto tracker = warm<GeometryTracker>();
    const std::string snapshot = saved(tracker);
    tracker.update({});
    std::mt19937 random(test::seed_of("changed bytes"));
    for (std::size_t at = 0; at < snapshot.size(); ++at) {
        std::string changed = snapshot;
        changed[at] = static_cast<char>(changed[at] ^ static_cast<char>(1 + random() % 255));
        INFO("byte " << at);
        const bool is_length = at >= 24 && at < 32;
        check_refused(tracker, changed,
                      at < 8      ? "this is not a snapshot"
                      : at < 16   ? "version"
                      : is_length ? ""
                                  : "checksum");
    }
}

TEST_CASE("snapshots of later versions and of other trackers are refused") {
    auto tracker = warm<Tracker<>>();
    std::string later = saved(tracker);
    later[8] = 2;
    check_refused(tracker, later, "expected version 1, found 2");
    check_refused(tracker, saved(PaperTracker<>()), "of this type");
    check_refused(tracker, saved(GeometryTracker()), "of this type");
    check_refused(tracker, "", "cut off");
}

TEST_CASE("a snapshot that does not fit the tracker's options is refused") {
    const std::string snapshot = saved(warm<Tracker<>>());
    TrackerOptions options;
    options.scores.window = 3;
    Tracker<> short_memory({}, options);
    check_refused(short_memory, snapshot, "the same options as the one that saved it");
    Tracker<> wide_window({.flow = PyramidalFlow({.lucas_kanade = {.window = 31}})});
    check_refused(wide_window, snapshot, "the flow's window");
}

TEST_CASE("a complete snapshot with invalid values is refused") {
    using State = GeometryTracker::State;
    auto tracker = warm<GeometryTracker>();
    REQUIRE(tracker.state().tracks.size() >= 2);
    REQUIRE(tracker.state().scores.scores.size() >= 2);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    const auto check = [&](auto spoil) { check_refused(tracker, spoilt(tracker, spoil), "expected"); };
    check([](State& state) { state.motions.pop_back(); });
    check([](State& state) { state.appearances.emplace_back(); });
    check([&](State& state) { state.tracks[0].box.left = nan; });
    check([](State& state) { state.tracks[0].observed.width = 0; });
    check([&](State& state) { state.tracks[0].score = nan; });
    check([](State& state) { state.tracks[0].score = 1.5F; });
    check([](State& state) { state.tracks[0].status = TrackStatus::kRemoved; });
    check([](State& state) { state.tracks[0].status = static_cast<TrackStatus>(9); });
    check([](State& state) { state.tracks[0].id = 0; });
    check([](State& state) { std::swap(state.tracks[0], state.tracks[1]); });
    check([](State& state) { state.tracks[0].id = state.tracks[1].id; });
    check([](State& state) { state.tracks[0].hits = state.tracks[0].age + 1; });
    check([](State& state) { state.tracks[0].hits = 0; });
    check([](State& state) { state.tracks[0].missed = state.tracks[0].age; });
    check([](State& state) { state.tracks[0].missed = -1; });
    check([](State& state) { state.tracks[0].age = std::numeric_limits<std::int64_t>::max(); });
    check([&](State& state) { state.tracks[0].missed_time = infinity; });
    check([&](State& state) { state.tracks[0].covered = nan; });
    check([](State& state) { state.last_id = state.tracks.back().id - 1; });
    check([](State& state) { state.last_id = std::numeric_limits<TrackId>::max(); });
    check([](State& state) { state.frames = -1; });
    check([&](State& state) { state.timestamp = static_cast<double>(infinity); });
    check([](State& state) { state.elapsed_without_detector = -1; });
    check([&](State& state) { state.appearances[0].mean = {nan}; });
    check([](State& state) { state.scores.oldest = state.scores.scores.size(); });
    check([](State& state) { state.scores.oldest = 1; }); // in a ring that is not full
    check([&](State& state) { state.scores.scores[0] = nan; });

    auto paper = warm<PaperTracker<>>();
    const std::string held =
        spoilt(paper, [&](PaperTracker<>::State& state) { state.motions[0].width = nan; });
    check_refused(paper, held, "motions of finite, non-empty boxes");
}

TEST_CASE("invalid flow images are refused before they are read") {
    const auto image = [](int width, int height, int levels, int window, std::size_t pixels) {
        std::string bytes;
        for (const int number : {width, height, levels, window})
            detail::append_bits(static_cast<std::uint64_t>(number), bytes);
        detail::append_bits(std::uint64_t{pixels}, bytes);
        bytes.append(pixels, '\0');
        GreyPyramid pyramid;
        detail::SnapshotReader reader(bytes);
        transfer(reader, pyramid);
        return pyramid;
    };
    CHECK(image(8, 4, 1, 3, 32).size() == cv::Size(8, 4));
    CHECK(image(0, 0, 0, -1, 0).empty());
    CHECK_THROWS_AS(image(8, 4, 1, 3, 31), ParseError);
    CHECK_THROWS_AS(image(8, 4, 1, 3, 33), ParseError);
    CHECK_THROWS_AS(image(0, 4, 1, 3, 0), ParseError);
    CHECK_THROWS_AS(image(-8, -4, 1, 3, 32), ParseError);
    CHECK_THROWS_AS(image(8, 4, -1, 3, 32), ParseError);
    CHECK_THROWS_AS(image(8, 4, 1000, 3, 32), ParseError);
    CHECK(image(8, 4, 2, 1, 32).levels() == 2);
    CHECK_THROWS_AS(image(8, 4, 3, 1, 32), ParseError); // 2 x 1 is not larger than the window
    CHECK_THROWS_AS(image(8, 4, 1, 0, 32), ParseError);
    CHECK_THROWS_AS(image(8, 4, 1, std::numeric_limits<int>::max(), 32), ParseError);
}

TEST_CASE("a snapshot's bytes are the same on every machine") {
    const Sample sample{.flag = true,
                        .number = -2.5,
                        .list = {{.small = -2, .maybe = 1.5F}, {.small = 300, .maybe = {}}},
                        .bytes = {7, 255}};
    std::ostringstream stream;
    write_snapshot(stream, sample);
    const std::string bytes = stream.str();
    const std::string values("\x01"
                             "\0\0\0\0\0\0\x04\xC0"
                             "\x02\0\0\0\0\0\0\0"
                             "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                             "\x01"
                             "\0\0\xC0\x3F"
                             "\x2C\x01\0\0\0\0\0\0"
                             "\0"
                             "\x02\0\0\0\0\0\0\0"
                             "\x07\xFF",
                             1 + 8 + 8 + 8 + 1 + 4 + 8 + 1 + 8 + 2);
    REQUIRE(bytes.size() == 32 + values.size() + 8);
    CHECK(bytes.substr(0, 8) == "FGAGTSNP");
    CHECK(bytes.substr(8, 8) == std::string("\x01\0\0\0\0\0\0\0", 8));
    CHECK(bytes.substr(24, 8) == std::string("\x31\0\0\0\0\0\0\0", 8));
    CHECK(bytes.substr(32, values.size()) == values);

    std::istringstream input(bytes + "behind");
    const auto again = read_snapshot<Sample>(input);
    CHECK(again.flag);
    CHECK(again.number == -2.5);
    REQUIRE(again.list.size() == 2);
    CHECK((again.list[0].small == -2 && again.list[0].maybe == 1.5F));
    CHECK((again.list[1].small == 300 && !again.list[1].maybe));
    CHECK(again.bytes == sample.bytes);
    std::string behind;
    input >> behind;
    CHECK(behind == "behind");
}

TEST_CASE("the checksum is FNV-1a") { // values of draft-eastlake-fnv
    const auto of = [](std::string_view text) {
        detail::Checksum checksum;
        checksum.add(text);
        return checksum.value();
    };
    CHECK(of("") == 0xCBF29CE484222325U);
    CHECK(of("a") == 0xAF63DC4C8601EC8CU);
    CHECK(of("foobar") == 0x85944171F73967E8U);
}

TEST_CASE("a failing output stream is an error") {
    const GeometryTracker tracker;
    std::ostringstream full;
    full.setstate(std::ios::badbit);
    CHECK_THROWS_WITH(tracker.save(full), test::contains("disk is full"));
}

TEST_CASE("a false length does not allocate memory") {
    GeometryTracker tracker;
    std::string snapshot = saved(tracker);
    snapshot[30] = 0x7F; // petabytes
    check_refused(tracker, snapshot, "cut off");
    std::string list;
    detail::append_bits(std::uint64_t{1} << 60U, list);
    detail::SnapshotReader reader(list);
    std::vector<double> values;
    CHECK_THROWS_AS(reader(values), ParseError);
    CHECK(values.capacity() == 0);
}

TEST_CASE("numbers that do not fit their type are refused") {
    const auto read = [](auto& value, std::uint64_t bits) {
        std::string bytes;
        detail::append_bits(bits, bytes);
        detail::SnapshotReader reader(bytes);
        reader(value);
    };
    int number = 0;
    read(number, static_cast<std::uint64_t>(-5));
    CHECK(number == -5);
    CHECK_THROWS_AS(read(number, std::uint64_t{1} << 31U), ParseError);
    std::uint32_t natural = 0;
    CHECK_THROWS_AS(read(natural, std::uint64_t{1} << 32U), ParseError);
    bool flag = false;
    CHECK_THROWS_AS(read(flag, 2), ParseError);
}

TEST_CASE("the snapshot corpus is restored or refused as its file names specify") {
    test::replay_corpus("snapshot", test::check_snapshot);
}

TEST_CASE("a snapshot with extra values is refused") {
    using State = GeometryTracker::State;
    auto tracker = warm<GeometryTracker>();
    const std::string snapshot = saved(tracker);
    const std::string values = snapshot.substr(32, snapshot.size() - 40);
    REQUIRE(test::sealed_snapshot<State>(values) == snapshot);
    check_refused(tracker, test::sealed_snapshot<State>(values + '\0'), "no bytes after the last value");
}

TEST_CASE("a tracker with components that cannot be saved reports an error") {
    struct SecretParts : GeometryParts {
        using Motion = SecretMotion;
    };
    using Secret = Tracker<SecretParts>;
    STATIC_REQUIRE(Snapshotable<GeometryTracker::State>);
    STATIC_REQUIRE(Snapshotable<Tracker<>::State>);
    STATIC_REQUIRE_FALSE(Snapshotable<Secret::State>);
    STATIC_REQUIRE_FALSE(Snapshotable<Unknown>);
    Secret tracker;
    CHECK(tracker.update({}).tracks.empty());
}
