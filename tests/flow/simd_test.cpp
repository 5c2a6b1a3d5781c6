#include "flow/images.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/opencv_moved.hpp"

#include <fgagt/flow/detail/corner_finder.hpp>
#include <fgagt/flow/detail/lucas_kanade_kernels.hpp>
#include <fgagt/flow/detail/small_grey.hpp>
#include <fgagt/flow/image_pyramid.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

using namespace fgagt;
using namespace fgagt::detail;

namespace {

/// Pixels around a window, with more on every side than any kernel reads.
struct Picture {
    static constexpr int kSide = 160, kMiddle = 40;
    std::vector<std::uint8_t> grey = std::vector<std::uint8_t>(kSide * kSide);

    [[nodiscard]] Pixels pixels() const { return {grey.data() + kMiddle * kSide + kMiddle, kSide}; }
};

/// Random pixels, constant pixels, and black and white stripes and squares with the steepest gradients.
std::vector<Picture> pictures(std::mt19937& random) {
    std::vector<Picture> result(7);
    for (int y = 0; y < Picture::kSide; ++y)
        for (int x = 0; x < Picture::kSide; ++x) {
            const auto set = [&](std::size_t picture, bool white) {
                result[picture].grey[static_cast<std::size_t>(y * Picture::kSide + x)] = white ? 255 : 0;
            };
            result[0].grey[static_cast<std::size_t>(y * Picture::kSide + x)] =
                static_cast<std::uint8_t>(random());
            set(1, random() % 2 == 0);
            set(2, true);
            set(3, false);
            set(4, x / 2 % 2 == 0);
            set(5, y / 2 % 2 == 0);
            set(6, (x / 2 + y / 2) % 2 == 0);
        }
    return result;
}

Fraction fraction(int x, int y) {
    Fraction result;
    result.x = static_cast<std::int16_t>(x);
    result.y = static_cast<std::int16_t>(y);
    return result;
}

/// The inputs of a gradient and the gradient itself, as in LucasKanade.
struct Window {
    int window;
    std::vector<std::int16_t> dx, dy, x, y;

    explicit Window(int side) : window(side), dx(size(side + 1) + kBlock), dy(dx), x(size(side)), y(x) {}

    [[nodiscard]] Gradient gradient() const { return {x.data(), y.data(), window}; }
    [[nodiscard]] std::size_t size(int columns) const {
        return static_cast<std::size_t>((window + 1) * padded(columns));
    }
};

/// The window as filled by `kernels`.
Window filled(const LucasKanadeKernels& kernels, Pixels pixels, Fraction at, int side) {
    Window result(side);
    kernels.take_derivatives(pixels, side + 1, side + 1, result.dx.data(), result.dy.data(),
                             padded(side + 1));
    kernels.interpolate(result.dx.data(), at, side, result.x.data());
    kernels.interpolate(result.dy.data(), at, side, result.y.data());
    return result;
}

/// All available kernels for windows of a given side.
std::array<LucasKanadeKernels, 3> choices(int side) {
    return {lucas_kanade_kernels(side), lucas_kanade_kernels(), portable_lucas_kanade_kernels()};
}

/// The smallest and greatest fractions, those around the middle, and some in between.
constexpr int kFractions[] = {0, 1, 2, 255, 8191, 16383, 16384, 16385, 21846, 30000, 32766, 32767};

} // namespace

TEST_CASE("kernels agree with the plain loops to the bit, in windows of every size") {
    std::mt19937 random(test::seed_of("kernels"));
    const auto all = pictures(random);
    const std::size_t choice = GENERATE(0U, 1U, 2U);
    const LucasKanadeKernels plain;
    for (int side = 1; side <= kMaxWindow; ++side)
        for (std::size_t picture = 0; picture < all.size(); ++picture) {
            const LucasKanadeKernels fast = choices(side)[choice];
            const Pixels pixels = all[picture].pixels(), others = all[(picture + 1) % all.size()].pixels();
            const Fraction at = fraction(kFractions[random() % std::size(kFractions)],
                                         kFractions[random() % std::size(kFractions)]);
            const Fraction other = fraction(kFractions[random() % std::size(kFractions)],
                                            kFractions[random() % std::size(kFractions)]);
            INFO("window " << side << ", picture " << picture << ", at " << at.x << ' ' << at.y);
            const Window got = filled(fast, pixels, at, side), expected = filled(plain, pixels, at, side);
            REQUIRE(got.x == expected.x); // including the zero padding and the next row
            REQUIRE(got.y == expected.y);
            REQUIRE(fast.sum_tensor(got.gradient()) == plain.sum_tensor(got.gradient()));
            for (const Pixels& under : {pixels, others})
                REQUIRE(fast.correlate(under, got.gradient()) == plain.correlate(under, got.gradient()));
            REQUIRE(fast.sum_differences(pixels, at, others, other, side) ==
                    plain.sum_differences(pixels, at, others, other, side));
        }
}

