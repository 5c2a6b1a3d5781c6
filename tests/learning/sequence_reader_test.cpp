#include "support/catch.hpp"

#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/io/synthetic_scene.hpp>
#include <fgagt/learning/sequence_reader.hpp>
#include <fgagt/motion/kalman_motion.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

using namespace fgagt;

namespace {

using Truth = std::vector<std::pair<TrackId, Box>>;

SyntheticScene crowded_scene() {
    return SyntheticScene({.frame_size = {320, 240},
                           .frames = 25,
                           .objects = 8,
                           .crossings = 4,
                           .seed = 3,
                           .camera_pan = {3, 0},
                           .box_jitter = 0.05F,
                           .false_positives = 2});
}

Truth truth_of(const SyntheticScene& scene, int k) {
    Truth result;
    for (const SyntheticScene::Truth& one : scene.ground_truth(k))
        result.emplace_back(one.id, one.box);
    return result;
}

LabelledSequence read(const SyntheticScene& scene, const SequenceReaderOptions& options) {
    SequenceReader reader(options);
    for (int k = 0; k < scene.frame_count(); ++k)
        reader.add(scene.frame(k), scene.detections(k), truth_of(scene, k));
    return reader.finish();
}

/// Tries every assignment of the detections from `d` to unused ground truth boxes that overlap them by
/// `min_iou`. Returns the best total of the overlaps above that limit, with its identities.
double best_identities(const std::vector<Detection>& detections, const Truth& truth, double min_iou,
                       std::size_t d, std::vector<char>& taken, std::vector<TrackId>& best) {
    if (d == detections.size()) {
        best.assign(d, kNobody);
        return 0;
    }
    double most = best_identities(detections, truth, min_iou, d + 1, taken, best);
    for (std::size_t t = 0; t < truth.size(); ++t) {
        const double overlap = iou(detections[d].box, truth[t].second);
        if (taken[t] != 0 || overlap < min_iou) continue;
        taken[t] = 1;
        std::vector<TrackId> others;
        const double gain =
            overlap - min_iou + best_identities(detections, truth, min_iou, d + 1, taken, others);
        taken[t] = 0;
        if (gain <= most) continue;
        most = gain;
        best = others;
        best[d] = truth[t].first;
    }
    return most;
}

std::vector<TrackId> identities(std::span<const Observation> observations) {
    std::vector<TrackId> result;
    for (const Observation& one : observations)
        result.push_back(one.identity);
    return result;
}

Matrix pooled(const cv::Mat& frame, const std::vector<Box>& boxes) {
    ColourImage map;
    Matrix result;
    std::vector<std::uint8_t> valid;
    ColourBackbone().extract(frame, map);
    StripePooler().pool(map, boxes, result, valid);
    return result;
}

cv::Mat grey_frame(cv::Size size = {320, 240}) {
    return {size, CV_8UC1, cv::Scalar(128)};
}

const KalmanMotion kMotion;

} // namespace

TEST_CASE("detections get the identities with the largest total overlap, as in exhaustive search") {
    const SyntheticScene scene = crowded_scene();
    const float min_iou = GENERATE(0.3F, 0.5F, 0.7F);
    const LabelledSequence sequence =
        read(scene, {.detections = {.duplicate_iou = 1}, .min_score = 0.2F, .min_iou = min_iou});
    REQUIRE(sequence.size() == 25);
    int somebody = 0, nobody = 0;
    for (int k = 0; k < scene.frame_count(); ++k) {
        std::vector<Detection> detections = scene.detections(k);
        std::erase_if(detections, [](const Detection& one) { return one.score < 0.2F; });
        const Truth truth = truth_of(scene, k);
        std::vector<char> taken(truth.size(), 0);
        std::vector<TrackId> expected;
        best_identities(detections, truth, min_iou, 0, taken, expected);
        const auto observations = sequence.observations(static_cast<std::size_t>(k));
        CHECK(identities(observations) == expected);
        for (std::size_t d = 0; d < observations.size(); ++d) {
            CHECK(observations[d].box == detections[d].box);
            CHECK(observations[d].score == detections[d].score);
            ++(observations[d].identity == kNobody ? nobody : somebody);
        }
    }
    CHECK((somebody > 50 && nobody > 10)); // both kinds occur
}

TEST_CASE("a ground truth box has one detection, and detections with little overlap are false positives") {
    SequenceReader reader({.detections = {.duplicate_iou = 1}});
    const std::vector<Detection> detections{
        {.box = {12, 10, 40, 80}},  // almost equal to the first ground truth box
        {.box = {10, 10, 40, 80}},  // equal to the first ground truth box
        {.box = {130, 10, 40, 80}}, // covers a third of the second ground truth box
        {.box = {200, 120, 40, 80}}};
    const Truth truth{{5, {10, 10, 40, 80}}, {9, {110, 10, 40, 80}}};
    reader.add(grey_frame(), detections, truth);
    CHECK(identities(reader.finish().observations(0)) == std::vector<TrackId>{kNobody, 5, kNobody, kNobody});
}

