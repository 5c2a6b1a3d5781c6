#include "support/catch.hpp"
#include "support/moving_squares.hpp"
#include "support/unusual_numbers.hpp"
#include "support/with_part.hpp"
#include "tracker/track_ids.hpp"

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/fgagt.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace fgagt;
using fgagt::test::contains;
using fgagt::test::MovingSquares;
using test::ids;
using test::kInfinity;
using test::kNaN;

namespace {

bool all_finite(const FrameResult& result) {
    return std::ranges::all_of(result.tracks, [](const Track& track) {
        return is_usable(track.box) && detail::is_finite(track.score) && detail::is_finite(track.missed_time);
    });
}

/// Runs both trackers over frames [first, last) of the scene and requires equal results.
template <class A, class B>
void require_same(A& a, B& b, const MovingSquares& scene, int first, int last) {
    for (int k = first; k < last; ++k) {
        const FrameResult expected = a.update(scene.frame(k), scene.detections(k));
        const FrameResult& actual = b.update(scene.frame(k), scene.detections(k));
        REQUIRE(expected.tracks == actual.tracks);
        REQUIRE(expected.events == actual.events);
    }
}

/// Its pooler reads another map than its backbone makes.
struct MismatchedParts : DefaultParts<> {
    using Backbone = ChannelBackbone;
};
static_assert(TrackerParts<DefaultParts<ChannelBackbone>> && !TrackerParts<MismatchedParts>);

} // namespace

TEST_CASE("objects keep their IDs, and every track has the index and tag of its detection") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 20; ++k) {
        auto detections = scene.detections(k);
        std::swap(detections.front(), detections.back()); // in another order
        for (std::size_t d = 0; d < detections.size(); ++d)
            detections[d].tag = static_cast<int>(100 + d);
        const FrameResult& result = tracker.update(scene.frame(k), detections);
        REQUIRE(ids(result) == std::vector<TrackId>{1, 2, 3});
        REQUIRE(result.frame == k);
        for (const Track& track : result.tracks) {
            REQUIRE(track.detection.has_value());
            REQUIRE(iou(track.box, detections[*track.detection].box) > 0.8);
            REQUIRE(track.tag == static_cast<int>(100 + *track.detection));
        }
    }
}

TEST_CASE("hostile detections are rejected and listed, and do not affect the others") {
    const MovingSquares scene;
    Tracker<> clean, tracker;
    const std::vector<Box> hostile{{kNaN, 0, 5, 5}, {0, kInfinity, 5, 5}, {0, 0, 0, 5},
                                   {0, 0, 5, -5},   {3e7F, 0, 5, 5},      {0, 0, kInfinity, kInfinity}};
    for (int k = 0; k < 12; ++k) {
        const auto good = scene.detections(k);
        std::vector<Detection> mixed;
        for (std::size_t d = 0; d < hostile.size(); ++d) {
            mixed.push_back({.box = hostile[d]});
            if (d < good.size()) mixed.push_back(good[d]);
        }
        FrameResult expected = clean.update(scene.frame(k), good);
        const FrameResult& result = tracker.update(scene.frame(k), mixed);
        REQUIRE(result.rejected.size() == hostile.size());
        REQUIRE(all_finite(result));
        for (Track& track : expected.tracks)
            track.detection = 2 * *track.detection + 1;
        REQUIRE(result.tracks == expected.tracks);
    }
}

TEST_CASE("a hostile detection is an error if the option says so, and leaves the tracker unchanged") {
    const MovingSquares scene;
    TrackerOptions options;
    options.detections.unusable_is_error = true;
    Tracker<> control({}, options), tracker({}, options);
    require_same(control, tracker, scene, 0, 5);
    CHECK_THROWS_AS(tracker.update(scene.frame(5), std::vector<Detection>{{.box = {0, 0, 0, 0}}}),
                    InvalidArgument);
    require_same(control, tracker, scene, 5, 10);
}

TEST_CASE("scores outside the range are clamped") {
    const MovingSquares scene;
    Tracker<> tracker;
    auto detections = scene.detections(0);
    detections[0].score = 7;
    detections[1].score = -3;
    const FrameResult& result = tracker.update(scene.frame(0), detections);
    REQUIRE(result.tracks.size() == 2); // a score of 0 creates no track
    CHECK(result.tracks[0].score == 1);
    CHECK(result.rejected.empty());
}

