#include "support/catch.hpp"
#include "support/moving_window.hpp"
#include "support/opencv_moved.hpp"

#include <fgagt/io/mot_text.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace fgagt;
using Catch::Matchers::WithinAbs;
using test::MovingWindow;
using test::WindowPath;

namespace {

constexpr WindowPath kPaths[] = {WindowPath::kPan, WindowPath::kJolts, WindowPath::kZoom};
constexpr std::int64_t kFrames = 525;

MovingWindow moving_window(WindowPath path, std::uint64_t seed = 1) {
    return MovingWindow(kFrames, {.path = path, .seed = seed});
}

/// Adds a bright spot whose centre of mass is `centre`, in continuous coordinates.
void add_spot(cv::Mat& image, cv::Point2d centre) {
    constexpr double kSigma = 4;
    constexpr int kReach = 20; // 5 sigma: 0.001 grey levels are left there
    const cv::Point middle(static_cast<int>(centre.x), static_cast<int>(centre.y));
    for (int y = middle.y - kReach; y <= middle.y + kReach; ++y)
        for (int x = middle.x - kReach; x <= middle.x + kReach; ++x) {
            const double distance = std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y);
            image.at<float>(y, x) +=
                static_cast<float>(255 * std::exp(-distance * distance / (2 * kSigma * kSigma)));
        }
}

/// Centre of mass of the bright pixels within 30 pixels of a point, in continuous coordinates.
cv::Point2d spot_near(const cv::Mat& image, cv::Point2d place) {
    const cv::Rect around(static_cast<int>(place.x) - 30, static_cast<int>(place.y) - 30, 61, 61);
    const cv::Moments moments = cv::moments(image(around));
    return {around.x + moments.m10 / moments.m00 + 0.5, around.y + moments.m01 / moments.m00 + 0.5};
}

} // namespace

TEST_CASE("moving window: the contents of a box move with the box") {
    const MotBox box(903.3, 487.8, 97.4, 132.1);
    cv::Mat source(1080, 1920, CV_32F, cv::Scalar(0));
    add_spot(source, {box.left, box.top});
    add_spot(source, {box.left + box.width, box.top + box.height});
    for (const WindowPath path : kPaths) {
        const MovingWindow window = moving_window(path);
        for (std::int64_t frame = 1; frame <= kFrames; frame += 25) {
            CAPTURE(static_cast<int>(path), frame);
            const cv::Mat view = window.view(source, frame);
            REQUIRE(view.size() == cv::Size(1280, 720));
            const MotBox seen = window.seen(box, frame);
            const cv::Point2d corners[] = {{seen.left, seen.top},
                                           {seen.left + seen.width, seen.top + seen.height}};
            for (const cv::Point2d corner : corners) {
                const cv::Point2d spot = spot_near(view, corner);
                // OpenCV's warp rounds positions to 1/32 pixel, an error of at most 1/64.
                CHECK_THAT(spot.x, WithinAbs(corner.x, 0.03));
                CHECK_THAT(spot.y, WithinAbs(corner.y, 0.03));
            }
        }
    }
}

TEST_CASE("moving window: the camera's motion maps static objects from frame to frame") {
    const MotBox box(903.3, 487.8, 97.4, 132.1);
    for (const WindowPath path : kPaths) {
        const MovingWindow window = moving_window(path);
        CHECK(window.camera_motion(1) == Affine{});
        for (std::int64_t frame = 2; frame <= kFrames; ++frame) {
            CAPTURE(static_cast<int>(path), frame);
            const Affine motion = window.camera_motion(frame);
            const MotBox before = window.seen(box, frame - 1);
            const MotBox now = window.seen(box, frame);
            // Doubles near 1000 have an error of 1e-13, accumulated over a few operations.
            CHECK_THAT(motion.a * before.left + motion.b * before.top + motion.tx, WithinAbs(now.left, 1e-9));
            CHECK_THAT(motion.c * before.left + motion.d * before.top + motion.ty, WithinAbs(now.top, 1e-9));
            CHECK_THAT(motion.a * before.width, WithinAbs(now.width, 1e-9));
            CHECK_THAT(motion.d * before.height, WithinAbs(now.height, 1e-9));
        }
    }
}

