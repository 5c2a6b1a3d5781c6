#include "support/catch.hpp"
#include "support/standing_track.hpp"

#include <fgagt/drawing/track_colour.hpp>
#include <fgagt/drawing/track_painter.hpp>

#include <opencv2/core.hpp>

#include <limits>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

cv::Mat grey_frame() {
    return {480, 640, CV_8UC3, cv::Scalar::all(100)};
}

Track detected(TrackId id, cv::Point2f foot) {
    Track track = standing(id, foot);
    track.box = {foot.x - 50, foot.y - 100, 100, 100};
    track.detection = 0;
    return track;
}

int pixels_of(const cv::Mat& frame, const cv::Scalar& colour) {
    cv::Mat same;
    cv::inRange(frame, colour - cv::Scalar::all(1), colour + cv::Scalar::all(1), same);
    return cv::countNonZero(same);
}

int changed_pixels(const cv::Mat& frame) {
    return static_cast<int>(frame.total()) - pixels_of(frame, cv::Scalar::all(100));
}

} // namespace

TEST_CASE("a box has a border in the colour of its ID and an empty inside") {
    cv::Mat frame = grey_frame();
    TrackPainter().draw(frame, std::vector{detected(3, {300, 300})});
    const cv::Scalar colour = track_colour(3);
    const auto at = [&](int x, int y) { return cv::Scalar(frame.at<cv::Vec3b>(y, x)); };
    CHECK(cv::norm(at(250, 250) - colour) < 4); // left side
    CHECK(cv::norm(at(300, 300) - colour) < 4); // bottom
    CHECK(at(300, 250) == cv::Scalar(100, 100, 100));
    CHECK(at(100, 100) == cv::Scalar(100, 100, 100));
}

TEST_CASE("boxes without a detection are drawn thinner and dashed") {
    const TrackPainterOptions boxes{.trail_length = 0, .labels = false};
    cv::Mat seen = grey_frame(), predicted = grey_frame();
    Track track = detected(3, {300, 300});
    TrackPainter(boxes).draw(seen, std::vector{track});
    track.detection.reset();
    TrackPainter(boxes).draw(predicted, std::vector{track});
    CHECK(changed_pixels(predicted) > 100);
    CHECK(changed_pixels(predicted) * 2 < changed_pixels(seen));
}

TEST_CASE("a trail shows the path of the foot while its track exists") {
    TrackPainter painter({.trail_length = 5, .boxes = false, .labels = false});
    cv::Mat frame;
    for (int k = 0; k < 10; ++k) {
        frame = grey_frame();
        painter.draw(frame, std::vector{detected(1, {100.F + 20 * static_cast<float>(k), 300})});
        if (k == 0) CHECK(changed_pixels(frame) == 0);
    }
    const auto is_drawn = [&](int x) { return frame.at<cv::Vec3b>(299, x) != cv::Vec3b(100, 100, 100); };
    CHECK((is_drawn(275) && is_drawn(230))); // the last 5 places: x from 200 to 280
    CHECK_FALSE((is_drawn(190) || is_drawn(290)));
    frame = grey_frame();
    painter.draw(frame, {});
    painter.draw(frame, std::vector{detected(1, {300, 300})});
    CHECK(changed_pixels(frame) == 0); // forgotten in the meantime
}

TEST_CASE("labels stay in the frame, and boxes outside are ignored") {
    for (const cv::Point2f foot : {cv::Point2f(0, 0), cv::Point2f(640, 10), cv::Point2f(-300, 900)}) {
        cv::Mat frame = grey_frame();
        TrackPainter({.trail_length = 0, .boxes = false}).draw(frame, std::vector{detected(12345, foot)});
        CHECK(pixels_of(frame, track_colour(12345)) > 100);
    }
    cv::Mat frame = grey_frame();
    Track nowhere = detected(1, {300, 300});
    nowhere.box.left = std::numeric_limits<float>::quiet_NaN();
    TrackPainter().draw(frame, std::vector{nowhere});
    CHECK(changed_pixels(frame) == 0);
    nowhere.box = {-9e6F, -9e6F, 1.8e7F, 1.8e7F};
    nowhere.detection.reset();
    TrackPainter().draw(frame, std::vector{nowhere}); // far away but finite: must return quickly
}

TEST_CASE("a painter refuses frames of other types") {
    TrackPainter painter;
    cv::Mat empty, grey(10, 10, CV_8UC1);
    CHECK_THROWS_AS(painter.draw(empty, {}), InvalidArgument);
    CHECK_THROWS_AS(painter.draw(grey, {}), InvalidArgument);
}
