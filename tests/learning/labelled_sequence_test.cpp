#include "support/catch.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/labelled_sequence.hpp>
#include <fgagt/motion/kalman_motion.hpp>

#include <cstdint>
#include <limits>
#include <vector>

using namespace fgagt;

namespace {

Observation seen(TrackId identity, const Box& box, float score = 1) {
    return {.box = box, .score = score, .identity = identity};
}

BoxFlow reliable_flow(float dx, float dy) {
    return {.dx = dx, .dy = dy, .reliability = 1, .reliable = true};
}

std::vector<TrackId> identities(std::span<const LabelledSequence::Known> known) {
    std::vector<TrackId> result;
    for (const LabelledSequence::Known& one : known)
        result.push_back(one.identity);
    return result;
}

/// Blue is a pixel's column, green its row.
cv::Mat frame_of_places(cv::Size size) {
    cv::Mat frame(size, CV_8UC3);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            frame.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y), 7};
    return frame;
}

constexpr Box kBox{100, 50, 40, 90};
constexpr Box kNext{103, 52, 41, 92};
const Affine kPan{.tx = -5, .ty = 2};
const Affine kZoom{.a = 1.01, .tx = 1, .d = 1.01, .ty = -3};

} // namespace

TEST_CASE("known objects move like a manually driven motion model") {
    const KalmanMotionOptions options{.measurement_std = 0.05};
    const BoxFlow flow = reliable_flow(4, 1);
    LabelledSequence sequence({.motion = options});
    sequence.add_frame({seen(7, kBox)});
    sequence.add_frame({seen(7, kNext, 0.6F)}, kPan, std::vector{flow});
    sequence.add_frame({}, kZoom);
    REQUIRE(sequence.size() == 3);

    const KalmanMotion motion(options);
    KalmanMotion::State state = motion.initiate(kBox);
    CHECK(sequence.known(0)[0].motion == state);
    CHECK(sequence.known(0)[0].flow == flow);
    motion.predict(state, 1, kPan, flow);
    motion.update(state, kNext, 0.6F);
    CHECK(sequence.known(1)[0].motion == state);
    CHECK(sequence.known(1)[0].flow == BoxFlow{});
    CHECK(sequence.known(1)[0].missed == 0);
    motion.predict(state, 1, kZoom, {});
    CHECK(sequence.known(2)[0].motion == state);
    CHECK(sequence.known(2)[0].missed == 1);
    CHECK(sequence.boxes_of_known() == std::vector{motion.box(state)});
}

TEST_CASE("each known object moves by its own flow") {
    LabelledSequence sequence;
    sequence.add_frame({seen(1, kBox), seen(2, kNext)});
    const std::vector flows{reliable_flow(9, 0), reliable_flow(0, 9)};
    sequence.add_frame({}, {}, flows);
    const KalmanMotion motion;
    for (std::size_t k = 0; k < 2; ++k) {
        KalmanMotion::State state = motion.initiate(k == 0 ? kBox : kNext);
        motion.predict(state, 1, {}, flows[k]);
        CHECK(sequence.known(1)[k].motion == state);
    }
}

TEST_CASE("an unseen object stays known for as many frames as the memory lasts") {
    const std::int64_t memory = GENERATE(0, 1, 4);
    LabelledSequence sequence({.memory = memory});
    sequence.add_frame({seen(3, kBox)});
    for (std::int64_t missed = 1; missed <= memory; ++missed) {
        sequence.add_frame({});
        REQUIRE(identities(sequence.known(sequence.size() - 1)) == std::vector<TrackId>{3});
        CHECK(sequence.known(sequence.size() - 1)[0].missed == missed);
    }
    sequence.add_frame({});
    CHECK(sequence.known(sequence.size() - 1).empty());
    CHECK(sequence.boxes_of_known().empty());

    sequence.add_frame({seen(3, kNext)});
    CHECK(sequence.known(sequence.size() - 1)[0].motion == KalmanMotion().initiate(kNext));
}

