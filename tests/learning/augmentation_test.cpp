#include "learning/single_augmentation.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/opencv_moved.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/augmentation.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

using namespace fgagt;
using test::only;
using Random = Augmentation::Random;

namespace {

Patch random_patch(unsigned seed) {
    Patch patch{cv::Mat(40, 24, CV_8UC3), {5, 6.5F, 12, 26}};
    cv::RNG(seed).fill(patch.pixels, cv::RNG::UNIFORM, 0, 256);
    return patch;
}

Patch plain_patch(const cv::Vec3b& colour, cv::Size size = {24, 40}, const Box& box = {6, 4, 12, 20}) {
    return {cv::Mat(size, CV_8UC3, cv::Scalar(colour)), box};
}

bool same(const Patch& a, const Patch& b) {
    return a.box == b.box && a.pixels.size() == b.pixels.size() &&
           cv::norm(a.pixels, b.pixels, cv::NORM_INF) == 0;
}

/// Applies an augmentation to a patch; all random numbers have the same key.
Patch augmented(const Augmentation& augmentation, const Patch& patch, std::uint64_t key,
                const Patch* occluder = nullptr, bool mirrored = false) {
    Random random(key);
    const Augmentation::Colours colours = augmentation.colours(random);
    const Augmentation::Light light = augmentation.light(random);
    return augmentation.apply(patch, colours, light, occluder, mirrored, random);
}

std::vector<int> channel(const cv::Mat& curve, int which) {
    std::vector<int> levels;
    for (int level = 0; level < 256; ++level)
        levels.push_back(curve.at<cv::Vec3b>(level)[which]);
    return levels;
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
    const double middle = mean(values);
    std::vector<double> squares;
    for (const double value : values)
        squares.push_back((value - middle) * (value - middle));
    return std::sqrt(mean(squares));
}

/// Five standard errors of a mean and of a standard deviation of `count` normal numbers.
double tolerance(double spread, std::size_t count) {
    return 5 * spread / std::sqrt(static_cast<double>(count));
}

/// The rows of a patch that have a uniform colour.
std::vector<int> rows_of(const cv::Mat& pixels, const cv::Vec3b& colour) {
    std::vector<int> result;
    for (int y = 0; y < pixels.rows; ++y) {
        bool all = true;
        for (int x = 0; x < pixels.cols; ++x)
            all = all && pixels.at<cv::Vec3b>(y, x) == colour;
        if (all) result.push_back(y);
    }
    return result;
}

std::vector<int> range(int begin, int end) {
    std::vector<int> result;
    for (int k = begin; k < end; ++k)
        result.push_back(k);
    return result;
}

constexpr std::uint64_t kDraws = 2000;

} // namespace

TEST_CASE("without augmentation, a patch is unchanged") {
    Patch patch = random_patch(1);
    const Patch occluder = random_patch(2);
    patch.box = {0.1F, 0.3F, 17.3F, 35.7F};
    // They differ because of float rounding.
    REQUIRE(patch.box.centre().x - 0.5F * patch.box.width != patch.box.left);
    for (std::uint64_t key = 0; key < 50; ++key)
        CHECK(same(augmented(Augmentation::none(), patch, key, &occluder), patch));
}

TEST_CASE("augmentation changes a copy of the patch") {
    const Patch patch = random_patch(1);
    const Patch before{patch.pixels.clone(), patch.box};
    const Patch occluder = random_patch(2);
    for (std::uint64_t key = 0; key < 20; ++key)
        (void)augmented(Augmentation({.occlusion = 1, .recolouring = 1}), patch, key, &occluder, true);
    CHECK(same(patch, before));
    CHECK(augmented(Augmentation::none(), patch, 1).pixels.data != patch.pixels.data);
}

TEST_CASE("the same key gives the same patch, and another key another patch") {
    const Augmentation augmentation;
    const Patch patch = random_patch(1), occluder = random_patch(2);
    for (std::uint64_t key = 0; key < 20; ++key) {
        CHECK(same(augmented(augmentation, patch, key, &occluder),
                   augmented(augmentation, patch, key, &occluder)));
        CHECK_FALSE(same(augmented(augmentation, patch, key, &occluder),
                         augmented(augmentation, patch, key + 1, &occluder)));
    }
}

