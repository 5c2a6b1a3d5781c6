#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/detail/simd.hpp>

#include <cstddef>
#include <cstdint>

#ifdef FGAGT_AVX2
#include <emmintrin.h>
#endif

namespace fgagt::detail {
inline namespace FGAGT_KERNELS {

inline constexpr std::size_t kReachingBlock = 16; ///< scores compared at a time

/// Bit k: whether the k-th score is not below the margin; also set for NaN.
template <class Scalar>
[[nodiscard]] std::uint32_t reaching(const Scalar* scores, Scalar margin) noexcept {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < kReachingBlock; ++k)
        bits |= (!is_nan(scores[k]) && scores[k] < margin ? 0U : 1U) << k;
    return bits;
}

#ifdef FGAGT_AVX2
/// The same with SSE2, which every x86-64 processor has.
[[nodiscard]] inline std::uint32_t reaching(const float* scores, float margin) noexcept {
    const __m128 least = _mm_set1_ps(margin);
    const __m128i magnitude = _mm_set1_epi32(0x7FFFFFFF);
    const __m128i infinity = _mm_set1_epi32(static_cast<int>(kInfinityBits<float>));
    const auto four = [&](std::size_t k) {
        const __m128 values = _mm_loadu_ps(scores + k);
        const __m128i nan = _mm_cmpgt_epi32(_mm_and_si128(_mm_castps_si128(values), magnitude), infinity);
        return _mm_or_si128(nan, _mm_castps_si128(_mm_cmpge_ps(values, least)));
    };
    const __m128i bytes =
        _mm_packs_epi16(_mm_packs_epi32(four(0), four(4)), _mm_packs_epi32(four(8), four(12)));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}
#endif

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