TEST_CASE("frames may lack detections, ground truth or both") {
    SequenceReader reader;
    const std::vector<Detection> detections{{.box = {10, 10, 40, 80}}};
    const Truth truth{{5, {10, 10, 40, 80}}};
    reader.add(grey_frame(), {}, {});
    reader.add(grey_frame(), detections, {});
    reader.add(grey_frame(), {}, truth);
    reader.add(grey_frame(), detections, truth);
    reader.add(grey_frame(), {}, {});
    const LabelledSequence sequence = reader.finish();
    REQUIRE(sequence.size() == 5);
    CHECK(identities(sequence.observations(1)) == std::vector<TrackId>{kNobody});
    CHECK((sequence.observations(0).empty() && sequence.observations(2).empty()));
    CHECK(sequence.known(2).empty());
    CHECK(sequence.known(4).size() == 1);
}

TEST_CASE("scores are mapped to their range before low ones are removed") {
    SequenceReader reader({.detections = {.score_low = -10, .score_high = 10}, .min_score = 0.6F});
    const std::vector<Detection> detections{{.box = {10, 10, 40, 80}, .score = 1.9F},
                                            {.box = {110, 10, 40, 80}, .score = 5},
                                            {.box = {210, 10, 40, 80}, .score = 99}};
    reader.add(grey_frame(), detections, {});
    const LabelledSequence sequence = reader.finish();
    const auto observations = sequence.observations(0);
    REQUIRE(observations.size() == 2);
    CHECK((observations[0].score == 0.75F && observations[1].score == 1));
    CHECK(observations[0].box.left == 110);
}

TEST_CASE("duplicates and unusable detections are rejected as in the tracker") {
    SequenceReader reader;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<Detection> detections{{.box = {10, 10, nan, 80}},
                                            {.box = {12, 10, 40, 80}, .score = 0.8F},
                                            {.box = {10, 10, 40, 80}, .score = 0.9F},
                                            {.box = {10, 10, 40, -80}}};
    reader.add(grey_frame(), detections, {});
    const LabelledSequence sequence = reader.finish();
    REQUIRE(sequence.observations(0).size() == 1);
    CHECK(sequence.observations(0)[0].score == 0.9F);
}

TEST_CASE("known objects follow the ground truth through camera motion and flow") {
    const SyntheticScene scene({.frame_size = {480, 320},
                                .frames = 20,
                                .objects = 6,
                                .crossings = 0,
                                .camera_shake = 6,
                                .miss_probability = 0.1F,
                                .box_jitter = 0.02F});
    const LabelledSequence sequence = read(scene, {});
    double seen = 0, expected = 0, where_they_were = 0;
    int seen_count = 0, expected_count = 0;
    for (std::size_t k = 0; k < sequence.size(); ++k)
        for (const LabelledSequence::Known& known : sequence.known(k)) {
            const Box box = kMotion.box(known.motion);
            for (const auto& [id, truth] : truth_of(scene, static_cast<int>(k)))
                if (id == known.identity && known.missed == 0) {
                    seen += iou(box, truth);
                    ++seen_count;
                }
            if (k + 1 == sequence.size()) continue;
            for (const auto& [id, truth] : truth_of(scene, static_cast<int>(k) + 1))
                if (id == known.identity) {
                    expected += iou(sequence.expected(known, k, k + 1), truth);
                    where_they_were += iou(box, truth);
                    ++expected_count;
                }
        }
    REQUIRE((seen_count > 30 && expected_count > 30));
    CHECK(seen / seen_count > 0.85);
    CHECK(expected / expected_count > 0.8);
    CHECK(expected / expected_count > where_they_were / expected_count + 0.1);
}

TEST_CASE("a reliable flow moves an object before its speed is known") {
    // a textured square on plain ground that moves 7 pixels to the right
    cv::Mat texture(90, 60, CV_8UC3), first(240, 320, CV_8UC3, cv::Scalar::all(90)), second = first.clone();
    cv::RNG(5).fill(texture, cv::RNG::UNIFORM, 0, 256);
    cv::GaussianBlur(texture, texture, {}, 2);
    texture.copyTo(first(cv::Rect(100, 80, 60, 90)));
    texture.copyTo(second(cv::Rect(107, 80, 60, 90)));
    const Truth truth{{1, {100, 80, 60, 90}}};
    const std::vector<Detection> detections{{.box = {100, 80, 60, 90}}};
    SequenceReader reader;
    reader.add(first, detections, truth);
    reader.add(second, {}, {});
    reader.add(second, {}, {});
    const LabelledSequence sequence = reader.finish();
    const LabelledSequence::Known& known = sequence.known(0)[0];
    REQUIRE(known.flow.reliable);
    CHECK(known.flow.dx == Approx(7).margin(0.1));
    // Flow is not trusted completely.
    CHECK(sequence.expected(known, 0, 1).left == Approx(107).margin(1));
    // An unseen track has no flow of its own.
    CHECK(sequence.known(1)[0].missed == 1);
    CHECK_FALSE(sequence.known(1)[0].flow.reliable);
}