TEST_CASE("values drawn for an identity and a moment determine the patch") {
    const Augmentation augmentation({.occlusion = 0, .jitter = 0, .recolouring = 1});
    const Patch patch = random_patch(1);
    Random once(7), random(1);
    const Augmentation::Colours colours = augmentation.colours(once);
    const Augmentation::Light light = augmentation.light(once);
    const Patch first = augmentation.apply(patch, colours, light, nullptr, false, random);
    for (int again = 0; again < 20; ++again)
        CHECK(same(first, augmentation.apply(patch, colours, light, nullptr, false, random)));
    CHECK_FALSE(same(first, patch));
}

TEST_CASE("a patch without pixels stays empty") {
    const Patch occluder = random_patch(2);
    const Patch result = augmented(Augmentation({.occlusion = 1, .recolouring = 1}), {}, 3, &occluder, true);
    CHECK(result.pixels.empty());
    CHECK(result.box == Box{});
}

TEST_CASE("mirroring swaps left and right, and mirroring twice restores the patch") {
    const Patch patch = random_patch(1);
    const Patch mirrored = augmented(Augmentation::none(), patch, 1, nullptr, true);
    for (int y = 0; y < patch.pixels.rows; ++y)
        for (int x = 0; x < patch.pixels.cols; ++x)
            REQUIRE(mirrored.pixels.at<cv::Vec3b>(y, x) ==
                    patch.pixels.at<cv::Vec3b>(y, patch.pixels.cols - 1 - x));
    CHECK(mirrored.box == Box{24 - 5 - 12, 6.5F, 12, 26});
    CHECK(same(augmented(Augmentation::none(), mirrored, 1, nullptr, true), patch));
}

TEST_CASE("the levels of a light are increasing, starting at black") {
    const Augmentation augmentation({.brightness = 0.4, .contrast = 0.4, .cast = 0.2});
    for (std::uint64_t key = 0; key < 100; ++key) {
        Random random(key);
        const cv::Mat curve = augmentation.light(random).curve;
        REQUIRE((curve.size() == cv::Size(256, 1) && curve.type() == CV_8UC3));
        for (int which = 0; which < 3; ++which) {
            const std::vector<int> levels = channel(curve, which);
            CHECK(levels[0] == 0);
            CHECK(levels[255] > 0);
            CHECK(std::ranges::is_sorted(levels));
        }
    }
}

TEST_CASE("brightness is one factor for all levels and colours") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.brightness = 0.15; });
    std::vector<double> logarithms;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
        Random random(key);
        const cv::Mat curve = augmentation.light(random).curve;
        const std::vector<int> levels = channel(curve, 0);
        REQUIRE((channel(curve, 1) == levels && channel(curve, 2) == levels));
        REQUIRE(levels[128] < 255);
        const double factor = levels[128] / 128.0;
        for (int level = 0; level < 256; ++level) // half a level, and the rounding of the factor
            REQUIRE(std::abs(std::min(255.0, factor * level) - levels[static_cast<std::size_t>(level)]) <=
                    1.5);
        logarithms.push_back(std::log(factor));
    }
    CHECK(mean(logarithms) == Approx(0).margin(tolerance(0.15, kDraws)));
    CHECK(deviation(logarithms) == Approx(0.15).margin(tolerance(0.15, kDraws)));
}

TEST_CASE("contrast changes the levels between black and white") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.contrast = 0.2; });
    std::vector<double> logarithms;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
        Random random(key);
        const cv::Mat curve = augmentation.light(random).curve;
        const std::vector<int> levels = channel(curve, 0);
        REQUIRE((levels.front() == 0 && levels.back() == 255));
        REQUIRE((channel(curve, 1) == levels && channel(curve, 2) == levels));
        logarithms.push_back(std::log(std::log(levels[96] / 255.0) / std::log(96 / 255.0)));
    }
    CHECK(mean(logarithms) == Approx(0).margin(tolerance(0.2, kDraws)));
    CHECK(deviation(logarithms) == Approx(0.2).margin(tolerance(0.2, kDraws)));
}

TEST_CASE("a colour cast is a separate factor for each colour") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.cast = 0.1; });
    std::vector<double> blue, green, difference;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
        Random random(key);
        const auto middle = augmentation.light(random).curve.at<cv::Vec3b>(128);
        blue.push_back(std::log(middle[0] / 128.0));
        green.push_back(std::log(middle[1] / 128.0));
        difference.push_back(blue.back() - green.back());
    }
    for (const std::vector<double>& factors : {blue, green}) {
        CHECK(mean(factors) == Approx(0).margin(tolerance(0.1, kDraws)));
        CHECK(deviation(factors) == Approx(0.1).margin(tolerance(0.1, kDraws)));
    }
    const double spread = std::sqrt(2) * 0.1; // of independent numbers
    CHECK(deviation(difference) == Approx(spread).margin(tolerance(spread, kDraws)));
}