TEST_CASE("tracks report the detector's original scores, not the calibrated ones") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 60; ++k) {
        auto detections = scene.detections(k);
        if (k > 0)
            for (Detection& detection : detections)
                detection.score = 0.35F;
        for (const Track& track : tracker.update(scene.frame(k), detections).tracks)
            REQUIRE(track.score == detections[*track.detection].score);
    }
    const auto& work = tracker.work();
    CHECK(work.levels.sure < 0.36F);
    REQUIRE(work.detections.size() == 3);
    for (const UsableDetection& detection : work.detections) {
        CHECK(detection.score == 0.35F);
        CHECK(detection.confidence >= 0.5F); // a confident detection in this scene
    }
}

TEST_CASE("an unusable frame is an error and leaves the tracker unchanged") {
    const MovingSquares scene;
    Tracker<> control, tracker;
    require_same(control, tracker, scene, 0, 5);
    const auto detections = scene.detections(5);
    CHECK_THROWS_AS(tracker.update(cv::Mat(), detections), InvalidArgument);
    CHECK_THROWS_WITH(tracker.update(cv::Mat(), detections), contains("empty"));
    const cv::Mat volume(std::vector<int>{2, 8, 8}, CV_8UC1, cv::Scalar::all(0));
    CHECK_THROWS_WITH(tracker.update(volume, detections), contains("two dimensions, got 3"));
    for (const int type : {CV_32FC1, CV_8UC2, CV_16UC3, CV_64FC4})
        CHECK_THROWS_AS(tracker.update(cv::Mat(48, 64, type, cv::Scalar::all(0)), detections),
                        InvalidArgument);
    const std::vector<int> sizes{4, 5, 6};
    CHECK_THROWS_AS(tracker.update(cv::Mat(sizes, CV_8UC1), detections), InvalidArgument);
    require_same(control, tracker, scene, 5, 10);
}

TEST_CASE("a timestamp that does not increase is an error and leaves the tracker unchanged") {
    const MovingSquares scene;
    Tracker<> control, tracker;
    const auto step = [&](Tracker<>& t, int k) -> const FrameResult& {
        return t.update(scene.frame(k), scene.detections(k), {.timestamp = 10 + k / 30.0});
    };
    for (int k = 0; k < 4; ++k) {
        step(control, k);
        step(tracker, k);
    }
    const double last = 10 + 3 / 30.0;
    for (const double bad : {last, last - 1, std::nan(""), static_cast<double>(kInfinity)})
        CHECK_THROWS_AS(tracker.update(scene.frame(4), scene.detections(4), {.timestamp = bad}),
                        InvalidArgument);
    for (int k = 4; k < 8; ++k) {
        const FrameResult& expected = step(control, k);
        CHECK(step(tracker, k).tracks == expected.tracks);
    }
}

TEST_CASE("a non-finite camera motion is an error") {
    Tracker<> tracker;
    Affine camera;
    camera.ty = kNaN;
    CHECK_THROWS_AS(tracker.update(MovingSquares().frame(0), {}, {.camera_motion = camera}), InvalidArgument);
}

TEST_CASE("options are checked") {
    CHECK_THROWS_AS(Tracker<>({}, {.frame_rate = 0}), InvalidArgument);
    CHECK_THROWS_AS(Tracker<>({}, {.frame_rate = std::nan("")}), InvalidArgument);
    // A frame would last for ever.
    CHECK_THROWS_AS(Tracker<>({}, {.frame_rate = 1e-310}), InvalidArgument);
    CHECK_THROWS_AS(Tracker<>({}, {.detections = {.score_low = 1, .score_high = 0}}), InvalidArgument);
}

TEST_CASE("a frame of another size is accepted and IDs continue") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 5; ++k)
        tracker.update(scene.frame(k), scene.detections(k));
    for (const cv::Size size : {cv::Size(200, 150), cv::Size(640, 480), cv::Size(321, 243)}) {
        cv::Mat resized;
        cv::resize(scene.frame(5), resized, size);
        const FrameResult& result = tracker.update(resized, scene.detections(5));
        CHECK(ids(result) == std::vector<TrackId>{1, 2, 3});
    }
}

