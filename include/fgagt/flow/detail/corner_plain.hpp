#pragma once

#include <fgagt/core/detail/simd.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace fgagt::detail {
inline namespace FGAGT_KERNELS {

/// Pixels that the loops below process at once. They read and write up to the next multiple of it.
inline constexpr int kCornerBlock = 8;

/// Sobel derivatives of three rows.
struct DerivativeRows {
    std::array<const std::int16_t*, 3> x, y;
};
/// For every column, the sums over three rows of the products of derivatives.
struct ProductSums {
    std::int32_t *xx, *xy, *yy;
};

/// The reference versions of the inner loops of the corner search, for every processor.
namespace plain {

/// Sobel derivatives of a row; reads one more pixel on every side.
inline void take_sobel(const std::uint8_t* row, std::ptrdiff_t stride, int columns, std::int16_t* dx,
                       std::int16_t* dy) noexcept {
    for (int i = 0; i < columns; ++i) {
        const std::uint8_t *above = row + i - stride, *here = row + i, *below = row + i + stride;
        const int falling = below[1] - above[-1], rising = above[1] - below[-1];
        dx[i] = static_cast<std::int16_t>(falling + rising + 2 * (here[1] - here[-1]));
        dy[i] = static_cast<std::int16_t>(falling - rising + 2 * (below[0] - above[0]));
    }
}

inline void sum_products(const DerivativeRows& rows, int columns, const ProductSums& sums) noexcept {
    for (int i = 0; i < columns; ++i) {
        sums.xx[i] = sums.xy[i] = sums.yy[i] = 0;
        for (std::size_t row = 0; row < rows.x.size(); ++row) {
            const int x = rows.x[row][i], y = rows.y[row][i];
            sums.xx[i] += x * x;
            sums.xy[i] += x * y;
            sums.yy[i] += y * y;
        }
    }
}

/// Twice the smaller eigenvalue of the sums over three columns, of which the middle one is sums[i + 1].
///
/// @param wanted  [columns] all bits set or none; none in the padding
/// @return        the greatest wanted one, at least 0
[[nodiscard]] inline float take_eigenvalues(const ProductSums& sums, const std::uint8_t* wanted, int columns,
                                            float* result) noexcept {
    float greatest = 0;
    for (int i = 0; i < columns; ++i) {
        const auto across = [i](const std::int32_t* column) {
            return static_cast<float>(column[i] + column[i + 1] + column[i + 2]);
        };
        const float xx = across(sums.xx), xy = across(sums.xy), yy = across(sums.yy);
        result[i] = xx + yy - std::sqrt((xx - yy) * (xx - yy) + (xy + xy) * (xy + xy));
        if (wanted[i] != 0) greatest = std::max(greatest, result[i]);
    }
    return greatest;
}

/// Sets bit i % 8 of peaks[i / 8] if values[i] is above the limit and none of its eight neighbours is
/// greater.
inline void find_peaks(const float* values, std::ptrdiff_t stride, float limit, int columns,
                       std::uint8_t* peaks) noexcept {
    for (int first = 0; first < columns; first += kCornerBlock) {
        unsigned bits = 0;
        for (int bit = 0; bit < kCornerBlock; ++bit) {
            const float* const here = values + first + bit;
            if (!(*here > limit)) continue;
            const auto beats = [here](const float* three) {
                return *here >= three[-1] && *here >= three[0] && *here >= three[1];
            };
            if (beats(here - stride) && beats(here) && beats(here + stride)) bits |= 1U << bit;
        }
        peaks[first / kCornerBlock] = static_cast<std::uint8_t>(bits);
    }
}

} // namespace plain
} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