TEST_CASE("an object that reappears in time keeps its identity") {
    LabelledSequence sequence({.memory = 2});
    sequence.add_frame({seen(3, kBox)});
    sequence.add_frame({});
    sequence.add_frame({});
    sequence.add_frame({seen(3, kNext)});
    for (int k = 0; k < 2; ++k)
        sequence.add_frame({});
    REQUIRE(identities(sequence.known(5)) == std::vector<TrackId>{3});
    CHECK(sequence.known(3)[0].missed == 0);
    CHECK(sequence.known(5)[0].missed == 2);
}

TEST_CASE("false positives are observed but never known") {
    LabelledSequence sequence;
    sequence.add_frame({seen(kNobody, kBox), seen(5, kNext), seen(kNobody, kBox)});
    CHECK(sequence.observations(0).size() == 3);
    CHECK(identities(sequence.known(0)) == std::vector<TrackId>{5});
}

TEST_CASE("an observation is found by frame and identity, if present") {
    LabelledSequence sequence;
    sequence.add_frame({seen(4, kBox), seen(kNobody, kNext), seen(9, kNext)});
    sequence.add_frame({seen(9, kBox)});
    CHECK(sequence.find(0, 9) == &sequence.observations(0)[2]);
    CHECK(sequence.find(1, 9) == sequence.observations(1).data());
    CHECK(sequence.find(1, 4) == nullptr);
}

TEST_CASE("a box is covered by the nearer box that hides most of it") {
    LabelledSequence sequence;
    sequence.add_frame({seen(1, {0, 0, 10, 10}),       // half covered by the second, 1/5 by the third
                        seen(2, {5, 0, 10, 12}),       // covered by the third: 5 x 4 of 10 x 12
                        seen(kNobody, {0, 8, 10, 10}), //
                        seen(4, {100, 0, 10, 10}),     // feet at the same height: neither is nearer
                        seen(5, {102, 2, 10, 8})});
    const auto observations = sequence.observations(0);
    CHECK(observations[0].covered == Approx(0.5));
    CHECK(observations[1].covered == Approx(20.0 / 120));
    CHECK(observations[2].covered == 0);
    CHECK(observations[3].covered == 0);
    CHECK(observations[4].covered == 0);
}

TEST_CASE("an object's predicted box follows the camera, and flow only from its first frame") {
    const BoxFlow flow = reliable_flow(6, -2);
    LabelledSequence sequence;
    sequence.add_frame({seen(1, kBox)});
    sequence.add_frame({seen(1, kNext)}, kPan, std::vector{flow});
    sequence.add_frame({}, kZoom, std::vector{reliable_flow(-50, 50)});
    sequence.add_frame({seen(1, kBox)}, kPan);

    const KalmanMotion motion;
    KalmanMotion::State state = motion.initiate(kBox);
    const LabelledSequence::Known& known = sequence.known(0)[0];
    CHECK(sequence.expected(known, 0, 0) == motion.box(state));
    motion.predict(state, 1, kPan, flow);
    CHECK(sequence.expected(known, 0, 1) == motion.box(state));
    motion.predict(state, 1, kZoom, {});
    CHECK(sequence.expected(known, 0, 2) == motion.box(state));
    motion.predict(state, 1, kPan, {});
    CHECK(sequence.expected(known, 0, 3) == motion.box(state));
}

TEST_CASE("a sequence and its frames may be empty") {
    LabelledSequence sequence;
    CHECK(sequence.size() == 0);
    CHECK(sequence.boxes_of_known().empty());
    sequence.add_frame({});
    sequence.add_frame({}, kPan);
    CHECK(sequence.size() == 2);
    CHECK(sequence.observations(1).empty());
    CHECK(sequence.known(1).empty());
    CHECK(sequence.find(0, 1) == nullptr);
}

