#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/backbone/backbone.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

using namespace fgagt;
using Catch::Matchers::WithinAbs;

namespace {

constexpr int kLightness = 0, kU = 1, kV = 2, kMagnitude = 3, kOrientation = 4;

FeatureMap extract(const cv::Mat& frame, ChannelBackboneOptions options = {}) {
    FeatureMap map;
    ChannelBackbone(options).extract(frame, map);
    return map;
}

/// Grey waves with the given period in pixels, whose gradient points along `degrees`.
cv::Mat waves(cv::Size size, double degrees, double period) {
    cv::Mat frame(size, CV_8UC1);
    const double angle = degrees * CV_PI / 180;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            frame.at<unsigned char>(y, x) = cv::saturate_cast<unsigned char>(
                128 + 60 * std::sin(2 * CV_PI * (x * std::cos(angle) + y * std::sin(angle)) / period));
    return frame;
}

} // namespace

TEST_CASE("channel maps have a cell per 4 x 4 pixels, including partial cells") {
    for (const cv::Size size : {cv::Size(1, 1), cv::Size(4, 3), cv::Size(5, 8), cv::Size(2, 61),
                                cv::Size(64, 48), cv::Size(103, 77)})
        for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4}) {
            const FeatureMap map = extract(cv::Mat(size, type, cv::Scalar(10, 200, 30, 0)));
            CHECK((map.columns == (size.width + 3) / 4 && map.rows == (size.height + 3) / 4));
            CHECK(map.channels == ChannelBackbone::kChannels);
            CHECK(map.data.size() == static_cast<std::size_t>(map.rows * map.columns * map.channels));
            CHECK((map.scale_x == 0.25F && map.scale_y == 0.25F && map.offset_x == 0 && map.offset_y == 0));
            const auto width = static_cast<float>(size.width), height = static_cast<float>(size.height);
            CHECK(map.valid_cells == Box{0, 0, width / 4, height / 4});
        }
}

TEST_CASE("a blob changes the cell at its coordinates, at every frame size") {
    for (const cv::Size size : {cv::Size(64, 48), cv::Size(61, 47), cv::Size(62, 45), cv::Size(63, 50)})
        for (const cv::Point at : {cv::Point(0, 0), cv::Point(5, 2), cv::Point(10, 11), cv::Point(14, 10)}) {
            cv::Mat frame(size, CV_8UC1, cv::Scalar(0));
            cv::rectangle(frame, cv::Rect(4 * at.x, 4 * at.y, 4, 4), cv::Scalar(255), cv::FILLED);
            const FeatureMap map = extract(frame);
            for (int y = 0; y < map.rows; ++y)
                for (int x = 0; x < map.columns; ++x)
                    CHECK_THAT(map.cell(y, x)[kLightness], WithinAbs(at == cv::Point(x, y) ? 1 : 0, 1e-6));
        }
}

TEST_CASE("all pixels of a cell have the same weight") {
    for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 4; ++x) {
            cv::Mat frame(23, 30, CV_8UC1, cv::Scalar(0));
            frame.at<unsigned char>(8 + y, 12 + x) = 255;
            const FeatureMap map = extract(frame);
            const FeatureMap mean = extract(cv::Mat(4, 4, CV_8UC1, cv::Scalar(16))); // 255 / 16 pixels
            CHECK(map.cell(2, 3)[kLightness] == mean.cell(0, 0)[kLightness]);
            CHECK(map.cell(2, 3)[kLightness] > 0);
            CHECK((map.cell(2, 2)[kLightness] == 0 && map.cell(2, 4)[kLightness] == 0));
            CHECK((map.cell(1, 3)[kLightness] == 0 && map.cell(3, 3)[kLightness] == 0));
        }
}

TEST_CASE("gradients appear at the position of the edge") {
    cv::Mat frame(47, 61, CV_8UC1, cv::Scalar(0));
    frame.colRange(30, 61).setTo(255); // the edge is in the middle of column 7
    const FeatureMap map = extract(frame);
    for (int y = 0; y < map.rows; ++y)
        for (int x = 0; x < map.columns; ++x) {
            // Sobel at half size reaches one half-size pixel to each side.
            const bool near_edge = x == 7;
            CHECK((map.cell(y, x)[kMagnitude] > 0.9F) == near_edge);
            CHECK((map.cell(y, x)[kMagnitude] > 0) == near_edge);
        }
}

