#include "support/catch.hpp"

#include <fgagt/pooling/detail/weighted_sum.hpp>

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

using namespace fgagt::detail;

namespace {

using WeightedSum = void (*)(std::span<const CellTap>, int, float*);

/// All kernels that this processor supports for this number of channels.
std::vector<WeightedSum> kernels([[maybe_unused]] int channels) {
    std::vector<WeightedSum> all{weighted_sum_simd128, weighted_sum};
#ifdef FGAGT_AVX2
    if (channels >= 8 && has_avx2()) all.push_back(weighted_sum_avx2);
#endif
    return all;
}

} // namespace

TEST_CASE("weighted sums are correct for any number of channels and stay in bounds") {
    std::mt19937 random(5);
    std::uniform_real_distribution<float> number(-2, 2);
    for (int channels = 1; channels <= 101; ++channels)
        for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{16}}) {
            std::vector<std::vector<float>> cells(count,
                                                  std::vector<float>(static_cast<std::size_t>(channels)));
            std::vector<CellTap> taps;
            for (std::vector<float>& cell : cells) {
                for (float& value : cell)
                    value = number(random);
                taps.push_back({cell.data(), number(random)});
            }
            for (const WeightedSum kernel : kernels(channels)) {
                constexpr float kUntouched = 99;
                std::vector<float> sums(static_cast<std::size_t>(channels) + 1, kUntouched);
                kernel(taps, channels, sums.data());
                CHECK(sums.back() == kUntouched);
                for (std::size_t c = 0; c + 1 < sums.size(); ++c) {
                    double expected = 0;
                    for (std::size_t k = 0; k < count; ++k)
                        expected += static_cast<double>(taps[k].weight) * static_cast<double>(cells[k][c]);
                    REQUIRE(std::abs(static_cast<double>(sums[c]) - expected) < 1e-5);
                }
            }
        }
}
