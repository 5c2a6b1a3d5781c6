#pragma once

#include <opencv2/core.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// The inner loops of Lucas-Kanade, in fixed point: 8-bit pixels, 14-bit interpolation weights, 16-bit
/// results, 32-bit sums per row. Interpolated grey levels have 5 fractional bits and gradients are 32 times a
/// grey level per pixel (Scharr's 3, 10, 3 on both sides of a central difference); everything is rounded,
/// never truncated.
namespace fgagt::detail {

inline constexpr int kWeightBits = 14;    ///< fractional bits of an interpolation weight
inline constexpr int kGreyBits = 5;       ///< fractional bits of an interpolated grey level
inline constexpr int kGradientScale = 32; ///< gain of the Scharr derivative

/// The widest window whose sums over a row fit 32 bits: 63 * (255 * 32) * (255 * 16) < 2^31.
inline constexpr int kMaxWindow = 63;

/// Rounded value / 2^Bits.
template <int Bits>
[[nodiscard]] constexpr int rounded_shift(int value) noexcept {
    return (value + (1 << (Bits - 1))) >> Bits;
}

/// Bilinear weights of the four pixels around a point; they sum to 2^kWeightBits.
struct BilinearWeights {
    std::int16_t w00, w01, w10, w11;

    /// @param x, y  how far the point lies beyond the upper left pixel's centre, [0, 1)
    BilinearWeights(float x, float y) noexcept {
        constexpr float kOne = 1 << kWeightBits;
        w00 = static_cast<std::int16_t>(cvRound((1 - x) * (1 - y) * kOne));
        w01 = static_cast<std::int16_t>(cvRound(x * (1 - y) * kOne));
        w10 = static_cast<std::int16_t>(cvRound((1 - x) * y * kOne));
        w11 = static_cast<std::int16_t>((1 << kWeightBits) - w00 - w01 - w10);
    }
};

/// One row interpolated between two rows of pixels (or gradients): `result[x]` keeps 2^-Dropped of the
/// precision.
template <int Dropped, class Pixel>
inline void interpolate_row(const Pixel* upper, const Pixel* lower, const BilinearWeights& weights, int width,
                            std::int16_t* result) noexcept {
    for (int x = 0; x < width; ++x) {
        const int sum = std::int16_t{upper[x]} * weights.w00 + std::int16_t{upper[x + 1]} * weights.w01 +
                        std::int16_t{lower[x]} * weights.w10 + std::int16_t{lower[x + 1]} * weights.w11;
        result[x] = static_cast<std::int16_t>(rounded_shift<Dropped>(sum));
    }
}

/// A row of grey levels with kGreyBits fractional bits.
inline void interpolate_grey(const std::uint8_t* upper, std::ptrdiff_t stride, const BilinearWeights& weights,
                             int width, std::int16_t* result) noexcept {
    interpolate_row<kWeightBits - kGreyBits>(upper, upper + stride, weights, width, result);
}

/// Scharr derivatives of one row; `row - stride` to `row + stride` and one value on either side are read.
/// `Dropped` is the number of fractional bits that the values have and the derivatives have not.
template <int Dropped, class Value>
inline void scharr_row(const Value* row, std::ptrdiff_t stride, int width, std::int16_t* gradient_x,
                       std::int16_t* gradient_y) noexcept {
    const auto drop = [](int value) {
        if constexpr (Dropped > 0) value = rounded_shift<Dropped>(value);
        return static_cast<std::int16_t>(value);
    };
    for (int x = 0; x < width; ++x) {
        const Value* above = row + x - stride;
        const Value* here = row + x;
        const Value* below = row + x + stride;
        const int north_west = above[-1], north = above[0], north_east = above[1];
        const int west = here[-1], east = here[1];
        const int south_west = below[-1], south = below[0], south_east = below[1];
        const int falling = south_east - north_west; // both diagonals serve both derivatives
        const int rising = north_east - south_west;
        gradient_x[x] = drop(3 * (falling + rising) + 10 * (east - west));
        gradient_y[x] = drop(3 * (falling - rising) + 10 * (south - north));
    }
}

/// Sum of the products of two rows; the caller bounds the width by kMaxWindow.
[[nodiscard]] inline std::int32_t dot_row(const std::int16_t* a, const std::int16_t* b, int width) noexcept {
    std::int32_t sum = 0;
    for (int x = 0; x < width; ++x)
        sum += a[x] * b[x];
    return sum;
}

/// a -= b.
inline void subtract_row(std::int16_t* a, const std::int16_t* b, int width) noexcept {
    for (int x = 0; x < width; ++x)
        a[x] = static_cast<std::int16_t>(a[x] - b[x]);
}

/// Sum of the magnitudes of a row.
[[nodiscard]] inline std::int32_t magnitude_row(const std::int16_t* a, int width) noexcept {
    std::int32_t sum = 0;
    for (int x = 0; x < width; ++x)
        sum += std::abs(static_cast<int>(a[x]));
    return sum;
}

} // namespace fgagt::detail
