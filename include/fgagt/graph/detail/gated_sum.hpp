#pragma once

#include <fgagt/core/detail/simd.hpp>

#include <cmath>
#include <cstddef>
#include <span>

#ifdef FGAGT_AVX2
#include <immintrin.h>
#endif

namespace fgagt::detail {

/// A node's parts, [D] each (FGAGT equations 9 and 10).
struct NodeParts {
    const float* own;     ///< f W1
    const float* gate;    ///< f Wa, before the sigmoid
    const float* message; ///< from the other side
};

inline namespace FGAGT_KERNELS {

/// node = max(own + sigmoid(gate) * message, floor); NaN stays NaN.
inline void gated_sum_plain(const NodeParts& parts, float floor, std::span<float> node) {
    for (std::size_t k = 0; k < node.size(); ++k) {
        const float sum = parts.own[k] + parts.message[k] / (1 + std::exp(-parts.gate[k]));
        node[k] = sum < floor ? floor : sum;
    }
}

#ifdef FGAGT_AVX2
/// e^x to within 2 units in the last place, after Cephes' expf: e^x = 2^n e^r with |r| <= ln 2 / 2. x is
/// clamped to [-87, 87]; NaN stays NaN.
FGAGT_AVX2 inline __m256 exp_avx2(__m256 x) noexcept {
    const __m256 limit = _mm256_set1_ps(87.0F);
    x = _mm256_min_ps(limit, _mm256_max_ps(_mm256_sub_ps(_mm256_setzero_ps(), limit), x));
    const __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504F)),
                                     _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    // ln 2 in two parts, the first exact.
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375F), x);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4F), r);
    __m256 series = _mm256_set1_ps(1.9875691500e-4F);
    for (const float coefficient :
         {1.3981999507e-3F, 8.3334519073e-3F, 4.1665795894e-2F, 1.6666665459e-1F, 0.5F, 1.0F, 1.0F})
        series = _mm256_fmadd_ps(series, r, _mm256_set1_ps(coefficient));
    const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(series), exponent));
}

/// The same with AVX2.
FGAGT_AVX2 inline void gated_sum_avx2(const NodeParts& parts, float floor, std::span<float> node) {
    const __m256 one = _mm256_set1_ps(1), lowest = _mm256_set1_ps(floor);
    std::size_t k = 0;
    for (; k + 8 <= node.size(); k += 8) {
        const __m256 gate = _mm256_sub_ps(_mm256_setzero_ps(), _mm256_loadu_ps(parts.gate + k));
        const __m256 let_through =
            _mm256_div_ps(_mm256_loadu_ps(parts.message + k), _mm256_add_ps(one, exp_avx2(gate)));
        const __m256 sum = _mm256_add_ps(_mm256_loadu_ps(parts.own + k), let_through);
        _mm256_storeu_ps(node.data() + k, _mm256_max_ps(lowest, sum)); // NaN in sum is kept
    }
    gated_sum_plain({parts.own + k, parts.gate + k, parts.message + k}, floor, node.subspan(k));
}
#endif

/// node = max(own + sigmoid(gate) * message, floor), number by number; NaN stays NaN.
inline void gated_sum(const NodeParts& parts, float floor, std::span<float> node) {
#ifdef FGAGT_AVX2
    if (has_avx2()) {
        gated_sum_avx2(parts, floor, node);
        return;
    }
#endif
    gated_sum_plain(parts, floor, node);
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