TEST_CASE("kernels agree with the plain loops to the bit, at every subpixel position") {
    std::mt19937 random(test::seed_of("fractions"));
    const auto all = pictures(random);
    const std::size_t choice = GENERATE(0U, 1U, 2U);
    const LucasKanadeKernels plain;
    for (const int side : {3, 15, 16, 17, 21})
        for (const int x : kFractions)
            for (const int y : kFractions) {
                const LucasKanadeKernels fast = choices(side)[choice];
                const std::size_t picture = random() % 2;
                const Fraction at = fraction(x, y), other = fraction(y, 32767 - x);
                INFO("window " << side << ", at " << x << ' ' << y);
                const Window got = filled(fast, all[picture].pixels(), at, side);
                const Window expected = filled(plain, all[picture].pixels(), at, side);
                REQUIRE(got.x == expected.x);
                REQUIRE(got.y == expected.y);
                const Pixels a = all[picture].pixels(), b = all[1 - picture].pixels();
                REQUIRE(fast.sum_differences(a, at, b, other, side) ==
                        plain.sum_differences(a, at, b, other, side));
            }
    // A single pixel with every possible fraction.
    const LucasKanadeKernels fast = choices(3)[choice];
    for (int i = 0; i < 1 << kFractionBits; ++i) {
        const Pixels a = all[1].pixels(), b = all[0].pixels();
        const Fraction at = fraction(i, static_cast<int>(random() % 32768U));
        const Window got = filled(fast, a, at, 3), expected = filled(plain, a, at, 3);
        const bool same = got.x == expected.x && got.y == expected.y &&
                          fast.sum_differences(a, at, b, at, 3) == plain.sum_differences(a, at, b, at, 3);
        if (same) continue;
        FAIL("at " << at.x << ' ' << at.y);
    }
}

TEST_CASE("the largest sums of the widest windows are exact") {
    // Gradients of the largest magnitude over white pixels, all of the same sign.
    const int side = GENERATE(31, kMaxWindow);
    Window window(side);
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const auto i = static_cast<std::size_t>(y * padded(side) + x);
            window.x[i] = 4080;
            window.y[i] = -4080;
        }
    const Picture white{std::vector<std::uint8_t>(Picture::kSide * Picture::kSide, 255)};
    const double pixels = side * side;
    for (const LucasKanadeKernels& kernels : choices(side)) {
        const Correlation sums = kernels.correlate(white.pixels(), window.gradient());
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(sums.x[i] == pixels * 4080 * 255);
            CHECK(sums.y[i] == -pixels * 4080 * 255);
        }
        CHECK(kernels.sum_tensor(window.gradient()) ==
              TensorSums{pixels * 4080 * 4080, -pixels * 4080 * 4080, pixels * 4080 * 4080});
    }
}

TEST_CASE("levels of every small size equal those of cv::pyrDown to the bit") {
    std::mt19937 random(test::seed_of("halves"));
    for (int width = 3; width <= 80; ++width)
        for (const int height : {3, 4, 5, 6, 17}) {
            cv::Mat image(height, width, CV_8UC1), half;
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x)
                    image.at<std::uint8_t>(y, x) =
                        static_cast<std::uint8_t>(width % 2 == 0 ? random() % 256 : 255 * (random() % 2));
            GreyPyramid pyramid;
            pyramid.build(image, 1, 1);
            REQUIRE(pyramid.levels() == 2);
            cv::pyrDown(image, half);
            INFO(width << " x " << height);
            REQUIRE(cv::norm(pyramid.image(0), image, cv::NORM_INF) == 0);
            REQUIRE(cv::norm(pyramid.image(1), half, cv::NORM_INF) == 0);
        }
}

TEST_CASE("a halved colour frame equals OpenCV's to the bit") {
    std::mt19937 random(test::seed_of("colours"));
    for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4})
        for (const cv::Size half : {cv::Size(1, 1), {15, 3}, {16, 4}, {17, 2}, {31, 5}, {33, 1}, {200, 7}})
            for (const bool extreme : {false, true}) {
                cv::Mat frame(half * 2, type), expected;
                for (std::size_t i = 0; i < frame.total() * frame.elemSize(); ++i)
                    frame.data[i] =
                        static_cast<std::uint8_t>(extreme ? 255 * (random() % 2) : random() % 256);
                std::vector<std::uint8_t> buffer;
                cv::resize(as_grey(frame, buffer), expected, half, 0, 0, cv::INTER_AREA);
                GreyBuffers buffers;
                INFO(half << " of type " << type);
                REQUIRE(cv::norm(small_grey(frame, 1, buffers), expected, cv::NORM_INF) == 0);
            }
}