TEST_CASE("frames without detections or tracks, of one pixel or in black are tracked") {
    Tracker<> tracker;
    CHECK(tracker.update(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(9)), {}).tracks.empty());
    CHECK(
        tracker
            .update(cv::Mat(1, 1, CV_8UC1, cv::Scalar::all(0)), std::vector<Detection>{{.box = {0, 0, 1, 1}}})
            .rejected.empty());
    const cv::Mat black(480, 640, CV_8UC3, cv::Scalar::all(0));
    const std::vector<Detection> two{{.box = {10, 10, 40, 90}}, {.box = {300, 100, 40, 90}}};
    const MovingSquares scene;
    tracker.reset();
    for (int k = 0; k < 4; ++k) {
        const FrameResult& result = tracker.update(black, two);
        CHECK(result.tracks.size() == 2);
        CHECK(all_finite(result));
    }
    for (int k = 0; k < 61; ++k)
        CHECK(all_finite(tracker.update(black, {})));
    CHECK(tracker.state().tracks.empty());
}

TEST_CASE("boxes outside the frame are tracked by geometry") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 10; ++k) {
        auto detections = scene.detections(k);
        const float shift = 2.0F * static_cast<float>(k);
        detections.push_back({.box = {-400 + shift, 50, 40, 80}});
        detections.push_back({.box = {5000 + shift, -900, 40, 80}});
        const FrameResult& result = tracker.update(scene.frame(k), detections);
        REQUIRE(ids(result) == std::vector<TrackId>{1, 2, 3, 4, 5});
        const auto& has_features = tracker.work().has_features_d;
        REQUIRE(has_features == std::vector<std::uint8_t>{1, 1, 1, 0, 0});
    }
}

TEST_CASE("grey, BGR and BGRA frames give the same IDs despite hostile detections") {
    const MovingSquares scene;
    for (const int channels : {1, 3, 4}) {
        Tracker<> tracker;
        for (int k = 0; k < 15; ++k) {
            auto detections = scene.detections(k);
            detections.push_back({.box = {kNaN, 1, 2, 3}});
            const FrameResult& result = tracker.update(scene.frame(k, channels), detections);
            REQUIRE(ids(result) == std::vector<TrackId>{1, 2, 3});
            REQUIRE(all_finite(result));
        }
    }
}

TEST_CASE("the caller may reuse its frame") {
    const MovingSquares scene;
    Tracker<> control, tracker;
    cv::Mat reused;
    for (int k = 0; k < 8; ++k) {
        const FrameResult expected = control.update(scene.frame(k), scene.detections(k));
        scene.frame(k).copyTo(reused);
        REQUIRE(tracker.update(reused, scene.detections(k)).tracks == expected.tracks);
        CHECK(tracker.work().frame.empty());
        reused.setTo(cv::Scalar::all(255));
    }
}

TEST_CASE("different classes are never matched, whatever their boxes") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 6; ++k) {
        auto detections = scene.detections(k);
        detections[0].class_id = k < 3 ? 0 : 7;
        tracker.update(scene.frame(k), detections);
    }
    const auto& tracks = tracker.state().tracks;
    REQUIRE(tracks.size() == 4);
    CHECK(tracks[0].class_id == 0);
    CHECK(tracks[0].status == TrackStatus::kLost);
    CHECK(tracks[3].class_id == 7);
}

TEST_CASE("running the steps one by one equals an update") {
    const MovingSquares scene;
    Tracker<> whole, stepped;
    for (int k = 0; k < 10; ++k) {
        const FrameResult expected = whole.update(scene.frame(k), scene.detections(k));
        stepped.begin(scene.frame(k), scene.detections(k));
        stepped.propagate_tracks();
        stepped.extract_features();
        stepped.pool_features();
        stepped.associate();
        const auto& work = stepped.work();
        CHECK(work.similarity.rows() == static_cast<Eigen::Index>(work.detections.size()));
        CHECK(work.features_d.allFinite());
        const FrameResult& result = stepped.commit();
        REQUIRE(result.tracks == expected.tracks);
    }
}

TEST_CASE("steps out of order are refused, and a frame may be abandoned") {
    const MovingSquares scene;
    Tracker<> control, tracker;
    CHECK_THROWS_AS(tracker.propagate_tracks(), InvalidArgument);
    CHECK_THROWS_AS(tracker.commit(), InvalidArgument);
    require_same(control, tracker, scene, 0, 3);
    tracker.begin(scene.frame(9), scene.detections(9));
    CHECK_THROWS_WITH(tracker.pool_features(), contains("pool_features") && contains("order"));
    tracker.propagate_tracks();
    tracker.extract_features();
    tracker.pool_features();
    tracker.associate();
    require_same(control, tracker, scene, 3, 6); // nothing of frame 9 is left
}

