#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/opencv_moved.hpp"

#include <fgagt/counting/polygon.hpp>

#include <opencv2/imgproc.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("a polygon's inside and its distances agree with OpenCV") {
    std::mt19937 random(seed_of("polygon"));
    std::uniform_real_distribution<float> place(-20, 120);
    for (int shape = 0; shape < 60; ++shape) {
        // A star around the centre: never self-intersecting, often concave.
        std::vector<cv::Point2f> corners;
        const int count = 3 + shape % 7;
        for (int i = 0; i < count; ++i) {
            const float angle = 6.2831853F * static_cast<float>(i) / static_cast<float>(count);
            const float radius = 15 + std::abs(place(random)) / 3;
            corners.emplace_back(50 + radius * std::cos(angle), 50 + radius * std::sin(angle));
        }
        const Polygon polygon(corners);
        for (int trial = 0; trial < 100; ++trial) {
            const cv::Point2f point(place(random), place(random));
            const double expected = cv::pointPolygonTest(corners, point, true); // positive inside
            if (std::abs(expected) < 1e-3) continue;                            // rounding decides
            CAPTURE(shape, point.x, point.y);
            REQUIRE(polygon.contains(point) == (expected > 0));
            // OpenCV computes in floats of up to 120, with a relative error of a few millionths.
            REQUIRE(polygon.distance_to_border(point) == Approx(std::abs(expected)).margin(1e-3));
        }
    }
}

TEST_CASE("a point on a shared side is in exactly one polygon") {
    const Polygon left({{0, 0}, {10, 0}, {10, 10}, {0, 10}}), right({{10, 0}, {20, 0}, {20, 10}, {10, 10}});
    for (float y = 0; y < 10; ++y)
        CHECK(left.contains({10, y}) != right.contains({10, y}));
    const Polygon upper({{0, 0}, {10, 0}, {10, 10}, {0, 10}}), lower({{0, 10}, {10, 10}, {10, 20}, {0, 20}});
    for (float x = 0; x < 10; ++x)
        CHECK(upper.contains({x, 10}) != lower.contains({x, 10}));
}

TEST_CASE("a point at the same height as corners is classified correctly") {
    const Polygon diamond({{0, 5}, {5, 0}, {10, 5}, {5, 10}});
    CHECK(diamond.contains({5, 5}));
    CHECK_FALSE(diamond.contains({-1, 5}));
    CHECK_FALSE(diamond.contains({11, 5}));
    CHECK_FALSE(diamond.contains({-1, 0}));
    CHECK_FALSE(diamond.contains({-1, 10}));
}

TEST_CASE("a polygon refuses too few corners and invalid corners") {
    CHECK_THROWS_AS(Polygon({{0, 0}, {1, 1}}), InvalidArgument);
    for (const float bad : {std::numeric_limits<float>::infinity(), 2e7F, -2e7F}) {
        CHECK_THROWS_AS(Polygon({{0, 0}, {1, 1}, {0, bad}}), InvalidArgument);
        CHECK_THROWS_AS(Polygon({{bad, 0}, {1, 1}, {0, 1}}), InvalidArgument);
    }
    CHECK(Polygon({{5, 5}, {5, 5}, {5, 5}}).distance_to_border({8, 9}) == Approx(5)); // a single point
}
