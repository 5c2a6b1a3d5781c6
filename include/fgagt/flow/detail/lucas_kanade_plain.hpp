#pragma once

#include <fgagt/core/detail/simd.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// @file
/// The inner loops of Lucas-Kanade, in fixed point: 8-bit pixels, 16-bit gradients, 32-bit sums. Gradients
/// are 32 times a grey level per pixel (Scharr's 3, 10, 3 on both sides of a central difference). The plain
/// loops here are the reference: versions for other instructions give bit-identical results.
namespace fgagt::detail {
inline namespace FGAGT_KERNELS {

inline constexpr int kGradientScale = 32; ///< gain of the Scharr derivative
inline constexpr int kFractionBits = 15;  ///< fractional bits of a point's position between two pixels
inline constexpr int kGreyBits = 7;       ///< fractional bits of an interpolated grey level

/// The widest window whose sums fit 32 bits if half of its columns share one: 63 * 32 * 255 * 4080 < 2^31.
inline constexpr int kMaxWindow = 63;
/// Columns that a kernel may process at once. It reads and writes up to the next multiple of it.
inline constexpr int kBlock = 16;

/// `columns`, rounded up to a multiple of kBlock.
[[nodiscard]] constexpr int padded(int columns) noexcept {
    return (columns + kBlock - 1) / kBlock * kBlock;
}

/// Offset of a point from the centre of the pixel at its upper left, in units of 2^-kFractionBits pixels.
struct Fraction {
    std::int16_t x = 0, y = 0;

    Fraction() = default;
    /// @param offset  pixels, [0, 1) on both axes
    explicit Fraction(cv::Point2f offset) noexcept : x(of(offset.x)), y(of(offset.y)) {}

private:
    [[nodiscard]] static std::int16_t of(float offset) noexcept {
        constexpr int kOne = 1 << kFractionBits;
        return static_cast<std::int16_t>(std::min(cvRound(offset * kOne), kOne - 1));
    }
};

/// 8-bit pixels; (0, 0) is the upper left pixel of a window.
struct Pixels {
    const std::uint8_t* origin;
    std::ptrdiff_t stride; ///< bytes from one row to the next

    [[nodiscard]] const std::uint8_t* row(int y) const noexcept { return origin + y * stride; }
};

/// The gradient at the points of a window. Row y begins at y * padded(window). The padding after the last
/// column is zero, and so is one row after the last row.
struct Gradient {
    const std::int16_t *x, *y;
    int window;
};

/// Sums over a window of the gradient times itself.
struct TensorSums {
    double xx = 0, xy = 0, yy = 0; ///< whole numbers

    friend bool operator==(const TensorSums&, const TensorSums&) = default;
};

/// Sums over a window of its gradient times the pixels under it, for four positions: here, one pixel to the
/// right, one down, and both. Interpolation is linear, so a window in between has the interpolated sum.
struct Correlation {
    using Sums = std::array<double, 4>; ///< here, right, down, both; whole numbers
    Sums x{}, y{};

    friend bool operator==(const Correlation&, const Correlation&) = default;
};

/// The reference versions of the loops, for every processor.
namespace plain {

/// Rounded a + (b - a) * fraction / 2^kFractionBits; b - a must fit 16 bits.
[[nodiscard]] constexpr std::int16_t between(std::int16_t a, std::int16_t b, std::int16_t fraction) noexcept {
    constexpr int kHalf = 1 << (kFractionBits - 1);
    return static_cast<std::int16_t>(a + (((b - a) * fraction + kHalf) >> kFractionBits));
}

/// Scharr derivatives of the pixels; reads one more pixel on every side.
///
/// @param x, y  [rows x columns]; a row begins `stride` after the one before it
inline void take_derivatives(Pixels pixels, int columns, int rows, std::int16_t* x, std::int16_t* y,
                             std::ptrdiff_t stride) noexcept {
    for (int row = 0; row < rows; ++row, x += stride, y += stride) {
        const std::uint8_t* const above = pixels.row(row - 1);
        const std::uint8_t* const here = pixels.row(row);
        const std::uint8_t* const below = pixels.row(row + 1);
        for (int i = 0; i < columns; ++i) {
            const int falling = below[i + 1] - above[i - 1]; // both diagonals serve both derivatives
            const int rising = above[i + 1] - below[i - 1];
            x[i] = static_cast<std::int16_t>(3 * (falling + rising) + 10 * (here[i + 1] - here[i - 1]));
            y[i] = static_cast<std::int16_t>(3 * (falling - rising) + 10 * (below[i] - above[i]));
        }
    }
}

/// Interpolates derivatives between four pixels each.
///
/// @param derivative  [window + 1 x window + 1]; a row begins padded(window + 1) after the one before it
/// @param result      laid out as in Gradient
inline void interpolate(const std::int16_t* derivative, Fraction fraction, int window,
                        std::int16_t* result) noexcept {
    const std::ptrdiff_t stride = padded(window + 1);
    for (int row = 0; row < window; ++row, derivative += stride, result += padded(window))
        for (int i = 0; i < window; ++i)
            result[i] =
                between(between(derivative[i], derivative[i + 1], fraction.x),
                        between(derivative[stride + i], derivative[stride + i + 1], fraction.x), fraction.y);
}

[[nodiscard]] inline TensorSums sum_tensor(Gradient gradient) noexcept {
    TensorSums sums;
    for (int i = 0; i < gradient.window * padded(gradient.window); ++i) {
        sums.xx += gradient.x[i] * gradient.x[i];
        sums.xy += gradient.x[i] * gradient.y[i];
        sums.yy += gradient.y[i] * gradient.y[i];
    }
    return sums;
}

[[nodiscard]] inline Correlation correlate(Pixels pixels, Gradient gradient) noexcept {
    Correlation result;
    for (int corner = 0; corner < 4; ++corner)
        for (int row = 0; row < gradient.window; ++row) {
            const std::uint8_t* const grey = pixels.row(row + corner / 2) + corner % 2;
            const std::int16_t* const x = gradient.x + row * padded(gradient.window);
            const std::int16_t* const y = gradient.y + row * padded(gradient.window);
            int sum_x = 0, sum_y = 0;
            for (int i = 0; i < gradient.window; ++i) {
                sum_x += grey[i] * x[i];
                sum_y += grey[i] * y[i];
            }
            result.x[static_cast<std::size_t>(corner)] += sum_x;
            result.y[static_cast<std::size_t>(corner)] += sum_y;
        }
    return result;
}

/// Sum over a window of the absolute differences of two interpolated images, times 2^kGreyBits.
[[nodiscard]] inline std::int32_t sum_differences(Pixels a, Fraction fraction_a, Pixels b,
                                                  Fraction fraction_b, int window) noexcept {
    const auto grey = [](Pixels pixels, Fraction fraction, int x, int y) {
        const auto across = [&](const std::uint8_t* row) {
            return between(static_cast<std::int16_t>(row[x] << kGreyBits),
                           static_cast<std::int16_t>(row[x + 1] << kGreyBits), fraction.x);
        };
        return between(across(pixels.row(y)), across(pixels.row(y + 1)), fraction.y);
    };
    std::int32_t sum = 0;
    for (int y = 0; y < window; ++y)
        for (int x = 0; x < window; ++x)
            sum += std::abs(grey(a, fraction_a, x, y) - grey(b, fraction_b, x, y));
    return sum;
}

} // namespace plain

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
