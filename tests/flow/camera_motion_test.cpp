#include "flow/images.hpp"
#include "support/catch.hpp"

#include <fgagt/flow/pyramidal_flow.hpp>

#include <opencv2/imgproc.hpp>

#include <fstream>
#include <limits>
#include <sstream>

using namespace fgagt;
using Catch::Matchers::WithinAbs;

namespace {

/// Rotation by `angle` and scaling by `scale` about the centre of the picture, then a shift.
Affine similarity(cv::Size size, double angle, double scale, double dx, double dy) {
    const double a = scale * std::cos(angle), b = scale * std::sin(angle);
    const double x = 0.5 * size.width, y = 0.5 * size.height;
    return {a, -b, x - a * x + b * y + dx, b, a, y - b * x - a * y + dy};
}

/// The largest distance between two maps in the picture, which occurs at a corner.
double distance(const Affine& one, const Affine& other, cv::Size size) {
    double worst = 0;
    for (const float x : {0.F, static_cast<float>(size.width)})
        for (const float y : {0.F, static_cast<float>(size.height)})
            worst = std::max(worst, cv::norm(test::apply(one, {x, y}) - test::apply(other, {x, y})));
    return worst;
}

/// Mean absolute difference between the moved previous frame and the current one, away from the edges.
double difference(const cv::Mat& previous, const cv::Mat& current, const Affine& motion) {
    const cv::Matx23d matrix(motion.a, motion.b, motion.tx, motion.c, motion.d, motion.ty);
    cv::Mat moved_previous, difference;
    cv::warpAffine(previous, moved_previous, matrix, previous.size());
    cv::absdiff(moved_previous, current, difference);
    return cv::mean(difference(cv::Rect(30, 30, previous.cols - 60, previous.rows - 60)))[0];
}

std::optional<Affine> motion_of(PyramidalFlow& flow, const cv::Mat& previous, const cv::Mat& current,
                                const std::vector<Box>& boxes = {}) {
    FlowImage from, to;
    flow.prepare(previous, from);
    flow.prepare(current, to);
    return flow.camera_motion(from, to, boxes);
}

const cv::Size kSize(400, 300);

} // namespace

TEST_CASE("the camera's motion is recovered to a fraction of a pixel") {
    const test::Texture texture(test::seed_of("camera"));
    const cv::Mat previous = texture.picture(kSize);
    PyramidalFlow flow;
    for (const Affine& truth : {similarity(kSize, 0, 1, 0, 0), similarity(kSize, 0, 1, 3.3, -1.7),
                                similarity(kSize, 0.02, 1, -6.5, 4), similarity(kSize, -0.01, 1.02, 1, 2),
                                similarity(kSize, 0.03, 0.97, 8, -5)}) {
        const auto motion = motion_of(flow, previous, texture.picture(kSize, test::inverse(truth)));
        REQUIRE(motion);
        // Each corner is accurate to some hundredths of a pixel of the half-size picture, and a hundred of
        // them determine four parameters.
        CHECK(distance(*motion, truth, kSize) < 0.1);
        CHECK_THAT(motion->a - motion->d, WithinAbs(0, 1e-12));
        CHECK_THAT(motion->b + motion->c, WithinAbs(0, 1e-12));
    }
}

TEST_CASE("the camera's motion is in pixels of the frame when flow works on a smaller one") {
    const test::Texture texture(test::seed_of("scaled camera"));
    const cv::Size size(601, 403); // the remainder of odd sides must not change the scale
    const Affine truth = similarity(size, 0.015, 1.01, 5.5, -3.25);
    PyramidalFlow flow({.pixels = 90000});
    const auto motion = motion_of(flow, texture.picture(size), texture.picture(size, test::inverse(truth)));
    REQUIRE(motion);
    CHECK(distance(*motion, truth, size) < 0.3); // as above, with pixels twice as large
}

