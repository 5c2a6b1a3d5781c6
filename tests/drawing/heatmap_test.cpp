#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/standing_track.hpp"

#include <fgagt/drawing/heatmap.hpp>

#include <opencv2/core.hpp>

#include <limits>
#include <random>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("a heatmap counts every foot point in the image, each in its cell") {
    Heatmap heatmap({.frame_size = {100, 50}, .cell = 8});
    CHECK(heatmap.counts().size() == cv::Size(13, 7));
    std::mt19937 random(seed_of("heatmap"));
    std::uniform_real_distribution<float> x(-20, 120), y(-20, 70);
    int inside = 0;
    for (int k = 0; k < 500; ++k) {
        const cv::Point2f foot(x(random), y(random));
        const Track track = standing(1, foot);
        const float bottom = track.box.bottom(), middle = track.box.centre().x; // after rounding
        if (middle >= 0 && middle < 100 && bottom >= 0 && bottom < 50) ++inside;
        heatmap.add(std::vector{track});
    }
    CHECK(cv::sum(heatmap.counts())[0] == inside);
    Heatmap one({.frame_size = {100, 50}, .cell = 8});
    one.add(std::vector{standing(1, {99.5F, 49.5F}), standing(2, {100, 25}), standing(3, {17, 9})});
    CHECK((one.counts()(6, 12) == 1 && one.counts()(1, 2) == 1 && cv::sum(one.counts())[0] == 2));
}

TEST_CASE("heat appears only where tracks were, at any frame size") {
    Heatmap heatmap({.frame_size = {320, 240}});
    cv::Mat untouched(240, 320, CV_8UC3, cv::Scalar::all(90));
    heatmap.draw(untouched);
    CHECK(cv::norm(untouched, cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(90)), cv::NORM_INF) == 0);
    for (int k = 0; k < 20; ++k)
        heatmap.add(std::vector{standing(1, {84, 124})});
    for (const int scale : {1, 2}) {
        cv::Mat frame(240 * scale, 320 * scale, CV_8UC3, cv::Scalar::all(90));
        heatmap.draw(frame);
        const auto& hot = frame.at<cv::Vec3b>(124 * scale, 84 * scale);
        CHECK((hot[2] > 100 && hot[1] < 60)); // red
        CHECK(frame.at<cv::Vec3b>(120 * scale, 240 * scale) == cv::Vec3b(90, 90, 90));
    }
}

TEST_CASE("a heatmap refuses options out of range and frames of other types") {
    constexpr int kMost = std::numeric_limits<int>::max();
    for (const cv::Size size : {cv::Size(0, 10), {10, -1}, {kMost, 10}, {10, 32'769}})
        CHECK_THROWS_AS(Heatmap({.frame_size = size}), InvalidArgument);
    for (const int cell : {0, 1025, kMost})
        CHECK_THROWS_AS(Heatmap({.frame_size = {10, 10}, .cell = cell}), InvalidArgument);
    for (const double blur : {-1., 101., 1e9, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(Heatmap({.frame_size = {10, 10}, .blur = blur}), InvalidArgument);
    CHECK_THROWS_AS(Heatmap({.frame_size = {10, 10}, .opacity = 1.5}), InvalidArgument);
    Heatmap heatmap({.frame_size = {10, 10}});
    Track nowhere = standing(1, {5, 5});
    nowhere.box.top = std::numeric_limits<float>::quiet_NaN();
    heatmap.add(std::vector{nowhere});
    CHECK(cv::sum(heatmap.counts())[0] == 0);
    cv::Mat grey(10, 10, CV_8UC1), empty;
    CHECK_THROWS_AS(heatmap.draw(grey), InvalidArgument);
    CHECK_THROWS_AS(heatmap.draw(empty), InvalidArgument);
}

TEST_CASE("a heatmap is drawn with every option at its limits") {
    const cv::Size sizes[] = {{1, 1}, {32'768, 1}, {1, 32'768}, {300, 200}};
    for (const cv::Size size : sizes)
        for (const int cell : {1, 1024})
            for (const double blur : {0., 100.}) {
                Heatmap heatmap({.frame_size = size, .cell = cell, .blur = blur});
                heatmap.add(std::vector{standing(1, {0.5F, 0.5F})});
                cv::Mat frame(size, CV_8UC3, cv::Scalar::all(90));
                heatmap.draw(frame);
                CHECK(frame.at<cv::Vec3b>(0, 0) != cv::Vec3b(90, 90, 90));
            }
}
