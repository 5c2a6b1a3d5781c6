#pragma once

#include <fgagt/core/detail/vectors.hpp>
#include <fgagt/flow/detail/lucas_kanade_plain.hpp>

#ifdef FGAGT_SIMD128

/// @file
/// The loops of Lucas-Kanade, 8 columns at a time, with baseline instructions: SSE2 or NEON.
namespace fgagt::detail::simd128 {
inline namespace FGAGT_KERNELS {

inline constexpr int kWords = 8; ///< columns processed at once

[[nodiscard]] inline Shorts load(const std::int16_t* values) noexcept {
    return cv::v_load(values);
}
[[nodiscard]] inline Shorts load(const std::uint8_t* pixels) noexcept {
    return cv::v_reinterpret_as_s16(cv::v_load_expand(pixels));
}
[[nodiscard]] inline Shorts times(const Shorts& words, int factor) noexcept {
    return cv::v_mul_wrap(words, cv::v_setall_s16(static_cast<short>(factor)));
}

/// As plain::between: the upper bits of the product, rounded by its next bit.
[[nodiscard]] inline Shorts between(const Shorts& a, const Shorts& b, const Shorts& fraction) noexcept {
    const Shorts step = subtract(b, a);
    const cv::v_uint16x8 lower = cv::v_reinterpret_as_u16(cv::v_mul_wrap(step, fraction));
    const cv::v_uint16x8 rounded = cv::v_shr<1>(add(cv::v_shr<14>(lower), cv::v_setall_u16(1)));
    return add(add(a, cv::v_shl<1>(cv::v_mul_hi(step, fraction))), cv::v_reinterpret_as_s16(rounded));
}

/// Sets all columns starting at `columns` to zero.
[[nodiscard]] inline Shorts keep(const Shorts& words, int columns) noexcept {
    return bit_and(words,
                   greater(cv::v_setall_s16(static_cast<short>(columns)), Shorts(0, 1, 2, 3, 4, 5, 6, 7)));
}

/// Horizontal differences and weighted sums of one row of pixels.
struct Across {
    Shorts difference, sum;
};
[[nodiscard]] inline Across look_across(const std::uint8_t* pixels) noexcept {
    const Shorts west = load(pixels - 1), here = load(pixels), east = load(pixels + 1);
    return {subtract(east, west), add(times(add(west, east), 3), times(here, 10))};
}

inline void take_derivatives(Pixels pixels, int columns, int rows, std::int16_t* x, std::int16_t* y,
                             std::ptrdiff_t stride) noexcept {
    for (int column = 0; column < columns; column += kWords) {
        Across above = look_across(pixels.row(-1) + column);
        Across here = look_across(pixels.row(0) + column);
        for (int row = 0; row < rows; ++row) {
            const Across below = look_across(pixels.row(row + 1) + column);
            cv::v_store(x + row * stride + column,
                        add(times(add(above.difference, below.difference), 3), times(here.difference, 10)));
            cv::v_store(y + row * stride + column, subtract(below.sum, above.sum));
            above = here;
            here = below;
        }
    }
}

inline void interpolate(const std::int16_t* derivative, Fraction fraction, int window,
                        std::int16_t* result) noexcept {
    const Shorts right = cv::v_setall_s16(fraction.x), down = cv::v_setall_s16(fraction.y);
    for (int column = 0; column < window; column += kWords) {
        const std::int16_t* from = derivative + column;
        std::int16_t* to = result + column;
        Shorts above = between(load(from), load(from + 1), right);
        for (int row = 0; row < window; ++row, to += padded(window)) {
            from += padded(window + 1);
            const Shorts below = between(load(from), load(from + 1), right);
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
        Integers xx = cv::v_setzero_s32(), xy = xx, yy = xx;
        for (int i = begin; i < std::min(begin + kTogether, size); i += kWords) {
            const Shorts x = load(gradient.x + i), y = load(gradient.y + i);
            xx = add(xx, cv::v_dotprod(x, x));
            xy = add(xy, cv::v_dotprod(x, y));
            yy = add(yy, cv::v_dotprod(y, y));
        }
        sums.xx += cv::v_reduce_sum(xx);
        sums.xy += cv::v_reduce_sum(xy);
        sums.yy += cv::v_reduce_sum(yy);
    }
    return sums;
}

/// The sum of four lanes, which together may exceed 32 bits.
[[nodiscard]] inline double add_up(const Integers& lanes) noexcept {
    std::array<std::int32_t, 4> parts;
    cv::v_store(parts.data(), lanes);
    return static_cast<double>(parts[0]) + parts[1] + parts[2] + parts[3];
}

[[nodiscard]] inline Correlation correlate(Pixels pixels, Gradient gradient) noexcept {
    const Integers zero = cv::v_setzero_s32();
    Integers x00 = zero, x01 = zero, x10 = zero, x11 = zero, y00 = zero, y01 = zero, y10 = zero, y11 = zero;
    const auto stride = padded(gradient.window);
    for (int column = 0; column < gradient.window; column += kWords) {
        const std::uint8_t* grey = pixels.origin + column;
        const std::int16_t *gradient_x = gradient.x + column, *gradient_y = gradient.y + column;
        Shorts above_x = cv::v_setzero_s16(), above_y = above_x;
        for (int row = 0; row <= gradient.window; ++row) { // the last row of gradients is zero
            const Shorts here = load(grey), right = load(grey + 1);
            const Shorts x = load(gradient_x), y = load(gradient_y);
            x00 = add(x00, cv::v_dotprod(here, x));
            x01 = add(x01, cv::v_dotprod(right, x));
            x10 = add(x10, cv::v_dotprod(here, above_x));
            x11 = add(x11, cv::v_dotprod(right, above_x));
            y00 = add(y00, cv::v_dotprod(here, y));
            y01 = add(y01, cv::v_dotprod(right, y));
            y10 = add(y10, cv::v_dotprod(here, above_y));
            y11 = add(y11, cv::v_dotprod(right, above_y));
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