TEST_CASE("motion inside the boxes does not affect the camera's motion") {
    const test::Texture still(test::seed_of("still")), moving(test::seed_of("moving"));
    const Affine truth = similarity(kSize, 0, 1, 1.5, -0.5);
    cv::Mat previous = still.picture(kSize), current = still.picture(kSize, test::inverse(truth));
    const cv::Rect crowd(40, 20, 320, 220); // most of the picture, moving consistently
    moving.picture(kSize)(crowd).copyTo(previous(crowd));
    moving.picture(kSize, {1, 0, -9, 0, 1, 0})(crowd).copyTo(current(crowd));
    PyramidalFlow flow;
    const std::vector<Box> boxes{{40, 20, 160, 220},
                                 {200, 20, 160, 220},
                                 {std::numeric_limits<float>::quiet_NaN(), 0, 1, 1},
                                 {-1e7F, -1e7F, 10, 10}};
    const auto with_boxes = motion_of(flow, previous, current, boxes);
    REQUIRE(with_boxes);
    CHECK(distance(*with_boxes, truth, kSize) < 0.2);
    const auto without_boxes = motion_of(flow, previous, current);
    REQUIRE(without_boxes);
    CHECK(distance(*without_boxes, truth, kSize) > 5); // without the boxes the result is wrong
}

TEST_CASE("a minority outside the boxes is outvoted") {
    const test::Texture still(test::seed_of("majority")), moving(test::seed_of("minority"));
    cv::Mat previous = still.picture(kSize), current = previous.clone();
    const cv::Rect crowd(40, 20, 180, 220);
    moving.picture(kSize)(crowd).copyTo(previous(crowd));
    moving.picture(kSize, {1, 0, -9, 0, 1, 0})(crowd).copyTo(current(crowd));
    PyramidalFlow flow;
    const auto motion = motion_of(flow, previous, current);
    REQUIRE(motion);
    CHECK(distance(*motion, {}, kSize) < 0.5); // windows that contain both disturb the fit slightly
}

TEST_CASE("the camera's motion is unknown without evidence") {
    const cv::Mat textured = test::Texture(test::seed_of("unknown")).picture(kSize);
    const cv::Mat black(kSize, CV_8UC1, cv::Scalar(0));
    cv::Mat blurred;
    cv::blur(textured, blurred, {201, 201}, {-1, -1}, cv::BORDER_REFLECT);
    const cv::Mat other = test::Texture(test::seed_of("a cut")).picture(kSize);
    const cv::Mat dot(1, 1, CV_8UC1, cv::Scalar(9));
    PyramidalFlow flow;
    CHECK_FALSE(motion_of(flow, black, black));
    CHECK_FALSE(motion_of(flow, textured, black));
    CHECK_FALSE(motion_of(flow, black, textured));
    CHECK_FALSE(motion_of(flow, blurred, blurred));
    CHECK_FALSE(motion_of(flow, textured, other));
    CHECK_FALSE(motion_of(flow, dot, dot));
    CHECK_FALSE(motion_of(flow, textured, textured(cv::Rect(0, 0, 399, 300))));
    // Nothing is outside the boxes.
    CHECK_FALSE(motion_of(flow, textured, textured, {{-5, -5, 500, 500}}));
    PyramidalFlow off({.camera_motion = false});
    CHECK(motion_of(flow, textured, textured));
    CHECK_FALSE(motion_of(off, textured, textured));
}

TEST_CASE("the camera's motion is reproducible") {
    const test::Texture texture(test::seed_of("again"));
    const cv::Mat previous = texture.picture(kSize);
    const cv::Mat current = texture.picture(kSize, similarity(kSize, 0.01, 1, 2, 3));
    PyramidalFlow one, other;
    const auto first = motion_of(one, previous, current);
    REQUIRE(first);
    CHECK(motion_of(one, previous, current) == first);
    CHECK(motion_of(other, previous, current) == first);
}

