#pragma once

#include <fgagt/core/detail/simd.hpp>
#include <fgagt/flow/detail/lucas_kanade_plain.hpp>

#ifdef FGAGT_AVX2
#include <immintrin.h>

/// @file
/// The loops of Lucas-Kanade, 16 columns at a time.
namespace fgagt::detail::avx2 {
inline namespace FGAGT_KERNELS {

[[nodiscard]] FGAGT_AVX2 inline __m256i load(const std::int16_t* values) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values));
}
FGAGT_AVX2 inline void store(std::int16_t* values, __m256i words) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values), words);
}
[[nodiscard]] FGAGT_AVX2 inline __m256i load(const std::uint8_t* pixels) noexcept {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels)));
}

/// As plain::between.
[[nodiscard]] FGAGT_AVX2 inline __m256i between(__m256i a, __m256i b, __m256i fraction) noexcept {
    return _mm256_add_epi16(a, _mm256_mulhrs_epi16(_mm256_sub_epi16(b, a), fraction));
}

/// Sets all columns starting at `columns` to zero.
[[nodiscard]] FGAGT_AVX2 inline __m256i keep(__m256i words, int columns) noexcept {
    const __m256i column = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm256_and_si256(
        words, _mm256_cmpgt_epi16(_mm256_set1_epi16(static_cast<std::int16_t>(columns)), column));
}

/// The four sums of 32-bit lanes. The caller must ensure that the sum of half the lanes fits 32 bits.
[[nodiscard]] FGAGT_AVX2 inline std::array<double, 4> add_up(__m256i a, __m256i b, __m256i c,
                                                             __m256i d) noexcept {
    const __m256i halves = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    std::array<double, 4> sums;
    _mm256_storeu_pd(sums.data(), _mm256_add_pd(_mm256_cvtepi32_pd(_mm256_castsi256_si128(halves)),
                                                _mm256_cvtepi32_pd(_mm256_extracti128_si256(halves, 1))));
    return sums;
}

/// Horizontal differences and weighted sums of one row of pixels. A row of derivatives needs those of three
/// rows.
struct Across {
    __m256i difference, sum;
};
[[nodiscard]] FGAGT_AVX2 inline Across look_across(const std::uint8_t* pixels) noexcept {
    const __m256i west = load(pixels - 1), here = load(pixels), east = load(pixels + 1);
    return {_mm256_sub_epi16(east, west),
            _mm256_add_epi16(_mm256_mullo_epi16(_mm256_add_epi16(west, east), _mm256_set1_epi16(3)),
                             _mm256_mullo_epi16(here, _mm256_set1_epi16(10)))};
}

FGAGT_AVX2 inline void take_derivatives(Pixels pixels, int columns, int rows, std::int16_t* x,
                                        std::int16_t* y, std::ptrdiff_t stride) noexcept {
    for (int column = 0; column < columns; column += kBlock) {
        Across above = look_across(pixels.row(-1) + column);
        Across here = look_across(pixels.row(0) + column);
        for (int row = 0; row < rows; ++row) {
            const Across below = look_across(pixels.row(row + 1) + column);
            const __m256i outer = _mm256_add_epi16(above.difference, below.difference);
            store(x + row * stride + column,
                  _mm256_add_epi16(_mm256_mullo_epi16(outer, _mm256_set1_epi16(3)),
                                   _mm256_mullo_epi16(here.difference, _mm256_set1_epi16(10))));
            store(y + row * stride + column, _mm256_sub_epi16(below.sum, above.sum));
            above = here;
            here = below;
        }
    }
}

FGAGT_AVX2 inline void interpolate(const std::int16_t* derivative, Fraction fraction, int window,
                                   std::int16_t* result) noexcept {
    const __m256i right = _mm256_set1_epi16(fraction.x), down = _mm256_set1_epi16(fraction.y);
    for (int column = 0; column < window; column += kBlock) {
        const std::int16_t* from = derivative + column;
        std::int16_t* to = result + column;
        __m256i above = between(load(from), load(from + 1), right);
        for (int row = 0; row < window; ++row, to += padded(window)) {
            from += padded(window + 1);
            const __m256i below = between(load(from), load(from + 1), right);
            store(to, keep(between(above, below, down), window - column));
            above = below;
        }
    }
}