TEST_CASE("without a detector, tracks move without counting a miss") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 40; ++k) {
        const FrameResult& result = k < 4 || k % 4 == 0 ? tracker.update(scene.frame(k), scene.detections(k))
                                                        : tracker.propagate(scene.frame(k));
        REQUIRE(ids(result) == std::vector<TrackId>{1, 2, 3});
        for (std::size_t t = 0; t < 3; ++t) {
            CHECK(result.tracks[t].missed == 0);
            CHECK(result.tracks[t].detection.has_value() == (k < 4 || k % 4 == 0));
            CHECK(iou(result.tracks[t].box, scene.detections(k)[t].box) > 0.7);
        }
    }
}

TEST_CASE("lost time includes frames without a detector") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 4; ++k)
        tracker.update(scene.frame(k), scene.detections(k));
    for (int k = 4; k < 10; ++k)
        tracker.propagate(scene.frame(k));
    tracker.update(scene.frame(10), {});
    for (const Track& track : tracker.state().tracks) {
        CHECK(track.missed == 1);
        CHECK(track.missed_time == 7);
    }
}

TEST_CASE("timestamps make dropped frames harmless") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 30; k += k < 10 ? 1 : 4) { // from frame 10, only every fourth
        const FrameResult& result =
            tracker.update(scene.frame(k), scene.detections(k), {.timestamp = 100 + k / 30.0});
        REQUIRE(ids(result) == std::vector<TrackId>{1, 2, 3});
        CHECK(std::abs(tracker.work().elapsed - (k <= 10 ? 1.0F : 4.0F)) <
              1e-4F); // seconds in double to a float
    }
}

TEST_CASE("reset forgets the tracks but keeps options and IDs") {
    const MovingSquares scene;
    TrackerOptions options;
    options.detections.score_high = 2;
    Tracker<> tracker({}, options);
    auto detections = scene.detections(0);
    for (Detection& detection : detections)
        detection.score = 2;
    tracker.update(scene.frame(0), detections, {.timestamp = 5});
    tracker.reset();
    CHECK(tracker.state().tracks.empty());
    const FrameResult& result = tracker.update(scene.frame(0), detections, {.timestamp = 1});
    CHECK(ids(result) == std::vector<TrackId>{4, 5, 6});
    CHECK(result.frame == 0);
    CHECK(result.tracks[0].score == 1);
}

TEST_CASE("a copied tracker is independent, and a moved one continues") {
    const MovingSquares scene;
    Tracker<> original, control;
    require_same(control, original, scene, 0, 5);
    Tracker<> copy = original;
    for (int k = 5; k < 9; ++k)
        original.update(scene.frame(20 - k), {}); // must not touch the copy's pixels
    Tracker<> moved = std::move(copy);
    require_same(control, moved, scene, 5, 10);
}

TEST_CASE("trackers do not share IDs") {
    const MovingSquares scene;
    Tracker<> a, b;
    CHECK(ids(a.update(scene.frame(0), scene.detections(0))) == std::vector<TrackId>{1, 2, 3});
    CHECK(ids(b.update(scene.frame(0), scene.detections(0))) == std::vector<TrackId>{1, 2, 3});
}

TEST_CASE("the reported box is the filtered or the detected one") {
    const MovingSquares scene;
    Tracker<> filtered, raw({}, {.reported_box = ReportedBox::kDetection});
    bool differs = false;
    for (int k = 0; k < 8; ++k) {
        const auto detections = scene.detections(k);
        const FrameResult smooth = filtered.update(scene.frame(k), detections);
        for (const Track& track : raw.update(scene.frame(k), detections).tracks) {
            CHECK(track.box == detections[*track.detection].box);
            differs = differs || !(smooth.tracks[*track.detection].box == track.box);
        }
    }
    CHECK(differs);
}

