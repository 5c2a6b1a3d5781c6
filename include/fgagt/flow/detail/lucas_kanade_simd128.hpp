#pragma once

#include <fgagt/flow/detail/lucas_kanade_plain.hpp>
#include <fgagt/simd.hpp>

#ifndef FGAGT_NO_SIMD
#include <opencv2/core/hal/intrin.hpp>
#endif

#if !defined(FGAGT_NO_SIMD) && defined(CV_SIMD128) && CV_SIMD128
#define FGAGT_SIMD128

/// The loops of Lucas-Kanade, 8 columns at a time, in what every processor of the kind has: SSE2, NEON.
namespace fgagt::detail::simd128 {
inline namespace FGAGT_KERNELS {

inline constexpr int kWords = 8; ///< columns taken at once

[[nodiscard]] inline cv::v_int16x8 load(const std::int16_t* values) noexcept {
    return cv::v_load(values);
}
[[nodiscard]] inline cv::v_int16x8 load(const std::uint8_t* pixels) noexcept {
    return cv::v_reinterpret_as_s16(cv::v_load_expand(pixels));
}
[[nodiscard]] inline cv::v_int16x8 times(const cv::v_int16x8& words, int factor) noexcept {
    return cv::v_mul_wrap(words, cv::v_setall_s16(static_cast<short>(factor)));
}

/// As plain::between: the upper bits of the product, and its next one rounded.
[[nodiscard]] inline cv::v_int16x8 between(const cv::v_int16x8& a, const cv::v_int16x8& b,
                                           const cv::v_int16x8& fraction) noexcept {
    const cv::v_int16x8 step = b - a;
    const cv::v_uint16x8 lower = cv::v_reinterpret_as_u16(cv::v_mul_wrap(step, fraction));
    const cv::v_uint16x8 rounded = ((lower >> 14) + cv::v_setall_u16(1)) >> 1;
    return a + (cv::v_mul_hi(step, fraction) << 1) + cv::v_reinterpret_as_s16(rounded);
}

/// Sets the columns from `columns` on to zero.
[[nodiscard]] inline cv::v_int16x8 keep(const cv::v_int16x8& words, int columns) noexcept {
    return words & (cv::v_setall_s16(static_cast<short>(columns)) > cv::v_int16x8(0, 1, 2, 3, 4, 5, 6, 7));
}

/// Of one row of pixels its differences and its weighted sums across.
struct Across {
    cv::v_int16x8 difference, sum;
};
[[nodiscard]] inline Across look_across(const std::uint8_t* pixels) noexcept {
    const cv::v_int16x8 west = load(pixels - 1), here = load(pixels), east = load(pixels + 1);
    return {east - west, times(west + east, 3) + times(here, 10)};
}

inline void take_derivatives(Pixels pixels, int columns, int rows, std::int16_t* x, std::int16_t* y,
                             std::ptrdiff_t stride) noexcept {
    for (int column = 0; column < columns; column += kWords) {
        Across above = look_across(pixels.row(-1) + column);
        Across here = look_across(pixels.row(0) + column);
        for (int row = 0; row < rows; ++row) {
            const Across below = look_across(pixels.row(row + 1) + column);
            cv::v_store(x + row * stride + column,
                        times(above.difference + below.difference, 3) + times(here.difference, 10));
            cv::v_store(y + row * stride + column, below.sum - above.sum);
            above = here;
            here = below;
        }
    }
}

inline void interpolate(const std::int16_t* derivative, Fraction fraction, int window,
                        std::int16_t* result) noexcept {
    const cv::v_int16x8 right = cv::v_setall_s16(fraction.x), down = cv::v_setall_s16(fraction.y);
    for (int column = 0; column < window; column += kWords) {
        const std::int16_t* from = derivative + column;
        std::int16_t* to = result + column;
        cv::v_int16x8 above = between(load(from), load(from + 1), right);
        for (int row = 0; row < window; ++row, to += padded(window)) {
            from += padded(window + 1);
            const cv::v_int16x8 below = between(load(from), load(from + 1), right);
            cv::v_store(to, keep(between(above, below, down), window - column));
            above = below;
        }
    }
}

[[nodiscard]] inline TensorSums sum_tensor(Gradient gradient) noexcept {
    constexpr int kTogether = 16 * kWords; // 128 * 4080^2 < 2^31
    const int size = gradient.window * padded(gradient.window);
    TensorSums sums;
    for (int begin = 0; begin < size; begin += kTogether) {
        cv::v_int32x4 xx = cv::v_setzero_s32(), xy = xx, yy = xx;
        for (int i = begin; i < std::min(begin + kTogether, size); i += kWords) {
            const cv::v_int16x8 x = load(gradient.x + i), y = load(gradient.y + i);
            xx = xx + cv::v_dotprod(x, x);
            xy = xy + cv::v_dotprod(x, y);
            yy = yy + cv::v_dotprod(y, y);
        }
        sums.xx += cv::v_reduce_sum(xx);
        sums.xy += cv::v_reduce_sum(xy);
        sums.yy += cv::v_reduce_sum(yy);
    }
    return sums;
}

/// The sum of four lanes, which together may exceed 32 bits.
[[nodiscard]] inline double add_up(const cv::v_int32x4& lanes) noexcept {
    std::array<std::int32_t, 4> parts;
    cv::v_store(parts.data(), lanes);
    return static_cast<double>(parts[0]) + parts[1] + parts[2] + parts[3];
}

[[nodiscard]] inline Correlation correlate(Pixels pixels, Gradient gradient) noexcept {
    const cv::v_int32x4 zero = cv::v_setzero_s32();
    cv::v_int32x4 x00 = zero, x01 = zero, x10 = zero, x11 = zero, y00 = zero, y01 = zero, y10 = zero,
                  y11 = zero;
    const auto stride = padded(gradient.window);
    for (int column = 0; column < gradient.window; column += kWords) {
        const std::uint8_t* grey = pixels.origin + column;
        const std::int16_t *gradient_x = gradient.x + column, *gradient_y = gradient.y + column;
        cv::v_int16x8 above_x = cv::v_setzero_s16(), above_y = above_x;
        for (int row = 0; row <= gradient.window; ++row) { // the last one is zero
            const cv::v_int16x8 here = load(grey), right = load(grey + 1);
            const cv::v_int16x8 x = load(gradient_x), y = load(gradient_y);
            x00 = x00 + cv::v_dotprod(here, x);
            x01 = x01 + cv::v_dotprod(right, x);
            x10 = x10 + cv::v_dotprod(here, above_x);
            x11 = x11 + cv::v_dotprod(right, above_x);
            y00 = y00 + cv::v_dotprod(here, y);
            y01 = y01 + cv::v_dotprod(right, y);
            y10 = y10 + cv::v_dotprod(here, above_y);
            y11 = y11 + cv::v_dotprod(right, above_y);
            above_x = x;
            above_y = y;
            grey += pixels.stride;
            gradient_x += stride;
            gradient_y += stride;
        }
    }
    return {{add_up(x00), add_up(x01), add_up(x10), add_up(x11)},
            {add_up(y00), add_up(y01), add_up(y10), add_up(y11)}};
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail::simd128
#endif