TEST_CASE("moving window: the window stays inside the source") {
    for (const WindowPath path : kPaths)
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
            const MovingWindow window = moving_window(path, seed);
            for (std::int64_t frame = 1; frame <= kFrames; ++frame) {
                const Box& place = window.window(frame);
                CHECK(place.left >= 0);
                CHECK(place.top >= 0);
                CHECK(place.right() <= 1920.001F); // a float near 1920 has an error of 1e-4
                CHECK(place.bottom() <= 1080.001F);
                CHECK_THAT(place.width / place.height, WithinAbs(1280.0 / 720, 1e-6));
            }
        }
}

TEST_CASE("moving window: a pan is smooth, jolts are sudden and rare, and a zoom scales") {
    const auto shift = [](const MovingWindow& window, std::int64_t frame) {
        const Affine motion = window.camera_motion(frame);
        return std::hypot(motion.tx, motion.ty);
    };
    const MovingWindow pan = moving_window(WindowPath::kPan);
    double fastest = 0;
    for (std::int64_t frame = 3; frame <= kFrames; ++frame) {
        fastest = std::max(fastest, shift(pan, frame));
        CHECK(std::abs(shift(pan, frame) - shift(pan, frame - 1)) < 0.5);
    }
    CHECK(fastest > 6);
    CHECK(fastest < 12);

    const MovingWindow jolts = moving_window(WindowPath::kJolts);
    int sudden = 0, steady = 0;
    for (std::int64_t frame = 2; frame <= kFrames; ++frame) {
        sudden += shift(jolts, frame) > 20;
        steady += shift(jolts, frame) < 4;
    }
    // The expected number is 26 jolts with a standard deviation of 5; some are cut short at the border.
    CHECK(sudden >= 8);
    CHECK(sudden <= 46);
    CHECK(steady >= kFrames - 1 - 46);

    const MovingWindow zoom = moving_window(WindowPath::kZoom);
    double smallest = 1, largest = 1;
    for (std::int64_t frame = 2; frame <= kFrames; ++frame) {
        smallest = std::min(smallest, zoom.to_view(frame).a);
        largest = std::max(largest, zoom.to_view(frame).a);
        CHECK_THAT(zoom.camera_motion(frame).a, WithinAbs(1, 0.009));
    }
    CHECK(smallest < 0.8);
    CHECK(largest > 1.25);
}

TEST_CASE("moving window: boxes are dropped if too little of them is visible, and never clipped") {
    const MovingWindow window = moving_window(WindowPath::kPan);
    const auto place = MotBox(window.window(7));
    const auto row = [&](TrackId id, double share_inside) {
        return GroundTruthRow{
            .frame = 7, .id = id, .box = {place.left + 100 * (share_inside - 1), place.top + 50, 100, 200}};
    };
    const GroundTruthRows rows({row(1, 1), row(2, 0.31), row(3, 0.29), row(4, -0.5)});
    const auto seen = window.seen(rows);
    const auto shown = window.shown(rows);
    REQUIRE(seen.size() == 2);
    REQUIRE(shown.size() == 2);
    CHECK(shown.rows()[1] == rows.rows()[1]);
    const MotBox& cut = seen.rows()[1].box;
    CHECK_THAT(cut.left, WithinAbs(-69, 1e-9));
    CHECK_THAT(cut.top, WithinAbs(50, 1e-9));
    CHECK_THAT(cut.width, WithinAbs(100, 1e-9));
    CHECK_THAT(cut.height, WithinAbs(200, 1e-9));
}

TEST_CASE("moving window: the seed determines the path") {
    for (const WindowPath path : kPaths) {
        CHECK(moving_window(path).window(300) == moving_window(path).window(300));
        CHECK_FALSE(moving_window(path, 1).window(300) == moving_window(path, 2).window(300));
    }
}

TEST_CASE("moving window: a source that is too small is refused") {
    CHECK_THROWS_AS(MovingWindow(1, {.source = {1280, 720}}), InvalidArgument);
}