TEST_CASE("every value lies in [0, 1], whatever the frame shows") {
    cv::Mat frame(50, 70, CV_8UC3);
    cv::theRNG().state = test::seed_of("every value lies in [0, 1]");
    cv::randu(frame, 0, 256);
    cv::Mat binary = frame.clone();
    binary.forEach<cv::Vec3b>([](cv::Vec3b& p, const int*) {
        for (int c = 0; c < 3; ++c)
            p[c] = p[c] < 128 ? 0 : 255;
    });
    for (const cv::Mat& image : {frame, binary, cv::Mat(50, 70, CV_8UC3, cv::Scalar::all(0))})
        for (const float gain : {0.1F, 8.0F, 100.0F}) {
            const FeatureMap map = extract(image, {.chroma_gain = gain, .gradient_gain = gain});
            const auto [low, high] = std::minmax_element(map.data.begin(), map.data.end());
            CHECK((*low >= 0 && *high <= 1));
        }
}

TEST_CASE("colour channels equal OpenCV's Luv of the mean colour") {
    for (const cv::Vec3b& bgr :
         {cv::Vec3b(20, 90, 110), cv::Vec3b(120, 100, 90), cv::Vec3b(255, 255, 255), cv::Vec3b(0, 0, 0)}) {
        cv::Mat3f luv(1, 1, cv::Vec3f(bgr) / 255);
        // Ranges for floats: L up to 100, u -134 .. 220, v -140 .. 122.
        cv::cvtColor(luv, luv, cv::COLOR_BGR2Luv);
        constexpr float kChromaGain = 2;
        const FeatureMap map = extract(cv::Mat(20, 30, CV_8UC3, bgr), {.chroma_gain = kChromaGain});
        const cv::Vec3f expected = luv(0, 0);
        const auto clipped = [](float value) { return std::clamp(value, 0.0F, 1.0F); };
        // One of 255 steps for rounding Luv, one for rounding grey.
        const double chroma_step = 2.0 * kChromaGain / 255;
        CHECK_THAT(map.cell(2, 3)[kLightness], WithinAbs(expected[0] / 100, 1.0 / 255));
        CHECK_THAT(map.cell(2, 3)[kU],
                   WithinAbs(clipped(0.25F + kChromaGain * expected[1] / 354), chroma_step));
        CHECK_THAT(map.cell(2, 3)[kV],
                   WithinAbs(clipped(0.25F + kChromaGain * expected[2] / 262), chroma_step));
    }
}

TEST_CASE("grey, BGR and BGRA frames of the same picture give the same map") {
    cv::Mat grey = waves({70, 53}, 25, 17), colour, alpha;
    cv::cvtColor(grey, colour, cv::COLOR_GRAY2BGR);
    cv::cvtColor(grey, alpha, cv::COLOR_GRAY2BGRA);
    const FeatureMap from_grey = extract(grey), from_colour = extract(colour), from_alpha = extract(alpha);
    CHECK(from_grey.data == from_colour.data);
    CHECK(from_grey.data == from_alpha.data);
    CHECK_THAT(from_grey.cell(5, 5)[kU], WithinAbs(ChannelBackbone::kNeutralChroma, 8.0 / 255));
    CHECK_THAT(from_grey.cell(5, 5)[kV], WithinAbs(ChannelBackbone::kNeutralChroma, 8.0 / 255));
}

TEST_CASE("gradients are shared between the nearest orientations") {
    for (const int degrees : {0, 15, 30, 50, 90, 120, 150, 170, 180, 290}) {
        const FeatureMap map = extract(waves({160, 160}, degrees, 40), {.gradient_gain = 1});
        double sums[ChannelBackbone::kOrientations] = {}, magnitude = 0;
        for (int y = 2; y < map.rows - 2; ++y)
            for (int x = 2; x < map.columns - 2; ++x) {
                magnitude += static_cast<double>(map.cell(y, x)[kMagnitude]);
                for (int k = 0; k < ChannelBackbone::kOrientations; ++k)
                    sums[k] += static_cast<double>(map.cell(y, x)[kOrientation + k]);
            }
        for (int k = 0; k < ChannelBackbone::kOrientations; ++k) {
            double away = std::fmod(std::abs(degrees - 30 * k), 180.0);
            away = std::min(away, 180 - away);
            // The share of an oblique axis `away` degrees from the gradient; the other axis is 30 degrees
            // away from it.
            const double share = away < 30 ? 2 * std::sin((30 - away) * CV_PI / 180) : 0;
            INFO(degrees << " degrees, orientation " << 30 * k);
            // Sobel's response to waves of 20 half-size pixels turns by 0.2 degrees; rounding to grey levels
            // adds noise where the gradient is weak.
            CHECK_THAT(sums[k] / magnitude, WithinAbs(share, 0.02));
        }
    }
}