[[nodiscard]] FGAGT_AVX2 inline TensorSums sum_tensor(Gradient gradient) noexcept {
    constexpr int kTogether = 16 * kBlock; // half of the lanes: 128 * 4080^2 < 2^31
    const int size = gradient.window * padded(gradient.window);
    TensorSums sums;
    for (int begin = 0; begin < size; begin += kTogether) {
        __m256i xx = _mm256_setzero_si256(), xy = xx, yy = xx;
        for (int i = begin; i < std::min(begin + kTogether, size); i += kBlock) {
            const __m256i x = load(gradient.x + i), y = load(gradient.y + i);
            xx = _mm256_add_epi32(xx, _mm256_madd_epi16(x, x));
            xy = _mm256_add_epi32(xy, _mm256_madd_epi16(x, y));
            yy = _mm256_add_epi32(yy, _mm256_madd_epi16(y, y));
        }
        const std::array<double, 4> part = add_up(xx, xy, yy, _mm256_setzero_si256());
        sums.xx += part[0];
        sums.xy += part[1];
        sums.yy += part[2];
    }
    return sums;
}

[[nodiscard]] FGAGT_AVX2 inline Correlation correlate(Pixels pixels, Gradient gradient) noexcept {
    const __m256i zero = _mm256_setzero_si256();
    __m256i x00 = zero, x01 = zero, x10 = zero, x11 = zero, y00 = zero, y01 = zero, y10 = zero, y11 = zero;
    const auto stride = padded(gradient.window);
    for (int column = 0; column < gradient.window; column += kBlock) {
        const std::uint8_t* grey = pixels.origin + column;
        const std::int16_t *gradient_x = gradient.x + column, *gradient_y = gradient.y + column;
        __m256i above_x = zero, above_y = zero;
        for (int row = 0; row <= gradient.window; ++row) { // the last row of gradients is zero
            const __m256i here = load(grey), right = load(grey + 1);
            const __m256i x = load(gradient_x), y = load(gradient_y);
            x00 = _mm256_add_epi32(x00, _mm256_madd_epi16(here, x));
            x01 = _mm256_add_epi32(x01, _mm256_madd_epi16(right, x));
            x10 = _mm256_add_epi32(x10, _mm256_madd_epi16(here, above_x));
            x11 = _mm256_add_epi32(x11, _mm256_madd_epi16(right, above_x));
            y00 = _mm256_add_epi32(y00, _mm256_madd_epi16(here, y));
            y01 = _mm256_add_epi32(y01, _mm256_madd_epi16(right, y));
            y10 = _mm256_add_epi32(y10, _mm256_madd_epi16(here, above_y));
            y11 = _mm256_add_epi32(y11, _mm256_madd_epi16(right, above_y));
            above_x = x;
            above_y = y;
            grey += pixels.stride;
            gradient_x += stride;
            gradient_y += stride;
        }
    }
    return {add_up(x00, x01, x10, x11), add_up(y00, y01, y10, y11)};
}

/// Grey levels of one row, interpolated horizontally.
[[nodiscard]] FGAGT_AVX2 inline __m256i grey_across(const std::uint8_t* pixels, __m256i fraction) noexcept {
    return between(_mm256_slli_epi16(load(pixels), kGreyBits), _mm256_slli_epi16(load(pixels + 1), kGreyBits),
                   fraction);
}

[[nodiscard]] FGAGT_AVX2 inline std::int32_t sum_differences(Pixels a, Fraction fraction_a, Pixels b,
                                                             Fraction fraction_b, int window) noexcept {
    const __m256i right_a = _mm256_set1_epi16(fraction_a.x), down_a = _mm256_set1_epi16(fraction_a.y);
    const __m256i right_b = _mm256_set1_epi16(fraction_b.x), down_b = _mm256_set1_epi16(fraction_b.y);
    __m256i sum = _mm256_setzero_si256();
    for (int column = 0; column < window; column += kBlock) {
        const __m256i ones = keep(_mm256_set1_epi16(1), window - column);
        __m256i above_a = grey_across(a.row(0) + column, right_a);
        __m256i above_b = grey_across(b.row(0) + column, right_b);
        for (int row = 1; row <= window; ++row) {
            const __m256i below_a = grey_across(a.row(row) + column, right_a);
            const __m256i below_b = grey_across(b.row(row) + column, right_b);
            const __m256i difference =
                _mm256_sub_epi16(between(above_a, below_a, down_a), between(above_b, below_b, down_b));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_abs_epi16(difference), ones));
            above_a = below_a;
            above_b = below_b;
        }
    }
    const __m256i zero = _mm256_setzero_si256();
    return static_cast<std::int32_t>(add_up(sum, zero, zero, zero)[0]);
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail::avx2
#endif
