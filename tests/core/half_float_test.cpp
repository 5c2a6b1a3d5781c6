#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/core/detail/half_float.hpp>

#include <opencv2/core.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

using namespace fgagt::detail;
using namespace fgagt::test;

namespace {

constexpr std::uint32_t kHalves = 0x10000;

std::uint32_t bits_of(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

/// Converts numbers with OpenCV.
std::vector<std::uint16_t> halves_by_opencv(std::vector<float> values) {
    cv::Mat halves;
    cv::Mat(1, static_cast<int>(values.size()), CV_32F, values.data()).convertTo(halves, CV_16F);
    const auto* data = reinterpret_cast<const std::uint16_t*>(halves.data);
    return {data, data + values.size()};
}

/// Compares with OpenCV; NaNs may differ in their payload.
void check_against_opencv(const std::vector<float>& values) {
    const std::vector<std::uint16_t> expected = halves_by_opencv(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint16_t half = half_of_float(values[i]);
        const bool same = std::isnan(values[i]) ? std::isnan(float_of_half(half)) : half == expected[i];
        if (!same) FAIL_CHECK(values[i] << ": " << half << " instead of " << expected[i]);
    }
}

// Both work at compile time.
static_assert(half_of_float(1) == 0x3C00);
static_assert(float_of_half(0x3555) == 0x1.554p-2F);

} // namespace

TEST_CASE("every half float is converted as in OpenCV") {
    std::vector<std::uint16_t> halves(kHalves);
    for (std::uint32_t half = 0; half < kHalves; ++half)
        halves[half] = static_cast<std::uint16_t>(half);
    cv::Mat expected;
    cv::Mat(1, kHalves, CV_16F, halves.data()).convertTo(expected, CV_32F);
    for (std::uint32_t half = 0; half < kHalves; ++half) {
        const float value = float_of_half(halves[half]);
        const float by_opencv = expected.at<float>(static_cast<int>(half));
        const bool same = std::isnan(by_opencv) ? std::isnan(value) : bits_of(value) == bits_of(by_opencv);
        if (!same) FAIL_CHECK(half << ": " << value << " instead of " << by_opencv);
    }
}

TEST_CASE("every half float survives a round trip, including NaN payloads") {
    for (std::uint32_t half = 0; half < kHalves; ++half)
        if (half_of_float(float_of_half(static_cast<std::uint16_t>(half))) != half) FAIL_CHECK(half);
}

TEST_CASE("numbers at, between and beside half floats are rounded as in OpenCV") {
    std::vector<float> values;
    for (std::uint16_t half = 0; half < 0x7C00; ++half) {
        const float low = float_of_half(half);
        const float high = half == 0x7BFF ? 65536.0F : float_of_half(half + 1);
        const float middle = low + (high - low) / 2; // exact: a float has 13 more bits
        for (const float value : {low, middle})
            for (const float beside : {value, std::nextafter(value, 0.0F), std::nextafter(value, 1e9F)})
                values.insert(values.end(), {beside, -beside});
    }
    check_against_opencv(values);
}

TEST_CASE("any floats are rounded as OpenCV rounds them") {
    std::mt19937 random(seed_of("any floats are rounded as OpenCV rounds them"));
    std::vector<float> values;
    for (int i = 0; i < 1'000'000; ++i)
        values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
    check_against_opencv(values);
}

TEST_CASE("numbers outside the range of half floats overflow or underflow") {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    CHECK(half_of_float(65519.99F) == 0x7BFF);
    CHECK(half_of_float(65520) == 0x7C00);
    CHECK(half_of_float(-1e30F) == 0xFC00);
    CHECK(half_of_float(kInfinity) == 0x7C00);
    CHECK(half_of_float(0x1p-24F) == 1);
    CHECK(half_of_float(0x1p-25F) == 0); // a tie, rounded to 0, which is even
    CHECK(half_of_float(std::nextafter(0x1p-25F, 1.0F)) == 1);
    CHECK(half_of_float(-0.0F) == 0x8000);
    CHECK(half_of_float(std::numeric_limits<float>::denorm_min()) == 0);
    // A payload that does not fit becomes another one, not an infinity.
    CHECK(std::isnan(float_of_half(half_of_float(std::bit_cast<float>(0x7F800001U)))));
}
