#include "support/catch.hpp"

#include <fgagt/core/detail/vectors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>

using namespace fgagt::detail;

namespace {

using Numbers = std::array<float, kFloats>;

Numbers numbers_of(const Floats& vector) {
    Numbers numbers{};
    store(numbers.data(), vector);
    return numbers;
}

/// The result of applying a function to each lane.
template <class Function>
Numbers each(const Numbers& a, const Numbers& b, Function function) {
    Numbers result{};
    std::ranges::transform(a, b, result.begin(), function);
    return result;
}

} // namespace

TEST_CASE("vector operations equal operations on each lane") {
    std::mt19937 random(5);
    std::uniform_real_distribution<float> number(-100, 100);
    for (int repetition = 0; repetition < 100; ++repetition) {
        Numbers a{}, b{};
        for (std::size_t k = 0; k < kFloats; ++k) {
            a[k] = number(random);
            b[k] = number(random);
        }
        const Floats x = load(a.data()), y = load(b.data());
        CHECK(numbers_of(add(x, y)) == each(a, b, [](float p, float q) { return p + q; }));
        CHECK(numbers_of(subtract(x, y)) == each(a, b, [](float p, float q) { return p - q; }));
        CHECK(numbers_of(multiply(x, y)) == each(a, b, [](float p, float q) { return p * q; }));
        CHECK(numbers_of(minimum(x, y)) == each(a, b, [](float p, float q) { return std::min(p, q); }));
        CHECK(numbers_of(maximum(x, y)) == each(a, b, [](float p, float q) { return std::max(p, q); }));
        CHECK(numbers_of(magnitude(x)) == each(a, b, [](float p, float) { return std::abs(p); }));
        CHECK(numbers_of(square_root(magnitude(x))) ==
              each(a, b, [](float p, float) { return std::sqrt(std::abs(p)); }));
        CHECK(numbers_of(all_lanes(a[0])) == Numbers{a[0], a[0], a[0], a[0]});
        CHECK(largest_lane(x) == *std::ranges::max_element(a));
        const float sum = (a[0] + a[2]) + (a[1] + a[3]);
        CHECK(sum_of_lanes(x) == sum);
    }
}

TEST_CASE("integers are loaded in order with their signs") {
    constexpr std::int16_t kLeast = std::numeric_limits<std::int16_t>::min(),
                           kMost = std::numeric_limits<std::int16_t>::max();
    const std::array<std::int16_t, 2 * kFloats> integers{1, -2, kLeast, kMost, 0, -1, 300, -4000};
    const auto [even, odd] = load_in_turn(integers.data());
    CHECK(numbers_of(even) == Numbers{1, kLeast, 0, 300});
    CHECK(numbers_of(odd) == Numbers{-2, kMost, -1, -4000});
}

#ifdef FGAGT_SIMD128
TEST_CASE("masks have all bits set in greater lanes") {
    const Shorts columns = cv::v_setall_s16(3), places(0, 1, 2, 3, 4, 5, 6, 7), fives = cv::v_setall_s16(5);
    std::array<std::int16_t, 8> kept{};
    cv::v_store(kept.data(), bit_and(fives, greater(columns, places)));
    CHECK(kept == std::array<std::int16_t, 8>{5, 5, 5, 0, 0, 0, 0, 0});
}
#endif