TEST_CASE("the caller's appearance vectors are compared, and their length is checked") {
    GeometryTracker tracker({.pooler = NoPooler<NoMap>({.dimension = 2})});
    // Two objects swap places: geometry cannot detect this, the vectors can.
    const Box left{100, 100, 40, 80}, right{112, 100, 40, 80};
    const std::vector<float> red{1, 0}, blue{0, 1};
    for (int k = 0; k < 6; ++k)
        tracker.update(
            std::vector<Detection>{{.box = left, .appearance = red}, {.box = right, .appearance = blue}});
    const FrameResult swapped = tracker.update(
        std::vector<Detection>{{.box = left, .appearance = blue}, {.box = right, .appearance = red}});
    REQUIRE(swapped.tracks.size() == 2);
    CHECK(swapped.tracks[0].detection == std::size_t{1});
    CHECK(swapped.tracks[1].detection == std::size_t{0});

    CHECK_THROWS_WITH(tracker.update(std::vector<Detection>{{.box = left, .appearance = {1, 2, 3}}}),
                      contains("dimension 2") && contains("one of 3"));
    CHECK(tracker.state().frames == 7);
}

TEST_CASE("the times of all stages are measured in every frame with tracks") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 5; ++k) {
        const StageTimes times = tracker.update(scene.frame(k), scene.detections(k)).times;
        for (const double time :
             {times.backbone, times.flow, times.pool, times.graph, times.assign, times.lifecycle})
            CHECK(time > 0);
        CHECK(times.total >=
              times.backbone + times.flow + times.pool + times.graph + times.assign + times.lifecycle);
    }
}

TEST_CASE("random hostile input never gives non-finite results, and IDs stay unique") {
    std::mt19937 random(test::seed_of("hostile"));
    const std::vector<float> nasty{0,    1,     -1,     1e-38F,  -1e-38F,   1e-45F,
                                   1e7F, -1e7F, 9.9e6F, 1e30F,   kInfinity, -kInfinity,
                                   kNaN, 50,    100,    3.4e38F, 0.5F,      20};
    const auto number = [&] { return nasty[random() % nasty.size()]; };
    Tracker<> with_frames;
    GeometryTracker without_frames;
    std::set<TrackId> ever;
    for (int k = 0; k < 400; ++k) {
        std::vector<Detection> detections(random() % 12);
        for (Detection& detection : detections) {
            detection.box = {number(), number(), number(), number()};
            if (random() % 3 == 0) detection.box = {float(random() % 60), float(random() % 40), 9, 14};
            detection.score = number();
            detection.class_id = static_cast<int>(random() % 2);
        }
        cv::Mat frame(1 + static_cast<int>(random() % 3) * 23, 1 + static_cast<int>(random() % 3) * 31,
                      CV_8UC3);
        cv::randu(frame, 0, 255);
        FrameInfo info;
        if (random() % 4 == 0)
            info.camera_motion = Affine{1e6 * number() == 0 ? 0 : 1e-9, 0, 1e9, 0, -1e12, 5};
        info.timestamp = k * (k % 7 == 0 ? 1e3 : 1e2) + 1e6 * k;
        const FrameResult a = with_frames.update(frame, detections, info);
        const FrameResult b = without_frames.update(detections, info);
        for (const FrameResult* result : {&a, &b}) {
            REQUIRE(all_finite(*result));
            std::set<std::size_t> taken;
            for (const Track& track : result->tracks) {
                if (!track.detection) continue;
                REQUIRE(*track.detection < detections.size());
                REQUIRE(taken.insert(*track.detection).second);
            }
        }
        for (const TrackId id : a.events.born)
            REQUIRE(ever.insert(id).second);
    }
    CHECK(ever.size() > 20);
}

namespace {

/// A backbone that fails on request.
struct FailingBackbone {
    using Map = ColourImage;
    ColourBackbone inner{};
    bool* fails = nullptr;

    void extract(const cv::Mat& frame, Map& map) {
        inner.extract(frame, map);
        if (*fails) throw std::runtime_error("the network failed");
    }
};

struct FailingGraph {
    AdaptiveGraph inner{};
    bool* fails = nullptr;

    void relate(const Matrix& f_d, const Matrix& f_t, const Matrix& iou, Matrix& similarity) {
        inner.relate(f_d, f_t, iou, similarity);
        if (*fails) throw std::runtime_error("the graph failed");
    }
    [[nodiscard]] float margin() const { return inner.margin(); }
};

struct FailingLifecycle {
    LifecycleManager inner{};
    bool* fails = nullptr;

