#pragma once

#include <fgagt/core/detail/simd.hpp>
#include <fgagt/flow/detail/lucas_kanade_avx2.hpp>
#include <fgagt/flow/detail/lucas_kanade_plain.hpp>

#ifdef FGAGT_AVX512
#include <immintrin.h>

/// @file
/// The loops of Lucas-Kanade, a row of 32 columns at a time.
namespace fgagt::detail::avx512 {
inline namespace FGAGT_KERNELS {

inline constexpr int kColumns = 32; ///< columns processed at once

/// Whether a padded row of the window, and of its derivatives, has kColumns columns.
[[nodiscard]] constexpr bool suits(int window) noexcept {
    return padded(window) == kColumns && padded(window + 1) == kColumns;
}

[[nodiscard]] FGAGT_AVX512 inline __m512i load(const std::int16_t* values) noexcept {
    return _mm512_loadu_si512(values);
}
[[nodiscard]] FGAGT_AVX512 inline __m512i load(const std::uint8_t* pixels) noexcept {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(pixels)));
}

/// As plain::between.
[[nodiscard]] FGAGT_AVX512 inline __m512i between(__m512i a, __m512i b, __m512i fraction) noexcept {
    return _mm512_add_epi16(a, _mm512_mulhrs_epi16(_mm512_sub_epi16(b, a), fraction));
}

/// Sums of two lanes each.
[[nodiscard]] FGAGT_AVX512 inline __m256i fold(__m512i lanes) noexcept {
    // With masks, because without them g++ 12 warns about its own header.
    return _mm256_add_epi32(_mm512_maskz_extracti64x4_epi64(0xF, lanes, 0),
                            _mm512_maskz_extracti64x4_epi64(0xF, lanes, 1));
}

/// Horizontal differences and weighted sums of one row of pixels. A row of derivatives needs those of three
/// rows.
struct Across {
    __m512i difference, sum;
};
[[nodiscard]] FGAGT_AVX512 inline Across look_across(const std::uint8_t* pixels) noexcept {
    const __m512i west = load(pixels - 1), here = load(pixels), east = load(pixels + 1);
    return {_mm512_sub_epi16(east, west),
            _mm512_add_epi16(_mm512_mullo_epi16(_mm512_add_epi16(west, east), _mm512_set1_epi16(3)),
                             _mm512_mullo_epi16(here, _mm512_set1_epi16(10)))};
}

FGAGT_AVX512 inline void take_derivatives(Pixels pixels, int, int rows, std::int16_t* x, std::int16_t* y,
                                          std::ptrdiff_t stride) noexcept {
    Across above = look_across(pixels.row(-1));
    Across here = look_across(pixels.row(0));
    for (int row = 0; row < rows; ++row) {
        const Across below = look_across(pixels.row(row + 1));
        const __m512i outer = _mm512_add_epi16(above.difference, below.difference);
        _mm512_storeu_si512(x + row * stride,
                            _mm512_add_epi16(_mm512_mullo_epi16(outer, _mm512_set1_epi16(3)),
                                             _mm512_mullo_epi16(here.difference, _mm512_set1_epi16(10))));
        _mm512_storeu_si512(y + row * stride, _mm512_sub_epi16(below.sum, above.sum));
        above = here;
        here = below;
    }
}

FGAGT_AVX512 inline void interpolate(const std::int16_t* derivative, Fraction fraction, int window,
                                     std::int16_t* result) noexcept {
    const __m512i right = _mm512_set1_epi16(fraction.x), down = _mm512_set1_epi16(fraction.y);
    const __mmask32 kept = (1U << window) - 1;
    __m512i above = between(load(derivative), load(derivative + 1), right);
    for (int row = 0; row < window; ++row, result += kColumns) {
        derivative += kColumns;
        const __m512i below = between(load(derivative), load(derivative + 1), right);
        _mm512_storeu_si512(result, _mm512_maskz_mov_epi16(kept, between(above, below, down)));
        above = below;
    }
}

[[nodiscard]] FGAGT_AVX512 inline Correlation correlate(Pixels pixels, Gradient gradient) noexcept {
    const __m512i zero = _mm512_setzero_si512();
    __m512i x00 = zero, x01 = zero, x10 = zero, x11 = zero, y00 = zero, y01 = zero, y10 = zero, y11 = zero;
    __m512i above_x = zero, above_y = zero;            // a sum: 31 * 31 * 255 * 4080 < 2^31
    for (int row = 0; row <= gradient.window; ++row) { // the last row of gradients is zero
        const __m512i here = load(pixels.row(row)), right = load(pixels.row(row) + 1);
        const __m512i x = load(gradient.x + row * kColumns), y = load(gradient.y + row * kColumns);
        x00 = _mm512_dpwssd_epi32(x00, here, x);
        x01 = _mm512_dpwssd_epi32(x01, right, x);
        x10 = _mm512_dpwssd_epi32(x10, here, above_x);
        x11 = _mm512_dpwssd_epi32(x11, right, above_x);
        y00 = _mm512_dpwssd_epi32(y00, here, y);
        y01 = _mm512_dpwssd_epi32(y01, right, y);
        y10 = _mm512_dpwssd_epi32(y10, here, above_y);
        y11 = _mm512_dpwssd_epi32(y11, right, above_y);
        above_x = x;
        above_y = y;
    }
    return {avx2::add_up(fold(x00), fold(x01), fold(x10), fold(x11)),
            avx2::add_up(fold(y00), fold(y01), fold(y10), fold(y11))};
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail::avx512
#endif
