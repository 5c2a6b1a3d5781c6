#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/standing_track.hpp"

#include <fgagt/counting/line_counter.hpp>

#include <limits>
#include <random>
#include <utility>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

const LineCounterOptions kHorizontal{.start = {0, 100}, .end = {200, 100}};

/// A track whose foot moves from point to point, one per frame.
LineCounts walked(const LineCounterOptions& options, const std::vector<cv::Point2f>& feet) {
    LineCounter counter(options);
    for (const cv::Point2f foot : feet)
        counter.update(std::vector{standing(1, foot)});
    return counter.total();
}

} // namespace

TEST_CASE("walking over a line and back counts once in each direction") {
    // In an image, the right of a line from left to right is below it.
    CHECK(walked(kHorizontal, {{50, 80}, {50, 120}}) == LineCounts{1, 0});
    CHECK(walked(kHorizontal, {{50, 120}, {50, 80}}) == LineCounts{0, 1});
    CHECK(walked(kHorizontal, {{50, 80}, {50, 99}, {50, 101}, {50, 120}, {50, 101}, {50, 80}}) ==
          LineCounts{1, 1});
}

TEST_CASE("reversing a line swaps the directions") {
    const LineCounterOptions turned{.start = kHorizontal.end, .end = kHorizontal.start};
    CHECK(walked(turned, {{50, 80}, {50, 120}}) == LineCounts{0, 1});
}

TEST_CASE("a track that jitters on the line is not counted twice") {
    // Boxes are 40 high: with the default slack of 5 %, a foot within 2 pixels is on neither side.
    const std::vector<cv::Point2f> jitter{{50, 80}, {50, 101}, {50, 99}, {50, 101.9F}, {50, 98.5F}};
    CHECK(walked(kHorizontal, jitter) == LineCounts{});
    std::vector<cv::Point2f> through = jitter;
    through.emplace_back(50.F, 110.F);
    CHECK(walked(kHorizontal, through) == LineCounts{1, 0});
    through.insert(through.end(), {{50, 99}, {50, 101}, {50, 99}, {50, 120}});
    CHECK(walked(kHorizontal, through) == LineCounts{1, 0});
    LineCounterOptions exact = kHorizontal;
    exact.slack = 0;
    CHECK(walked(exact, jitter) == LineCounts{2, 2}); // so the slack suppressed the counts
}

TEST_CASE("a stop exactly on the line is on neither side") {
    LineCounterOptions exact = kHorizontal;
    exact.slack = 0;
    CHECK(walked(exact, {{50, 80}, {50, 100}, {60, 100}, {60, 120}}) == LineCounts{1, 0});
    CHECK(walked(exact, {{50, 120}, {50, 100}, {60, 100}, {60, 80}}) == LineCounts{0, 1});
    CHECK(walked(exact, {{50, 80}, {50, 100}, {50, 80}}) == LineCounts{});
    CHECK(walked(exact, {{50, 120}, {50, 100}, {50, 120}}) == LineCounts{});
    CHECK(walked(exact, {{50, 100}, {50, 120}}) == LineCounts{}); // was never on the other side
}

TEST_CASE("walking around an end of the line does not count") {
    CHECK(walked(kHorizontal, {{-10, 80}, {-10, 120}}) == LineCounts{});
    CHECK(walked(kHorizontal, {{210, 80}, {210, 120}}) == LineCounts{});
    // Across the line, then back around its end: counts once.
    CHECK(walked(kHorizontal, {{50, 80}, {50, 120}, {250, 120}, {250, 80}, {50, 80}}) == LineCounts{1, 0});
    // The intersection of the path with the line decides, not the path's ends.
    CHECK(walked(kHorizontal, {{-10, 90}, {30, 130}}) == LineCounts{1, 0});
    CHECK(walked(kHorizontal, {{-30, 90}, {10, 130}}) == LineCounts{});
}

TEST_CASE("counts are per class, and events contain the track") {
    LineCounter counter(kHorizontal);
    CHECK(counter.update(std::vector{standing(7, {20, 80}, 2), standing(9, {60, 120}, 0)}).empty());
    const std::vector<Crossing> passed =
        counter.update(std::vector{standing(7, {20, 120}, 2), standing(9, {60, 80}, 0)});
    CHECK(passed ==
          std::vector<Crossing>{{7, 2, CrossingDirection::kToRight}, {9, 0, CrossingDirection::kToLeft}});
    CHECK(counter.counts() == std::map<int, LineCounts>{{0, {0, 1}}, {2, {1, 0}}});
    CHECK(counter.total() == LineCounts{1, 1});
}

TEST_CASE(
    "a track that is lost before the line and recovered behind it counts, and a removed one is forgotten") {
    LineCounter counter(kHorizontal);
    FrameResult result;
    result.tracks = {standing(1, {50, 80}), standing(2, {70, 80})};
    counter.update(result);
    result.tracks.clear();
    result.events.removed = {2};
    counter.update(result);
    result.events.clear();
    result.tracks = {standing(1, {50, 120}), standing(2, {70, 120})};
    CHECK(counter.update(result) == std::vector<Crossing>{{1, 0, CrossingDirection::kToRight}});
}

TEST_CASE("the centre can be the anchor") {
    LineCounterOptions options = kHorizontal;
    options.anchor = Anchor::kCentre; // 20 above the foot
    CHECK(walked(options, {{50, 80}, {50, 110}}) == LineCounts{});
    CHECK(walked(options, {{50, 80}, {50, 130}}) == LineCounts{1, 0});
}

TEST_CASE("on any path, a track crosses an infinite line in alternating directions") {
    std::mt19937 random(seed_of("passes in turn"));
    std::uniform_real_distribution<float> x(0, 200), y(60, 140);
    for (int walk = 0; walk < 200; ++walk) {
        LineCounter counter(kHorizontal);
        int side = 0, sum = 0;
        for (int step = 0; step < 50; ++step) {
            const cv::Point2f foot(x(random), y(random));
            for (const Crossing& crossing : counter.update(std::vector{standing(1, foot)}))
                sum += crossing.direction == CrossingDirection::kToRight ? 1 : -1;
            const int now = foot.y > 102 ? 1 : foot.y < 98 ? -1 : 0;
            const int begun = side;
            if (now != 0) side = now;
            if (begun == 0) sum = side > 0 ? 1 : 0; // as if it came from the left
            REQUIRE(sum == (side > 0 ? 1 : 0));
        }
    }
}

TEST_CASE("a line counter refuses invalid lines and ignores invalid boxes") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(LineCounter({.start = {1, 1}, .end = {1, 1}}), InvalidArgument);
    CHECK_THROWS_AS(LineCounter({.start = {kNan, 1}, .end = {1, 1}}), InvalidArgument);
    CHECK_THROWS_AS(LineCounter({.start = {0, 1}, .end = {1, 2e7F}}), InvalidArgument);
    CHECK_THROWS_AS(LineCounter({.start = {0, 1}, .end = {1, 1}, .slack = -1}), InvalidArgument);
    CHECK_THROWS_AS(LineCounter({.start = {0, 1}, .end = {1, 1}, .slack = kNan}), InvalidArgument);
    CHECK(walked(kHorizontal, {{50, 80}, {50, kNan}, {50, 120}}) == LineCounts{1, 0});
}