    void advance(std::vector<Track>& tracks, TrackId& last_id, const FrameClock& clock,
                 std::span<const UsableDetection> detections, std::span<const Match> matches,
                 Events& events) const {
        inner.advance(tracks, last_id, clock, detections, matches, events);
        if (*fails) throw std::runtime_error("the lifecycle failed");
    }
    [[nodiscard]] bool reports(const Track& track) const { return inner.reports(track); }
};

/// @param fault  selects the component's failure; 0: none
template <class Error, class Failing, class Fault>
void require_strong_guarantee(Failing tracker, Fault& fault, Fault way) {
    const MovingSquares scene;
    Tracker<> control;
    require_same(control, tracker, scene, 0, 6);
    const auto before = tracker.state().tracks;
    fault = way;
    for (int attempt = 0; attempt < 3; ++attempt)
        CHECK_THROWS_AS(tracker.update(scene.frame(15), scene.detections(15)), Error);
    CHECK(tracker.state().tracks == before);
    CHECK(tracker.state().frames == 6);
    fault = Fault{};
    require_same(control, tracker, scene, 6, 12);
}

// Components that violate their concepts, each in several ways.

struct WrongFlow {
    static constexpr int kWays = 3;
    using Image = PyramidalFlow::Image;
    PyramidalFlow inner{};
    const int* way = nullptr;

    void prepare(const cv::Mat& frame, Image& image) { inner.prepare(frame, image); }
    void propagate(const Image& previous, const Image& current, std::span<const Box> boxes,
                   std::vector<BoxFlow>& flows) {
        inner.propagate(previous, current, boxes, flows);
        if (*way == 1) flows.pop_back();
        if (*way == 2) flows.emplace_back();
    }
    std::optional<Affine> camera_motion(const Image& previous, const Image& current,
                                        std::span<const Box> boxes) {
        if (*way == 3) return Affine{.tx = kNaN};
        return inner.camera_motion(previous, current, boxes);
    }
};

struct WrongMotion {
    static constexpr int kWays = 3;
    using State = KalmanMotion::State;
    KalmanMotion inner{};
    const int* way = nullptr;

    [[nodiscard]] State initiate(const Box& box) const { return inner.initiate(box); }
    void predict(State& state, float elapsed, const Affine& camera, const BoxFlow& flow) const {
        inner.predict(state, elapsed, camera, flow);
    }
    void update(State& state, const Box& box, float score) const { inner.update(state, box, score); }
    [[nodiscard]] Box box(const State& state) const {
        Box result = inner.box(state);
        if (*way == 1) result.left = kNaN;
        if (*way == 2) result.width = 0;
        if (*way == 3) result.top = 3e7F;
        return result;
    }
};

struct WrongPooler {
    static constexpr int kWays = 3;
    using Map = ColourImage;
    StripePooler inner{};
    const int* way = nullptr;

    void pool(const Map& map, std::span<const Box> boxes, Matrix& features,
              std::vector<std::uint8_t>& valid) {
        inner.pool(map, boxes, features, valid);
        if (*way == 1) features.setZero(0, features.cols());
        if (*way == 2) valid.clear();
        if (*way == 3) features.setConstant(kNaN);
    }
};

struct WrongGraph {
    static constexpr int kWays = 2;
    AdaptiveGraph inner{};
    const int* way = nullptr;

    void relate(const Matrix& f_d, const Matrix& f_t, const Matrix& iou, Matrix& similarity) {
        inner.relate(f_d, f_t, iou, similarity);
        if (*way == 1) similarity.setZero(1, 1);
        if (*way == 2) similarity.setConstant(kNaN);
    }
    [[nodiscard]] float margin() const { return inner.margin(); }
};

struct WrongAssociation {
    static constexpr int kWays = 3;
    DefaultAssociation inner{};
    const int* way = nullptr;

    void associate(const Evidence& evidence, std::vector<Match>& matches) {
        inner.associate(evidence, matches);
        if (*way == 1) matches.push_back({evidence.detections.size(), 0});
        if (*way == 2) matches = {{0, evidence.tracks.size()}};
        if (*way == 3) matches = {{1, 0}, {0, 1}};
    }
};

struct WrongLifecycle {
    static constexpr int kWays = 2;
    LifecycleManager inner{};
    const int* way = nullptr;

    void advance(std::vector<Track>& tracks, TrackId& last_id, const FrameClock& clock,
                 std::span<const UsableDetection> detections, std::span<const Match> matches,
                 Events& events) const {
        inner.advance(tracks, last_id, clock, detections, matches, events);
        if (*way == 1) tracks.front().detection = detections.size();
        if (*way == 2) tracks.clear();
    }
    [[nodiscard]] bool reports(const Track& track) const { return inner.reports(track); }
};

template <class Wrong, class AnyTracker>
void require_refused(Wrong AnyTracker::Components::*part) {
    int way = 0;
    for (int each = 1; each <= Wrong::kWays; ++each) {
        INFO("in way " << each);
        typename AnyTracker::Components components;
        (components.*part).way = &way;
        require_strong_guarantee<InvalidArgument>(AnyTracker(components), way, each);
    }
}

} // namespace

