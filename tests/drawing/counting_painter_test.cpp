#include "support/catch.hpp"
#include "support/standing_track.hpp"

#include <fgagt/drawing/counting_painter.hpp>

#include <opencv2/core.hpp>

#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

cv::Mat line_picture(const LineCounter& counter) {
    cv::Mat frame(480, 640, CV_8UC3, cv::Scalar::all(0));
    draw_line_counter(frame, counter, {0, 0, 200});
    return frame;
}

cv::Mat zone_picture(const Zone& zone) {
    cv::Mat frame(480, 640, CV_8UC3, cv::Scalar::all(0));
    draw_zone(frame, zone, {0, 0, 200});
    return frame;
}

bool is_red(const cv::Mat& frame, int x, int y) {
    return cv::norm(frame.at<cv::Vec3b>(y, x), cv::Vec3b(0, 0, 200)) < 4;
}

} // namespace

TEST_CASE("a line is drawn from its start to its end, and its label shows the counts") {
    LineCounter counter({.start = {100, 300}, .end = {500, 300}});
    counter.update(std::vector{standing(1, {300, 250})});
    const cv::Mat before = line_picture(counter);
    CHECK((is_red(before, 102, 300) && is_red(before, 300, 300) && !is_red(before, 90, 300)));
    // The arrow points to the right side.
    CHECK((is_red(before, 300, 315) && !is_red(before, 300, 285)));
    counter.update(std::vector{standing(1, {300, 350})});
    CHECK(cv::norm(before, line_picture(counter)) > 0);
}

TEST_CASE("a zone is drawn closed, and its label shows the tracks inside") {
    Zone zone({.corners = {{100, 100}, {300, 100}, {300, 300}, {100, 300}}});
    const cv::Mat before = zone_picture(zone);
    CHECK((is_red(before, 200, 100) && is_red(before, 300, 200) && is_red(before, 200, 300) &&
           is_red(before, 100, 200) && !is_red(before, 200, 200)));
    zone.update(0, std::vector{standing(1, {200, 200})});
    CHECK(cv::norm(before, zone_picture(zone)) > 0);
}

TEST_CASE("a counting painter refuses frames of other types") {
    cv::Mat grey(10, 10, CV_8UC1);
    CHECK_THROWS_AS(draw_line_counter(grey, LineCounter({.start = {0, 0}, .end = {5, 5}})), InvalidArgument);
    CHECK_THROWS_AS(draw_zone(grey, Zone({.corners = {{0, 0}, {5, 5}, {0, 5}}})), InvalidArgument);
}

TEST_CASE("lines and zones that extend far outside the frame are drawn inside it") {
    const cv::Mat across = line_picture(LineCounter({.start = {-1e7F, 300}, .end = {1e7F, 300}}));
    CHECK((is_red(across, 320, 300) && !is_red(across, 320, 290)));
    const cv::Mat around =
        zone_picture(Zone({.corners = {{-1e7F, 240}, {1e7F, 240}, {1e7F, 1e7F}, {-1e7F, 1e7F}}}));
    CHECK((is_red(around, 320, 240) && !is_red(around, 320, 300)));
}