TEST_CASE("magnitude is the gradient in grey levels per half-size pixel") {
    cv::Mat frame(40, 200, CV_8UC1);
    for (int x = 0; x < 200; ++x)
        frame.col(x).setTo(x);
    // 1 grey level per pixel, 2 per half-size pixel: Sobel gives 2 x 8 of a full step's 4 x 255.
    const FeatureMap map = extract(frame, {.gradient_gain = 10});
    CHECK_THAT(map.cell(4, 20)[kMagnitude], WithinAbs(10 * 16 / 1020.0, 10 * 8 / 1020.0));
    double mean = 0;
    for (int x = 5; x < 45; ++x)
        mean += static_cast<double>(map.cell(4, x)[kMagnitude]) / 40;
    // Half-size values are rounded to whole grey levels.
    CHECK_THAT(mean, WithinAbs(10 * 16 / 1020.0, 1e-3));
}

TEST_CASE("a backbone and its map are reusable for other frames") {
    ChannelBackbone backbone;
    FeatureMap map;
    const cv::Mat large = waves({120, 90}, 40, 13), small = waves({31, 18}, 80, 9);
    for (const cv::Mat& frame : {large, small, large}) {
        const cv::Mat before = frame.clone();
        backbone.extract(frame, map);
        CHECK(map.data == extract(frame).data);
        CHECK(cv::norm(frame, before, cv::NORM_INF) == 0);
    }
    const float* memory = map.data.data();
    backbone.extract(large, map);
    CHECK(map.data.data() == memory);
}

TEST_CASE("a region of a larger frame is a valid frame") {
    const cv::Mat frame = waves({120, 90}, 40, 13);
    const cv::Mat part = frame(cv::Rect(11, 7, 64, 48));
    CHECK(extract(part).data == extract(part.clone()).data);
}

TEST_CASE("the channel backbone refuses invalid frames and options") {
    FeatureMap map;
    ChannelBackbone backbone;
    CHECK_THROWS_AS(backbone.extract(cv::Mat(), map), InvalidArgument);
    CHECK_THROWS_AS(backbone.extract(cv::Mat(4, 4, CV_32FC3, cv::Scalar::all(0)), map), InvalidArgument);
    CHECK_THROWS_AS(backbone.extract(cv::Mat(4, 4, CV_8UC2, cv::Scalar::all(0)), map), InvalidArgument);
    for (const float bad : {0.0F, -1.0F, 101.0F, std::nanf("")}) {
        CHECK_THROWS_AS(ChannelBackbone({.chroma_gain = bad}), InvalidArgument);
        CHECK_THROWS_AS(ChannelBackbone({.gradient_gain = bad}), InvalidArgument);
    }
}

TEST_CASE("channels of a real frame cover their range (needs FGAGT_DATA)") {
    const auto path = test::real_data("mot/TUD-Campus/img1/000001.jpg");
    if (!path) return;
    const FeatureMap map = extract(cv::imread(path->string()));
    CHECK((map.columns == 160 && map.rows == 120));
    for (int c = 0; c < map.channels; ++c) {
        double mean = 0;
        float largest = 0;
        for (int y = 0; y < map.rows; ++y)
            for (int x = 0; x < map.columns; ++x) {
                mean += static_cast<double>(map.cell(y, x)[c]) / (map.rows * map.columns);
                largest = std::max(largest, map.cell(y, x)[c]);
            }
        INFO("channel " << c << " mean " << mean << " largest " << largest);
        CHECK((mean > 0.005 && mean < 0.9));
        CHECK(largest > 0.4F);
    }
}

TEST_CASE("NoBackbone makes no map") {
    NoMap map;
    NoBackbone().extract(cv::Mat(2, 2, CV_8UC1, cv::Scalar(0)), map);
    static_assert(std::is_empty_v<NoMap>);
}