TEST_CASE("a component that throws leaves the tracker as after the previous frame") {
    bool fails = false;
    using Error = std::runtime_error;
    require_strong_guarantee<Error>(Tracker<FailingBackbone>({.backbone = {.fails = &fails}}), fails, true);
    require_strong_guarantee<Error>(Tracker<test::WithGraph<FailingGraph>>({.graph = {.fails = &fails}}),
                                    fails, true);
    require_strong_guarantee<Error>(
        Tracker<test::WithLifecycle<FailingLifecycle>>({.lifecycle = {.fails = &fails}}), fails, true);
}

TEST_CASE("a component that violates its concept is an error and leaves the tracker unchanged") {
    using A = Tracker<test::WithFlow<WrongFlow>>;
    require_refused<WrongFlow, A>(&A::Components::flow);
    using B = Tracker<test::WithMotion<WrongMotion>>;
    require_refused<WrongMotion, B>(&B::Components::motion);
    using C = Tracker<test::WithPooler<WrongPooler>>;
    require_refused<WrongPooler, C>(&C::Components::pooler);
    using D = Tracker<test::WithGraph<WrongGraph>>;
    require_refused<WrongGraph, D>(&D::Components::graph);
    using E = Tracker<test::WithAssociation<WrongAssociation>>;
    require_refused<WrongAssociation, E>(&E::Components::association);
    using F = Tracker<test::WithLifecycle<WrongLifecycle>>;
    require_refused<WrongLifecycle, F>(&F::Components::lifecycle);
}

TEST_CASE("a frame must start again after a failed step") {
    const MovingSquares scene;
    bool fails = false;
    Tracker<test::WithGraph<FailingGraph>> tracker({.graph = {.fails = &fails}});
    tracker.update(scene.frame(0), scene.detections(0));
    tracker.begin(scene.frame(1), scene.detections(1));
    tracker.propagate_tracks();
    tracker.extract_features();
    tracker.pool_features();
    fails = true;
    CHECK_THROWS_AS(tracker.associate(), std::runtime_error);
    fails = false;
    CHECK_THROWS_AS(tracker.commit(), InvalidArgument);
    CHECK_THROWS_AS(tracker.associate(), InvalidArgument);
    CHECK(ids(tracker.update(scene.frame(1), scene.detections(1))) == std::vector<TrackId>{1, 2, 3});
}

TEST_CASE("the paper's tracker keeps IDs, removes tracks after ten frames and never moves lost ones") {
    const MovingSquares scene;
    PaperTracker<> tracker;
    for (int k = 0; k < 8; ++k)
        REQUIRE(ids(tracker.update(scene.frame(k), scene.detections(k))) == std::vector<TrackId>{1, 2, 3});
    tracker.update(scene.frame(8), {});
    const Box left_behind = tracker.state().tracks.front().box;
    for (int k = 9; k < 17; ++k) {
        tracker.update(scene.frame(k), {});
        REQUIRE(tracker.state().tracks.size() == 3);
        CHECK(tracker.state().tracks.front().box == left_behind);
    }
    tracker.update(scene.frame(17), {});
    CHECK(tracker.state().tracks.empty());
}

TEST_CASE("a track unseen in the previous frame has no flow, and the others have their own") {
    const MovingSquares scene;
    Tracker<> tracker;
    for (int k = 0; k < 5; ++k)
        tracker.update(scene.frame(k), scene.detections(k));
    const auto detections = scene.detections(5);
    tracker.update(scene.frame(5), std::span(detections).subspan(1)); // the first one is not detected
    tracker.begin(scene.frame(6), scene.detections(6));
    tracker.propagate_tracks();
    const std::vector<BoxFlow>& flows = tracker.work().flows;
    REQUIRE(flows.size() == 3);
    CHECK(flows[0] == BoxFlow{});
    for (const std::size_t seen : {1U, 2U}) {
        CHECK(flows[seen].reliable);
        // All objects walk 2 px to the right.
        CHECK_THAT(flows[seen].dx, Catch::Matchers::WithinAbs(2, 0.2));
    }
}