TEST_CASE("half of the moments are sharp, the others blurred up to the maximum") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.blur = 2; });
    std::vector<double> blurred;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
        Random random(key);
        const Augmentation::Light light = augmentation.light(random);
        CHECK(light.curve.empty());
        REQUIRE((light.blur >= 0 && light.blur < 2));
        if (light.blur > 0) blurred.push_back(light.blur);
    }
    CHECK(static_cast<double>(blurred.size()) / kDraws == Approx(0.5).margin(tolerance(0.5, kDraws)));
    CHECK(mean(blurred) == Approx(1).margin(tolerance(2 / std::sqrt(12), blurred.size())));
}

TEST_CASE("light maps every pixel through its curve") {
    Augmentation::Light light{cv::Mat(1, 256, CV_8UC3), 0};
    for (int level = 0; level < 256; ++level) // inverts blue, halves green, leaves red
        light.curve.at<cv::Vec3b>(level) = {static_cast<std::uint8_t>(255 - level),
                                            static_cast<std::uint8_t>(level / 2),
                                            static_cast<std::uint8_t>(level)};
    const Patch patch = random_patch(3);
    Random random(1);
    const Patch result = Augmentation::none().apply(patch, {}, light, nullptr, false, random);
    for (int y = 0; y < patch.pixels.rows; ++y)
        for (int x = 0; x < patch.pixels.cols; ++x) {
            const cv::Vec3b pixel = patch.pixels.at<cv::Vec3b>(y, x);
            REQUIRE(result.pixels.at<cv::Vec3b>(y, x) == cv::Vec3b(static_cast<std::uint8_t>(255 - pixel[0]),
                                                                   static_cast<std::uint8_t>(pixel[1] / 2),
                                                                   pixel[2]));
        }
}

TEST_CASE("blur spreads a bright pixel as a Gaussian") {
    Patch patch = plain_patch({0, 0, 0}, {25, 25});
    patch.pixels.at<cv::Vec3b>(12, 12) = {255, 255, 255};
    Random random(1);
    const double sigma = 1.5;
    const Patch result = Augmentation::none().apply(patch, {}, {{}, sigma}, nullptr, false, random);
    for (int y = 0; y < 25; ++y)
        for (int x = 0; x < 25; ++x) {
            const double square = (x - 12) * (x - 12) + (y - 12) * (y - 12);
            const double bell =
                255 * std::exp(-0.5 * square / (sigma * sigma)) / (2 * 3.14159265358979 * sigma * sigma);
            // Tolerance: rounding on each axis.
            CHECK(result.pixels.at<cv::Vec3b>(y, x)[1] == Approx(bell).margin(1));
        }
    const Patch sharp = Augmentation::none().apply(patch, {}, {}, nullptr, false, random);
    CHECK(same(sharp, patch));
}

TEST_CASE("each band of a body is recoloured separately, and pixels below the body stay unchanged") {
    // the box from row 4 to row 24: bands end at rows 8, 14 and 24
    const Patch patch = plain_patch({200, 0, 0});
    Augmentation::Colours colours;
    colours.change = true;
    colours.bands[0] = {.end = 0.2, .saturation = 0};
    colours.bands[1] = {.end = 0.5, .hue = 60};
    colours.bands[2] = {.end = 1, .value = 0.5};
    Random random(1);
    const cv::Mat result = Augmentation::none().apply(patch, colours, {}, nullptr, false, random).pixels;
    CHECK(rows_of(result, {200, 200, 200}) == range(0, 8));
    CHECK(rows_of(result, {0, 0, 200}) == range(8, 14));
    CHECK(rows_of(result, {100, 0, 0}) == range(14, 24));
    CHECK(rows_of(result, {200, 0, 0}) == range(24, 40));
}