TEST_CASE("a sequence refuses an invalid memory") {
    CHECK_THROWS_AS(LabelledSequence({.memory = -1}), InvalidArgument);
    CHECK_THROWS_AS(LabelledSequence({.motion = {.flow_std = 0}}), InvalidArgument);
}

TEST_CASE("a sequence refuses invalid boxes, scores and flows and stays unchanged") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    LabelledSequence sequence;
    sequence.add_frame({seen(1, kBox), seen(2, kNext)});
    for (const Box& bad : {Box{kNan, 0, 5, 5}, Box{0, 0, 0, 5}, Box{0, 0, 5, -1}, Box{0, 2e7F, 5, 5}})
        CHECK_THROWS_AS(sequence.add_frame({seen(1, kBox), seen(3, bad)}), InvalidArgument);
    for (const float bad : {kNan, -0.1F, 1.1F})
        CHECK_THROWS_AS(sequence.add_frame({seen(1, kBox, bad)}), InvalidArgument);
    CHECK_THROWS_AS(sequence.add_frame({}, {}, std::vector<BoxFlow>(1)), InvalidArgument);
    CHECK(sequence.size() == 1);
    CHECK(sequence.known(0)[0].flow == BoxFlow{});
    sequence.add_frame({}, {}, std::vector<BoxFlow>(2));
    CHECK(sequence.size() == 2);
}

TEST_CASE("a patch shows the box and a quarter of its size around it") {
    const cv::Mat frame = frame_of_places({200, 150});
    const Patch patch = Patch::cut(frame, {20.75F, 30, 8, 16});
    // from (18.75, 26) to (30.75, 50), rounded outwards to whole pixels
    CHECK(patch.pixels.size() == cv::Size(13, 24));
    CHECK(patch.pixels.at<cv::Vec3b>(0, 0) == cv::Vec3b(18, 26, 7));
    CHECK(patch.pixels.at<cv::Vec3b>(23, 12) == cv::Vec3b(30, 49, 7));
    CHECK(patch.box == Box{2.75F, 4, 8, 16});
}

TEST_CASE("a patch is clipped to the frame, and its box keeps its position") {
    const cv::Mat frame = frame_of_places({200, 150});
    const Box box = GENERATE(Box{-3, -5, 8, 16}, Box{195.25F, 140.75F, 8, 16}, Box{-50, -50, 400, 400},
                             Box{60, 70, 0.5F, 0.5F}, Box{-8.5F, 20, 8, 16});
    const Patch patch = Patch::cut(frame, box);
    REQUIRE_FALSE(patch.pixels.empty());
    const cv::Vec3b corner = patch.pixels.at<cv::Vec3b>(0, 0);
    CHECK(patch.box == Box{box.left - corner[0], box.top - corner[1], box.width, box.height});
    const cv::Rect place({corner[0], corner[1]}, patch.pixels.size());
    CHECK(cv::norm(patch.pixels, frame(place), cv::NORM_INF) == 0);
}

TEST_CASE("a patch outside the frame is empty") {
    const cv::Mat frame = frame_of_places({200, 150});
    const Box box = GENERATE(Box{-20, 10, 8, 16}, Box{210, 10, 8, 16}, Box{10, -30, 8, 16},
                             Box{10, 160, 8, 16}, Box{-1e6F, -1e6F, 10, 10}, Box{-1e30F, 0, 2e30F, 1e30F},
                             Box{std::numeric_limits<float>::quiet_NaN(), 10, 8, 16});
    CHECK(Patch::cut(frame, box).pixels.empty());
}

TEST_CASE("a patch keeps its pixels when the frame is reused") {
    cv::Mat frame = frame_of_places({200, 150});
    const Patch patch = Patch::cut(frame, {20, 30, 8, 16});
    frame.setTo(0);
    CHECK(patch.pixels.at<cv::Vec3b>(0, 0) == cv::Vec3b(18, 26, 7));
}
