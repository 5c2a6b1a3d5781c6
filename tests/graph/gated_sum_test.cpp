#include "support/catch.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/graph/detail/gated_sum.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

using namespace fgagt;
using test::kInfinity;
using namespace fgagt::detail;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

using GatedSum = void (*)(const NodeParts& parts, float floor, std::span<float> node);

/// All kernels that this processor supports.
std::vector<GatedSum> kernels() {
    std::vector<GatedSum> all{gated_sum_plain};
#ifdef FGAGT_AVX2
    if (has_avx2()) all.push_back(gated_sum_avx2);
#endif
    return all;
}

} // namespace

TEST_CASE("a gated sum agrees with the formula for all sizes and gates") {
    std::mt19937 random(21);
    std::uniform_real_distribution<float> number(-3, 3), gate(-100, 100);
    for (const GatedSum kernel : kernels())
        for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 128U, 259U})
            for (const float floor : {-kInfinity, 0.F}) {
                std::vector<float> own(size), gates(size), message(size), node(size, 7);
                for (std::size_t k = 0; k < size; ++k) {
                    own[k] = number(random);
                    gates[k] = k % 2 == 0 ? number(random) : gate(random);
                    message[k] = number(random);
                }
                kernel({own.data(), gates.data(), message.data()}, floor, node);
                for (std::size_t k = 0; k < size; ++k) {
                    const double share = 1 / (1 + std::exp(-static_cast<double>(gates[k])));
                    const double expected = std::max(static_cast<double>(floor), own[k] + share * message[k]);
                    // Rounding errors of the exponential, the quotient and the sum, each of numbers up to 3.
                    CHECK(std::abs(node[k] - expected) <= 4 * 3 * std::numeric_limits<float>::epsilon());
                }
            }
}

TEST_CASE("an extreme gate is open or closed, and NaN is propagated") {
    for (const GatedSum kernel : kernels()) {
        const std::vector<float> own(8, 1), message(8, 2);
        const std::vector<float> gates{kInfinity, -kInfinity, 1e30F, -1e30F, 0, kNan, 88, -88};
        std::vector<float> node(8);
        kernel({own.data(), gates.data(), message.data()}, 0, node);
        CHECK(node[0] == 3);
        CHECK(node[1] == 1);
        CHECK(node[2] == 3);
        CHECK(node[3] == 1);
        CHECK(node[4] == 2);
        CHECK(std::isnan(node[5]));
        CHECK(node[6] == 3);
        CHECK(node[7] == 1);
        const std::vector<float> lost{kNan, kInfinity, -kInfinity, 1, 1, 1, 1, 1}, open(8, 3);
        kernel({lost.data(), open.data(), message.data()}, 0, node);
        CHECK(std::isnan(node[0]));
        CHECK(node[1] == kInfinity);
        CHECK(node[2] == 0);
    }
}
