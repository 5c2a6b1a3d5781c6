#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/network/cell_grid.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_input.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr std::array kFits{ImageFit::kStretch, ImageFit::kLetterbox, ImageFit::kLetterboxCentred};

/// The centre of mass of a bright spot above `ground`, in continuous coordinates.
cv::Point2d spot(const cv::Mat& plane, double ground) {
    cv::Point2d sum(0, 0);
    double total = 0;
    for (int y = 0; y < plane.rows; ++y)
        for (int x = 0; x < plane.cols; ++x) {
            const double weight = std::max(0.0, plane.at<float>(y, x) - ground);
            sum += weight * cv::Point2d(x + 0.5, y + 0.5);
            total += weight;
        }
    return sum / total;
}

} // namespace

TEST_CASE("boxes go to the input and back") {
    std::mt19937 random(seed_of("boxes go to the input and back"));
    std::uniform_int_distribution<int> length(1, 4000);
    std::uniform_real_distribution<float> place(-100, 4000);
    for (int k = 0; k < 300; ++k) {
        const cv::Size frame(length(random), length(random)), size(length(random), length(random));
        for (const ImageFit fit : kFits) {
            const InputPlacement placement = place_in_input(frame, {.size = size, .fit = fit});
            const Box box{place(random), place(random), 1 + std::abs(place(random)),
                          1 + std::abs(place(random))};
            const Box again = placement.to_frame(placement.to_input(box));
            for (const float error : {again.left - box.left, again.top - box.top, again.right() - box.right(),
                                      again.bottom() - box.bottom()})
                CHECK(std::abs(error) < 0.5F);
            const Box all = placement.frame_in_input();
            CHECK((all.left >= 0 && all.top >= 0 && all.right() <= static_cast<float>(size.width) + 1e-2F &&
                   all.bottom() <= static_cast<float>(size.height) + 1e-2F));
        }
    }
}

TEST_CASE("letterboxing keeps the aspect ratio, stretching fills the input") {
    const cv::Size frame(1920, 1080);
    const InputPlacement corner = place_in_input(frame, {.size{416, 416}, .fit = ImageFit::kLetterbox});
    CHECK(corner.frame_in_input() == Box{0, 0, 416, 234});
    const InputPlacement centre =
        place_in_input(frame, {.size{416, 416}, .fit = ImageFit::kLetterboxCentred});
    CHECK(centre.frame_in_input() == Box{0, 91, 416, 234});
    const InputPlacement stretched = place_in_input(frame, {.size{416, 416}, .fit = ImageFit::kStretch});
    CHECK(stretched.frame_in_input() == Box{0, 0, 416, 416});
    const InputPlacement thin = place_in_input({10'000, 1}, {.size{100, 100}});
    CHECK(thin.frame_in_input() == Box{0, 0, 100, 1}); // at least one pixel
    CHECK_THROWS_AS(place_in_input({0, 5}, {}), InvalidArgument);
}

TEST_CASE("pixels of the input are at the positions of the placement") {
    for (const cv::Size size : {cv::Size(640, 360), cv::Size(300, 500), cv::Size(97, 103)})
        for (const ImageFit fit : kFits) {
            NetworkInput input({.size{208, 160}, .fit = fit, .padding = 0});
            for (const cv::Point at : {cv::Point(size.width / 4, size.height / 3),
                                       cv::Point(3 * size.width / 4, size.height / 2)}) {
                cv::Mat frame(size, CV_8UC3, cv::Scalar::all(0));
                const int reach = size.width / 30;
                cv::rectangle(frame, {at.x - reach, at.y - reach, 2 * reach + 1, 2 * reach + 1},
                              cv::Scalar::all(200), cv::FILLED);
                InputPlacement placement;
                const cv::Mat& made = input.make(frame, placement);
                const cv::Mat plane(160, 208, CV_32F, const_cast<float*>(made.ptr<float>(0, 1)));
                const cv::Point2d found = spot(plane, 0);
                const auto centre = static_cast<float>(0.5);
                const Box said = placement.to_input(
                    {static_cast<float>(at.x) + centre, static_cast<float>(at.y) + centre, 0, 0});
                CHECK_THAT(found.x, WithinAbs(said.left, 0.5));
                CHECK_THAT(found.y, WithinAbs(said.top, 0.5));
            }
        }
}

TEST_CASE("the input is normalised channel by channel, including its padding") {
    NetworkInputOptions options{.size{4, 4}, .padding = 100, .mean{1, 2, 3}, .deviation{2, 4, 5}};
    const cv::Mat frame(2, 4, CV_8UC3, cv::Scalar(10, 60, 200));
    for (const bool rgb : {false, true}) {
        options.rgb = rgb;
        NetworkInput input(options);
        InputPlacement placement;
        const cv::Mat& made = input.make(frame, placement);
        REQUIRE((made.dims == 4 && made.size[1] == 3 && made.size[2] == 4 && made.size[3] == 4));
        const std::array<float, 3> levels =
            rgb ? std::array<float, 3>{200, 60, 10} : std::array<float, 3>{10, 60, 200};
        for (std::size_t c = 0; c < 3; ++c) {
            const auto* plane = made.ptr<float>(0, static_cast<int>(c));
            CHECK_THAT(plane[0], WithinRel((levels[c] - options.mean[c]) / options.deviation[c], 1e-5F));
            CHECK_THAT(plane[15], WithinRel((100 - options.mean[c]) / options.deviation[c], 1e-5F));
        }
    }
}

TEST_CASE("invalid network inputs are refused") {
    CHECK_THROWS_AS(NetworkInput({.size{0, 10}}), InvalidArgument);
    CHECK_THROWS_AS(NetworkInput({.size{10, 20'000}}), InvalidArgument);
    CHECK_THROWS_AS(NetworkInput({.padding = 256}), InvalidArgument);
    CHECK_THROWS_AS(NetworkInput({.mean{0, std::numeric_limits<float>::quiet_NaN(), 0}}), InvalidArgument);
    CHECK_THROWS_AS(NetworkInput({.deviation{1, 1, 0}}), InvalidArgument);
    NetworkInput input;
    InputPlacement placement;
    CHECK_THROWS_AS(input.make(cv::Mat(), placement), InvalidArgument);
    CHECK_THROWS_AS(input.make(cv::Mat(4, 4, CV_16UC3), placement), InvalidArgument);
}

TEST_CASE("the cells of a map are computed from the frame") {
    FeatureMap map;
    map.rows = 20;
    map.columns = 26;
    const InputPlacement placement =
        place_in_input({104, 50}, {.size{208, 160}, .fit = ImageFit::kLetterboxCentred});
    align_map({.stride_x = 8, .stride_y = 8, .first_x = 4, .first_y = 0.5}, placement, map);
    // The frame is scaled by two in the input, 0 and 30 pixels from its corner.
    CHECK_THAT(map.scale_x * 50 + map.offset_x, WithinAbs((100 - 4) / 8.0 + 0.5, 1e-5));
    CHECK_THAT(map.scale_y * 25 + map.offset_y, WithinAbs((30 + 50 - 0.5) / 8.0 + 0.5, 1e-5));
    CHECK_THAT(map.valid_cells.left, WithinAbs(0, 1e-5));
    CHECK_THAT(map.valid_cells.right(), WithinAbs(26, 1e-5));
    CHECK_THAT(map.valid_cells.top, WithinAbs(29.5 / 8 + 0.5, 1e-5));
}
