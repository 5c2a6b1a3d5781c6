#include "support/catch.hpp"

#include <fgagt/core/detail/halving.hpp>

#include <opencv2/core.hpp>

#include <array>
#include <cmath>
#include <cstdint>

using namespace fgagt::detail;

TEST_CASE("a frame is halved until the ratio of its area to the target is closest to 1") {
    const int half_a_megapixel = 960 * 540;
    CHECK(halvings_to({640, 480}, half_a_megapixel) == 0);
    CHECK(halvings_to({1280, 720}, half_a_megapixel) == 0);
    CHECK(halvings_to({1920, 1080}, half_a_megapixel) == 1);
    CHECK(halvings_to({2560, 1440}, half_a_megapixel) == 1);
    CHECK(halvings_to({3840, 2160}, half_a_megapixel) == 2);
    for (int side = 4; side < 3000; side += 7) {
        const double area = static_cast<double>(side) * side, wanted = 10000;
        const int times = halvings_to({side, side}, 10000);
        const auto ratio = [&](int halvings) {
            return std::abs(std::log(area / std::pow(4, halvings) / wanted));
        };
        INFO("side " << side);
        CHECK(ratio(times) <= ratio(times + 1) + 0.02); // odd sides lose a pixel
        if (times > 0) CHECK(ratio(times) <= ratio(times - 1) + 0.02);
    }
}

TEST_CASE("an image with a side of one pixel is not halved") {
    CHECK(halvings_to({1, 2000000}, 100) == 0);
    CHECK(halvings_to({3, 2000000}, 100) == 1);
    CHECK(halvings_to({1 << 20, 1 << 20}, 1) == 20); // the number of pixels overflows an int
}

TEST_CASE("each pixel of a halved image is the mean of four pixels, and odd rows and columns are dropped") {
    cv::Mat image(7, 9, CV_8UC3);
    for (int y = 0; y < image.rows; ++y)
        for (int x = 0; x < image.cols; ++x)
            for (int c = 0; c < 3; ++c)
                image.at<cv::Vec3b>(y, x)[c] = static_cast<std::uint8_t>(4 * (5 * y + x + 11 * c));
    Halver halve;
    const cv::Mat half = halve(image, 1).clone();
    REQUIRE(half.size() == cv::Size(4, 3));
    for (int y = 0; y < half.rows; ++y)
        for (int x = 0; x < half.cols; ++x)
            for (int c = 0; c < 3; ++c)
                CHECK(half.at<cv::Vec3b>(y, x)[c] == 4 * (5 * 2 * y + 2 * x + 11 * c) + 12);
    const cv::Mat quarter = halve(image, 2).clone();
    CHECK(quarter.size() == cv::Size(2, 1));
    CHECK(cv::norm(quarter, halve(half, 1), cv::NORM_INF) == 0);
    CHECK(halve(image, 0).data == image.data);
}