TEST_CASE("hues wrap around, and gamma changes the value") {
    const Patch patch = plain_patch({0, 0, 100});
    Augmentation::Colours colours;
    colours.change = true;
    colours.bands[0] = {.end = 0.2, .hue = -60};
    colours.bands[1] = {.end = 0.5, .hue = 120};
    colours.bands[2] = {.end = 1, .gamma = 2};
    Random random(1);
    const cv::Mat result = Augmentation::none().apply(patch, colours, {}, nullptr, false, random).pixels;
    CHECK(rows_of(result, {100, 0, 0}) == range(0, 14));
    CHECK(rows_of(result, {0, 0, 39}) == range(14, 24)); // 100^2 / 255
}

TEST_CASE("a body that extends beyond its patch is recoloured where it is visible") {
    Augmentation::Colours colours;
    colours.change = true;
    for (Augmentation::Colours::Band& band : colours.bands)
        band.value = 0.5;
    colours.bands[0].end = 0.2;
    colours.bands[1].end = 0.5;
    const Box box = GENERATE(Box{-5, -30, 30, 100}, Box{0, -100, 24, 400}, Box{0, 0, 24, 1000});
    Random random(1);
    const Patch patch = plain_patch({200, 0, 0}, {24, 40}, box);
    const cv::Mat result = Augmentation::none().apply(patch, colours, {}, nullptr, false, random).pixels;
    CHECK(rows_of(result, {100, 0, 0}) == range(0, 40));
}

TEST_CASE("colours are drawn within their ranges for the given share of identities") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.recolouring = 0.7; });
    std::vector<double> changes, torso_values;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
        Random random(key);
        const Augmentation::Colours colours = augmentation.colours(random);
        changes.push_back(colours.change ? 1 : 0);
        torso_values.push_back(std::log(colours.bands[1].value));
        REQUIRE(colours.bands[0].end < colours.bands[1].end);
        REQUIRE((colours.bands[1].end < 1 && colours.bands[2].end == 1));
        REQUIRE(std::abs(colours.bands[0].hue) <= 27); // a head changes less
        REQUIRE(std::abs(colours.bands[1].hue) <= 90);
    }
    CHECK(mean(changes) == Approx(0.7).margin(tolerance(std::sqrt(0.7 * 0.3), kDraws)));
    CHECK(deviation(torso_values) == Approx(0.35).margin(tolerance(0.35, kDraws)));
}

TEST_CASE("an occluder covers the lower part of one side") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.occlusion = 1; });
    const cv::Vec3b white(255, 255, 255);
    const Patch patch = plain_patch({0, 0, 0}, {80, 120}, {20, 10, 40, 100});
    const Patch occluder = plain_patch(white, {30, 50}, {-2, 5, 20, 30});
    int on_the_left = 0, most_columns = 0, most_rows = 0, fewest_columns = 80, fewest_rows = 120;
    for (std::uint64_t key = 0; key < 400; ++key) {
        cv::Mat covered;
        cv::inRange(augmented(augmentation, patch, key, &occluder).pixels, white, white, covered);
        const cv::Rect place = cv::boundingRect(covered);
        REQUIRE(cv::countNonZero(covered) == place.area()); // a rectangle
        REQUIRE(place.br().y == 110);
        REQUIRE((place.x == 20 || place.br().x == 60));
        on_the_left += place.x == 20 ? 1 : 0;
        most_columns = std::max(most_columns, place.width);
        most_rows = std::max(most_rows, place.height);
        fewest_columns = std::min(fewest_columns, place.width);
        fewest_rows = std::min(fewest_rows, place.height);
    }
    // 0.3 to 0.7 of 40 columns, 0.4 to 1 of 100 rows; the extremes of 400 draws are close to the bounds
    CHECK((fewest_columns >= 12 && fewest_columns <= 13 && most_columns <= 28 && most_columns >= 27));
    CHECK((fewest_rows >= 40 && fewest_rows <= 43 && most_rows <= 100 && most_rows >= 97));
    CHECK(on_the_left == Approx(200).margin(5 * 10)); // binomial, standard deviation 10
}

