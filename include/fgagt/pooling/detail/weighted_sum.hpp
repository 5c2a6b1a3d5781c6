#pragma once

#include <fgagt/simd.hpp>

#include <Eigen/Core>

#include <span>

#ifdef FGAGT_AVX2
#include <algorithm>
#include <immintrin.h>
#endif

namespace fgagt::detail {

/// A cell of a feature map, and how much it counts.
struct CellTap {
    const float* cell;
    float weight;
};

inline namespace FGAGT_KERNELS {

/// Sums `Count` channels at a time over the taps, from channel `c` on; the sums stay in registers.
///
/// @return  the channel from which on fewer are left
template <int Count>
int weighted_sums(std::span<const CellTap> taps, int c, int channels, float* out) {
    using Block = Eigen::Array<float, Count, 1>;
    for (; c + Count <= channels; c += Count) {
        Block sum = Block::Zero();
        for (const auto& tap : taps)
            sum += tap.weight * Eigen::Map<const Block>(tap.cell + c);
        Eigen::Map<Block>(out + c) = sum;
    }
    return c;
}

/// The same for all channels.
inline void weighted_sum_plain(std::span<const CellTap> taps, int channels, float* out) {
    int c = weighted_sums<32>(taps, 0, channels, out);
    c = weighted_sums<8>(taps, c, channels, out);
    if (c < channels && channels >= 4) { // the last ones overlap those before, with the same numbers
        weighted_sums<4>(taps, c, channels, out);
        c = weighted_sums<4>(taps, channels - 4, channels, out);
    }
    weighted_sums<1>(taps, c, channels, out);
}

#ifdef FGAGT_AVX2
/// The same with AVX2, for at least 8 channels.
FGAGT_AVX2 inline void weighted_sum_avx2(std::span<const CellTap> taps, int channels, float* out) noexcept {
    int c = 0;
    for (; c + 32 <= channels; c += 32) {
        __m256 sum0 = _mm256_setzero_ps(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (const CellTap& tap : taps) {
            const __m256 weight = _mm256_set1_ps(tap.weight);
            const float* const cell = tap.cell + c;
            sum0 = _mm256_fmadd_ps(weight, _mm256_loadu_ps(cell), sum0);
            sum1 = _mm256_fmadd_ps(weight, _mm256_loadu_ps(cell + 8), sum1);
            sum2 = _mm256_fmadd_ps(weight, _mm256_loadu_ps(cell + 16), sum2);
            sum3 = _mm256_fmadd_ps(weight, _mm256_loadu_ps(cell + 24), sum3);
        }
        _mm256_storeu_ps(out + c, sum0);
        _mm256_storeu_ps(out + c + 8, sum1);
        _mm256_storeu_ps(out + c + 16, sum2);
        _mm256_storeu_ps(out + c + 24, sum3);
    }
    for (; c < channels; c += 16) { // the last ones overlap those before, with the same numbers
        const int first = std::min(c, channels - 8), second = std::min(c + 8, channels - 8);
        __m256 sum0 = _mm256_setzero_ps(), sum1 = sum0;
        for (const CellTap& tap : taps) {
            const __m256 weight = _mm256_set1_ps(tap.weight);
            sum0 = _mm256_fmadd_ps(weight, _mm256_loadu_ps(tap.cell + first), sum0);
            sum1 = _mm256_fmadd_ps(weight, _mm256_loadu_ps(tap.cell + second), sum1);
        }
        _mm256_storeu_ps(out + first, sum0);
        _mm256_storeu_ps(out + second, sum1);
    }
}
#endif

/// The weighted sum over the taps, channel by channel.
///
/// @param out  becomes [channels]
inline void weighted_sum(std::span<const CellTap> taps, int channels, float* out) {
#ifdef FGAGT_AVX2
    if (channels >= 8 && has_avx2()) {
        weighted_sum_avx2(taps, channels, out);
        return;
    }
#endif
    weighted_sum_plain(taps, channels, out);
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
