#pragma once

#include <fgagt/core/detail/simd.hpp>
#include <fgagt/core/detail/vectors.hpp>

#include <span>

#ifdef FGAGT_AVX2
#include <algorithm>
#include <immintrin.h>
#endif

namespace fgagt::detail {

/// A cell of a feature map and its weight.
struct CellTap {
    const float* cell;
    float weight;
};

inline namespace FGAGT_KERNELS {

/// The weighted sum over the taps, channel by channel, with baseline instructions (SSE2, NEON). The sums
/// stay in registers.
inline void weighted_sum_simd128(std::span<const CellTap> taps, int channels, float* out) noexcept {
    int c = 0;
    for (; c + 16 <= channels; c += 16) {
        Floats sum0 = all_lanes(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (const CellTap& tap : taps) {
            const Floats weight = all_lanes(tap.weight);
            const float* const cell = tap.cell + c;
            sum0 = add_product(sum0, weight, load(cell));
            sum1 = add_product(sum1, weight, load(cell + 4));
            sum2 = add_product(sum2, weight, load(cell + 8));
            sum3 = add_product(sum3, weight, load(cell + 12));
        }
        store(out + c, sum0);
        store(out + c + 4, sum1);
        store(out + c + 8, sum2);
        store(out + c + 12, sum3);
    }
    const auto four = [&](int first) {
        Floats sum = all_lanes(0);
        for (const CellTap& tap : taps)
            sum = add_product(sum, all_lanes(tap.weight), load(tap.cell + first));
        store(out + first, sum);
    };
    for (; c + 4 <= channels; c += 4)
        four(c);
    if (c < channels && channels >= 4) { // the last block overlaps the one before, with equal sums
        four(channels - 4);
        return;
    }
    for (; c < channels; ++c) {
        float sum = 0;
        for (const CellTap& tap : taps)
            sum += tap.weight * tap.cell[c];
        out[c] = sum;
    }
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
    for (; c < channels; c += 16) { // the last block overlaps the one before, with equal sums
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
/// @param out  set to [channels]
inline void weighted_sum(std::span<const CellTap> taps, int channels, float* out) {
#ifdef FGAGT_AVX2
    if (channels >= 8 && has_avx2()) {
        weighted_sum_avx2(taps, channels, out);
        return;
    }
#endif
    weighted_sum_simd128(taps, channels, out);
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