TEST_CASE("an occluder is pasted completely, without its surroundings") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.occlusion = 1; });
    const Patch patch = plain_patch({0, 0, 0}, {80, 120}, {20, 10, 40, 100});
    Patch occluder = plain_patch({0, 0, 255}, {30, 50}, {5, 10, 20, 30}); // red around
    const cv::Rect upper(5, 10, 20, 15), lower(5, 25, 20, 15);
    occluder.pixels(upper).setTo(cv::Scalar(255, 0, 0));
    occluder.pixels(lower).setTo(cv::Scalar(0, 255, 0));
    for (std::uint64_t key = 0; key < 20; ++key) {
        std::vector<cv::Mat> colours;
        cv::split(augmented(augmentation, patch, key, &occluder).pixels, colours);
        CHECK(cv::countNonZero(colours[2]) == 0);
        const cv::Rect blue = cv::boundingRect(colours[0]), green = cv::boundingRect(colours[1]);
        CHECK(std::abs(blue.height - green.height) <= 2); // rows between them contain both
        CHECK(blue.y < green.y);
    }
}

TEST_CASE("patches are occluded at random, and only if they show an object") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.occlusion = 0.2; });
    const Patch patch = plain_patch({0, 0, 0}), occluder = plain_patch({255, 255, 255}), nobody;
    const Patch beside = plain_patch({255, 255, 255}, {24, 40}, {100, 100, 10, 10});
    std::vector<double> covered;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
        covered.push_back(same(augmented(augmentation, patch, key, &occluder), patch) ? 0 : 1);
        for (const Patch* none : {static_cast<const Patch*>(nullptr), &nobody, &beside})
            REQUIRE(same(augmented(augmentation, patch, key, none), patch));
    }
    CHECK(mean(covered) == Approx(0.2).margin(tolerance(0.4, kDraws)));
}

TEST_CASE("a box outside its patch is not occluded") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.occlusion = 1; });
    const Patch patch = plain_patch({0, 0, 0}, {24, 40}, {-50, 4, 12, 20});
    const Patch occluder = plain_patch({255, 255, 255});
    CHECK(same(augmented(augmentation, patch, 1, &occluder), patch));
}

TEST_CASE("detector errors are drawn for x, y, width and height in order") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.jitter = 0.1; });
    Random expected(5), random(5);
    const double x = 20 + 30 * 0.1 * expected.normal(), y = 60 + 80 * 0.1 * expected.normal();
    const double width = 30 * std::exp(0.1 * expected.normal());
    const double height = 80 * std::exp(0.1 * expected.normal());
    const Box box = augmentation.jittered({5, 20, 30, 80}, random);
    CHECK(box.left == Approx(x - 0.5 * width));
    CHECK(box.top == Approx(y - 0.5 * height));
    CHECK(box.width == Approx(width));
    CHECK(box.height == Approx(height));
}

TEST_CASE("detector errors are relative to the box's size with mean zero") {
    const Augmentation augmentation = only([](AugmentationOptions& options) { options.jitter = 0.03; });
    const Patch patch = random_patch(1);
    std::vector<double> x, y, width, height;
    for (std::uint64_t key = 0; key < kDraws; ++key) {
        const Patch result = augmented(augmentation, patch, key);
        REQUIRE(cv::norm(result.pixels, patch.pixels, cv::NORM_INF) == 0);
        const cv::Point2f shift = result.box.centre() - patch.box.centre();
        x.push_back(shift.x / patch.box.width);
        y.push_back(shift.y / patch.box.height);
        width.push_back(std::log(result.box.width / patch.box.width));
        height.push_back(std::log(result.box.height / patch.box.height));
    }
    for (const std::vector<double>& errors : {x, y, width, height}) {
        CHECK(mean(errors) == Approx(0).margin(tolerance(0.03, kDraws)));
        CHECK(deviation(errors) == Approx(0.03).margin(tolerance(0.03, kDraws)));
    }
}

TEST_CASE("augmentation refuses options out of range") {
    using Option = double AugmentationOptions::*;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const auto with = [](Option option, double value) {
        AugmentationOptions options;
        options.*option = value;
        return Augmentation(options);
    };
    for (const Option option :
         {&AugmentationOptions::brightness, &AugmentationOptions::contrast, &AugmentationOptions::cast,
          &AugmentationOptions::blur, &AugmentationOptions::jitter, &AugmentationOptions::occlusion,
          &AugmentationOptions::recolouring})
        for (const double bad : {-0.1, nan, infinity})
            CHECK_THROWS_AS(with(option, bad), InvalidArgument);
    for (const Option probability : {&AugmentationOptions::occlusion, &AugmentationOptions::recolouring}) {
        CHECK_THROWS_AS(with(probability, 1.1), InvalidArgument);
        CHECK_NOTHROW(with(probability, 1));
    }
}