TEST_CASE("patches have the same features as in the tracker") {
    const cv::Size size = GENERATE(cv::Size(640, 480), cv::Size(1280, 720), cv::Size(1024, 768));
    const int channels = GENERATE(1, 3, 4);
    const SyntheticScene scene({.frame_size = size, .frames = 1, .objects = 8, .seed = 5});
    cv::Mat frame = scene.frame(0);
    if (channels == 1) cv::cvtColor(frame, frame, cv::COLOR_BGR2GRAY);
    if (channels == 4) cv::cvtColor(frame, frame, cv::COLOR_BGR2BGRA);
    std::vector<Detection> detections;
    for (const SyntheticScene::Truth& one : scene.ground_truth(0))
        detections.push_back({.box = one.box});
    SequenceReader reader({.detections = {.duplicate_iou = 1}});
    reader.add(frame, detections, {});
    const LabelledSequence sequence = reader.finish();
    REQUIRE(sequence.observations(0).size() >= 3);
    for (const Observation& one : sequence.observations(0)) {
        REQUIRE(one.patch.pixels.type() == CV_8UC3);
        const Matrix whole = pooled(frame, {one.box}), patch = pooled(one.patch.pixels, {one.patch.box});
        CHECK((whole - patch).cwiseAbs().maxCoeff() < 1e-6F); // of floats up to 1
    }
}

TEST_CASE("patches are cut from frames of about the requested area") {
    SequenceReader reader({.pixels = 80 * 60});
    const std::vector<Detection> detections{{.box = {40, 80, 80, 120}}};
    reader.add(grey_frame(), detections, {});
    const LabelledSequence sequence = reader.finish();
    const Patch& patch = sequence.observations(0)[0].patch;
    // a quarter of each side: the box (10, 20, 20, 30) with a margin of 5 and 7.5
    CHECK(patch.pixels.size() == cv::Size(30, 46));
    CHECK(patch.box == Box{5, 8, 20, 30});
}

TEST_CASE("a reader is reusable after it has finished") {
    const SyntheticScene scene = crowded_scene();
    SequenceReader reader;
    const auto pass = [&](int first) {
        for (int k = first; k < first + 5; ++k)
            reader.add(scene.frame(k), scene.detections(k), truth_of(scene, k));
        return reader.finish();
    };
    const LabelledSequence sequence = pass(0);
    (void)pass(12);
    const LabelledSequence again = pass(0);
    REQUIRE(again.size() == 5);
    CHECK(reader.finish().size() == 0);
    for (std::size_t k = 0; k < 5; ++k) {
        CHECK(identities(again.observations(k)) == identities(sequence.observations(k)));
        REQUIRE(again.known(k).size() == sequence.known(k).size());
        for (std::size_t one = 0; one < again.known(k).size(); ++one)
            CHECK(again.known(k)[one].motion == sequence.known(k)[one].motion);
    }
}

TEST_CASE("a sequence has the requested memory, before and after finishing") {
    SequenceReader reader({.sequence = {.memory = 1}});
    for (int pass = 0; pass < 2; ++pass) {
        const std::vector<Detection> detections{{.box = {10, 10, 40, 80}}};
        reader.add(grey_frame(), detections, Truth{{5, {10, 10, 40, 80}}});
        reader.add(grey_frame(), {}, {});
        reader.add(grey_frame(), {}, {});
        const LabelledSequence sequence = reader.finish();
        CHECK((sequence.known(1).size() == 1 && sequence.known(2).empty()));
    }
}

TEST_CASE("a reader refuses a frame that a tracker refuses, and continues without it") {
    const SyntheticScene scene = crowded_scene();
    SequenceReader whole, disturbed;
    for (int k = 0; k < 4; ++k) {
        for (const cv::Mat& bad : {cv::Mat(), cv::Mat(240, 320, CV_32FC3), cv::Mat(240, 320, CV_8UC2)})
            CHECK_THROWS_AS(disturbed.add(bad, scene.detections(k), truth_of(scene, k)), InvalidArgument);
        for (SequenceReader* reader : {&whole, &disturbed})
            reader->add(scene.frame(k), scene.detections(k), truth_of(scene, k));
    }
    const LabelledSequence expected = whole.finish(), found = disturbed.finish();
    REQUIRE(found.size() == expected.size());
    for (std::size_t k = 0; k < found.size(); ++k) {
        REQUIRE(found.known(k).size() == expected.known(k).size());
        for (std::size_t i = 0; i < found.known(k).size(); ++i)
            CHECK(found.known(k)[i].motion == expected.known(k)[i].motion);
    }
}

TEST_CASE("a sequence reader refuses options out of range") {
    const float bad = GENERATE(0.0F, -0.5F, 1.1F, std::numeric_limits<float>::quiet_NaN());
    CHECK_THROWS_AS(SequenceReader({.min_iou = bad}), InvalidArgument);
    CHECK_THROWS_AS(SequenceReader({.pixels = 0}), InvalidArgument);
    CHECK_THROWS_AS(SequenceReader({.detections = {.score_low = 1, .score_high = 1}}), InvalidArgument);
    CHECK_THROWS_AS(SequenceReader({.flow = {.pixels = 0}}), InvalidArgument);
    CHECK_THROWS_AS(SequenceReader({.sequence = {.memory = -1}}), InvalidArgument);
}
