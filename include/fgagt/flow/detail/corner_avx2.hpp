#pragma once

#include <fgagt/core/detail/simd.hpp>
#include <fgagt/flow/detail/corner_plain.hpp>

#ifdef FGAGT_AVX2
#include <immintrin.h>

/// @file
/// The inner loops of the corner search, 8 pixels at a time. They are documented at the plain versions.
namespace fgagt::detail::avx2 {
inline namespace FGAGT_KERNELS {

[[nodiscard]] FGAGT_AVX2 inline __m128i load_8(const std::uint8_t* pixels) noexcept {
    return _mm_cvtepu8_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(pixels)));
}
[[nodiscard]] FGAGT_AVX2 inline __m128i load_8(const std::int16_t* values) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(values));
}
[[nodiscard]] FGAGT_AVX2 inline __m256i load_8(const std::int32_t* values) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values));
}
[[nodiscard]] FGAGT_AVX2 inline __m128i twice(__m128i words) noexcept {
    return _mm_add_epi16(words, words);
}

FGAGT_AVX2 inline void take_sobel(const std::uint8_t* row, std::ptrdiff_t stride, int columns,
                                  std::int16_t* dx, std::int16_t* dy) noexcept {
    for (int i = 0; i < columns; i += kCornerBlock) {
        const std::uint8_t *above = row + i - stride, *here = row + i, *below = row + i + stride;
        const __m128i falling = _mm_sub_epi16(load_8(below + 1), load_8(above - 1));
        const __m128i rising = _mm_sub_epi16(load_8(above + 1), load_8(below - 1));
        const __m128i across = _mm_sub_epi16(load_8(here + 1), load_8(here - 1));
        const __m128i down = _mm_sub_epi16(load_8(below), load_8(above));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(dx + i),
                         _mm_add_epi16(_mm_add_epi16(falling, rising), twice(across)));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(dy + i),
                         _mm_add_epi16(_mm_sub_epi16(falling, rising), twice(down)));
    }
}

/// Three rows of derivatives, arranged so that products of two are in 32 bits.
struct Triple {
    __m256i first, last; ///< rows 1 and 2 interleaved; row 3 interleaved with zeros
};
[[nodiscard]] FGAGT_AVX2 inline Triple load_triple(const std::array<const std::int16_t*, 3>& rows,
                                                   int column) noexcept {
    const __m128i a = load_8(rows[0] + column), b = load_8(rows[1] + column), c = load_8(rows[2] + column);
    return {_mm256_set_m128i(_mm_unpackhi_epi16(a, b), _mm_unpacklo_epi16(a, b)), _mm256_cvtepu16_epi32(c)};
}
FGAGT_AVX2 inline void store_products(const Triple& a, const Triple& b, std::int32_t* sums) noexcept {
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(sums),
        _mm256_add_epi32(_mm256_madd_epi16(a.first, b.first), _mm256_madd_epi16(a.last, b.last)));
}

FGAGT_AVX2 inline void sum_products(const DerivativeRows& rows, int columns,
                                    const ProductSums& sums) noexcept {
    for (int i = 0; i < columns; i += kCornerBlock) {
        const Triple x = load_triple(rows.x, i), y = load_triple(rows.y, i);
        store_products(x, x, sums.xx + i);
        store_products(x, y, sums.xy + i);
        store_products(y, y, sums.yy + i);
    }
}

[[nodiscard]] FGAGT_AVX2 inline __m256 sum_across(const std::int32_t* columns) noexcept {
    return _mm256_cvtepi32_ps(
        _mm256_add_epi32(_mm256_add_epi32(load_8(columns), load_8(columns + 1)), load_8(columns + 2)));
}

[[nodiscard]] FGAGT_AVX2 inline float take_eigenvalues(const ProductSums& sums, const std::uint8_t* wanted,
                                                       int columns, float* result) noexcept {
    __m256 greatest = _mm256_setzero_ps();
    for (int i = 0; i < columns; i += kCornerBlock) {
        const __m256 xx = sum_across(sums.xx + i), xy = sum_across(sums.xy + i), yy = sum_across(sums.yy + i);
        const __m256 difference = _mm256_sub_ps(xx, yy), mixed = _mm256_add_ps(xy, xy);
        const __m256 root =
            _mm256_sqrt_ps(_mm256_add_ps(_mm256_mul_ps(difference, difference), _mm256_mul_ps(mixed, mixed)));
        const __m256 value = _mm256_sub_ps(_mm256_add_ps(xx, yy), root);
        _mm256_storeu_ps(result + i, value);
        const __m256i mask =
            _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(wanted + i)));
        greatest = _mm256_max_ps(greatest, _mm256_and_ps(value, _mm256_castsi256_ps(mask)));
    }
    std::array<float, kCornerBlock> lanes;
    _mm256_storeu_ps(lanes.data(), greatest);
    return *std::max_element(lanes.begin(), lanes.end());
}

[[nodiscard]] FGAGT_AVX2 inline __m256 greatest_of_three(const float* middle) noexcept {
    return _mm256_max_ps(_mm256_max_ps(_mm256_loadu_ps(middle - 1), _mm256_loadu_ps(middle)),
                         _mm256_loadu_ps(middle + 1));
}

FGAGT_AVX2 inline void find_peaks(const float* values, std::ptrdiff_t stride, float limit, int columns,
                                  std::uint8_t* peaks) noexcept {
    for (int i = 0; i < columns; i += kCornerBlock) {
        const float* const here = values + i;
        const __m256 around =
            _mm256_max_ps(_mm256_max_ps(greatest_of_three(here - stride), greatest_of_three(here + stride)),
                          greatest_of_three(here));
        const __m256 value = _mm256_loadu_ps(here);
        const __m256 peak = _mm256_and_ps(_mm256_cmp_ps(value, _mm256_set1_ps(limit), _CMP_GT_OQ),
                                          _mm256_cmp_ps(value, around, _CMP_GE_OQ));
        peaks[i / kCornerBlock] = static_cast<std::uint8_t>(_mm256_movemask_ps(peak));
    }
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail::avx2
#endif