TEST_CASE("the camera's motion on real frames is close to the recorded one (needs FGAGT_DATA)") {
    const auto still = test::real_data("mot/ADL-Rundle-6");
    const auto bus = test::real_data("mot/MOT17-13-first-half");
    const auto recorded = test::real_data("mot_text/MOT17-13/camera_motion.txt");
    if (!still || !bus || !recorded) return;
    PyramidalFlow flow;
    const auto standing = motion_of(flow, test::grey_frame(*still, 1), test::grey_frame(*still, 2));
    REQUIRE(standing);
    CHECK(distance(*standing, {}, {1920, 1080}) < 0.5);

    // Another program estimated the recorded motion. Seen from a moving bus, near and far objects move
    // differently, so the two estimates need not be equal. The test compares how well each maps the previous
    // frame to the current one.
    std::ifstream file(*recorded);
    double difference_still = 0, difference_recorded = 0, difference_ours = 0;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        // The file counts from 0: counted from 1, the motion is from `frame` to `frame` + 1.
        int frame = 0;
        Affine expected;
        fields >> frame >> expected.a >> expected.b >> expected.tx >> expected.c >> expected.d >> expected.ty;
        if (frame < 1) continue;
        if (frame > 20) break;
        expected.tx /= 2; // the frames have half the size
        expected.ty /= 2;
        const cv::Mat previous = test::grey_frame(*bus, frame), current = test::grey_frame(*bus, frame + 1);
        const auto motion = motion_of(flow, previous, current);
        REQUIRE(motion);
        INFO("frame " << frame);
        CHECK(distance(*motion, expected, previous.size()) < 3);
        difference_still += difference(previous, current, {});
        difference_recorded += difference(previous, current, expected);
        difference_ours += difference(previous, current, *motion);
    }
    CHECK(difference_ours < 0.6 * difference_still);
    CHECK(difference_ours <= difference_recorded);
}

TEST_CASE("a similarity through exact points is exact") {
    const Affine truth = similarity({100, 80}, 0.3, 1.2, 4, -7);
    std::vector<detail::PointPair> pairs;
    for (const cv::Point2f& point : {cv::Point2f(0, 0), {64, 0}, {0, 32}, {16, 48}})
        pairs.push_back({point, test::apply(truth, point)});
    const auto fit = detail::fit_similarity(pairs);
    REQUIRE(fit);
    CHECK(distance(*fit, truth, {100, 80}) < 1e-4); // the pairs are floats
    CHECK_FALSE(detail::fit_similarity({}));
    CHECK_FALSE(detail::fit_similarity(std::vector<detail::PointPair>(1)));
    CHECK_FALSE(detail::fit_similarity(std::vector<detail::PointPair>(5))); // all at one point
    CHECK_FALSE(detail::robust_similarity({}, 1, 10));
    CHECK_FALSE(detail::robust_similarity(std::vector<detail::PointPair>(5), 1, 10));
}

TEST_CASE("a robust similarity finds the consistent third of the pairs") {
    std::mt19937 random(test::seed_of("robust"));
    const Affine truth = similarity({400, 300}, -0.05, 0.95, 12, 3);
    std::vector<detail::PointPair> pairs;
    for (int i = 0; i < 150; ++i) {
        const auto somewhere = [&](double width, double height) {
            const auto x = static_cast<float>(test::uniform(random, 0, width));
            return cv::Point2f(x, static_cast<float>(test::uniform(random, 0, height)));
        };
        const cv::Point2f from = somewhere(400, 300);
        pairs.push_back(
            {from, i % 3 == 0 ? test::apply(truth, from) + somewhere(0.5, 0.5) - cv::Point2f(0.25F, 0.25F)
                              : somewhere(400, 300)});
    }
    const auto fit = detail::robust_similarity(pairs, 1, 200);
    REQUIRE(fit);
    CHECK(fit->inliers >= 50);
    CHECK(fit->inliers <= 55);
    CHECK(distance(fit->map, truth, {400, 300}) < 0.3);
}

TEST_CASE("options of the camera's motion are checked") {
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    const CameraMotionOptions bad[] = {{.corners = 1},          {.quality = 0},     {.quality = kNaN},
                                       {.distance = -1},        {.consistency = 0}, {.tolerance = 0},
                                       {.tolerance = kNaN},     {.trials = 0},      {.min_inliers = 1},
                                       {.min_inlier_share = -1}};
    for (const CameraMotionOptions& options : bad)
        CHECK_THROWS_AS(CameraMotion(options), InvalidArgument);
    CHECK(CameraMotion().options().trials == 200);
}
