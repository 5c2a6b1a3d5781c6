#include "flow/images.hpp"
#include "instruction_sets/unit.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

using namespace fgagt::test;

// Units compiled for different instruction sets in one program: each has its own kernels, and all give the
// same results.

namespace {

UnitInput make_input() {
    UnitInput input;
    const cv::Size size(240, 181);
    const Texture texture(seed_of("instruction sets"));
    input.previous = texture.picture(size);
    input.current = texture.picture(size, {.tx = 1.7, .ty = -0.6});
    std::mt19937 random(seed_of("numbers"));
    input.frame.create(size, CV_8UC3);
    for (std::size_t k = 0; k < 3 * input.frame.total(); ++k)
        input.frame.data[k] = static_cast<unsigned char>(random());
    constexpr std::size_t kNumbers = std::size_t{UnitInput::kRows} * UnitInput::kDepth;
    for (std::vector<float>* numbers : {&input.left, &input.right})
        while (numbers->size() < kNumbers)
            numbers->push_back(static_cast<float>(uniform(random, 0, 1)));
    return input;
}

double greatest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    REQUIRE(a.size() >= 50);
    double greatest = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
        greatest = std::max(greatest, std::abs(a[k] - b[k]));
    return greatest;
}

void check_equal(const UnitResult& a, const UnitResult& b) {
    // Integers, and choices that depend on integers.
    CHECK(a.pyramid == b.pyramid);
    CHECK(a.corners == b.corners);
    CHECK(a.assignment == b.assignment);
    // Sums of floats, which compilers round differently: of numbers up to 1 ...
    CHECK(greatest_difference(a.channels, b.channels) <= 1e-5);
    CHECK(greatest_difference(a.roi_align, b.roi_align) <= 1e-5);
    CHECK(greatest_difference(a.stripes, b.stripes) <= 1e-5);
    CHECK(greatest_difference(a.embedded, b.embedded) <= 1e-5);
    CHECK(greatest_difference(a.graph, b.graph) <= 1e-5);
    // ... of 70 of them, and pixel positions whose iterations stop below a hundredth.
    CHECK(greatest_difference(a.product, b.product) <= 1e-5 * UnitInput::kDepth);
    CHECK(greatest_difference(a.flow, b.flow) <= 1e-3);
}

} // namespace

TEST_CASE("units compiled for several instruction sets agree in one program") {
    const UnitInput input = make_input();
    const UnitResult expected = base::run(input);
    check_equal(no_simd::run(input), expected);
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0)
        check_equal(avx2::run(input), expected);
    check_equal(native::run(input), expected);
#endif
}