TEST_CASE("the corner search has the same sums and peaks as the plain loops") {
    std::mt19937 random(test::seed_of("corner kernels"));
    const auto all = pictures(random);
    const CornerKernels fast = corner_kernels(), plain;
    for (int columns = 1; columns <= 63; ++columns)
        for (const Picture& picture : all) {
            struct Rows {
                std::array<std::vector<std::int16_t>, 3> dx, dy;
                std::array<std::vector<std::int32_t>, 3> sums;
                std::vector<float> values = std::vector<float>(80);
                std::vector<std::uint8_t> peaks = std::vector<std::uint8_t>(16);
                float greatest = 0;
            };
            std::vector<std::uint8_t> wanted(80);
            for (std::size_t i = 0; i < static_cast<std::size_t>(columns); ++i)
                wanted[i] = random() % 4 == 0 ? 0 : 255;
            const auto run = [&](const CornerKernels& kernels) {
                Rows rows;
                for (std::size_t i = 0; i < 3; ++i) {
                    rows.dx[i].resize(80);
                    rows.dy[i].resize(80);
                    rows.sums[i].resize(80);
                    kernels.take_sobel(picture.pixels().row(static_cast<int>(i)), Picture::kSide, columns + 2,
                                       rows.dx[i].data(), rows.dy[i].data());
                    rows.dx[i].resize(static_cast<std::size_t>(columns + 2));
                    rows.dy[i].resize(static_cast<std::size_t>(columns + 2));
                }
                kernels.sum_products({{rows.dx[0].data(), rows.dx[1].data(), rows.dx[2].data()},
                                      {rows.dy[0].data(), rows.dy[1].data(), rows.dy[2].data()}},
                                     columns + 2,
                                     {rows.sums[0].data(), rows.sums[1].data(), rows.sums[2].data()});
                rows.greatest =
                    kernels.take_eigenvalues({rows.sums[0].data(), rows.sums[1].data(), rows.sums[2].data()},
                                             wanted.data(), columns, rows.values.data());
                for (std::vector<std::int32_t>& sums : rows.sums)
                    sums.resize(static_cast<std::size_t>(columns + 2));
                return rows;
            };
            const Rows got = run(fast), expected = run(plain);
            INFO(columns << " columns");
            REQUIRE(got.dx == expected.dx);
            REQUIRE(got.dy == expected.dy);
            REQUIRE(got.sums == expected.sums);
            // If the compiler fuses a product and a sum, the root differs by the rounding error of its
            // argument.
            const float largest = 2.F * 9 * 1020 * 1020;
            for (std::size_t i = 0; i < static_cast<std::size_t>(columns); ++i)
                REQUIRE(std::abs(got.values[i] - expected.values[i]) <= 4e-7F * largest);
            REQUIRE(std::abs(got.greatest - expected.greatest) <= 4e-7F * largest);

            std::vector<float> values(3 * 80);
            for (float& value : values)
                value = static_cast<float>(random() % 5);
            std::vector<std::uint8_t> peaks(16), expected_peaks(16);
            fast.find_peaks(values.data() + 81, 80, 2, columns, peaks.data());
            plain.find_peaks(values.data() + 81, 80, 2, columns, expected_peaks.data());
            REQUIRE(peaks == expected_peaks);
        }
}

TEST_CASE("corners agree with OpenCV") {
    const cv::Size size(240, 181);
    const test::Texture texture(test::seed_of("corners"));
    const cv::Mat image = texture.picture(size);
    GreyPyramid pyramid;
    pyramid.build(image, 0, 5);
    for (const float distance : {0.F, 1.F, 2.5F, 8.F, 1e30F}) {
        cv::Mat wanted(size, CV_8UC1, cv::Scalar(0));
        wanted(cv::Rect(2, 2, size.width - 4, size.height - 4)) = 255;
        wanted(cv::Rect(60, 50, 70, 90)) = 0;
        std::vector<cv::Point2f> expected, got;
        cv::goodFeaturesToTrack(image, expected, 200, 0.01, std::min(distance, 1000.F), wanted);
        CornerFinder finder;
        wanted.copyTo(finder.reset(size));
        finder.find(pyramid.level(0), 200, 0.01F, distance, got);
        int equal = 0;
        for (const cv::Point2f& corner : got)
            equal += std::find(expected.begin(), expected.end(), corner) != expected.end();
        INFO("distance " << distance << ": " << equal << " equal of " << got.size());
        CHECK(got.size() == expected.size());
        CHECK(equal >= 0.99 * static_cast<double>(expected.size())); // except nearly equal corners
    }
    std::vector<cv::Point2f> corners;
    CornerFinder finder;
    finder.reset(size) = 0;
    finder.find(pyramid.level(0), 200, 0.01F, 8, corners);
    CHECK(corners.empty());
}
