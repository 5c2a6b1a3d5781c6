#pragma once

#include <fgagt/core/detail/vectors.hpp>
#include <fgagt/core/types.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

/// @file
/// Operations on matrices whose rows are contiguous. They loop over numbers instead of using Eigen's
/// expressions, because each expression type adds to the compile time of every user of the library.
namespace fgagt::detail {

template <class Scalar>
[[nodiscard]] std::span<Scalar> row_of(MatrixOf<Scalar>& matrix, std::size_t row) {
    const auto columns = static_cast<std::size_t>(matrix.cols());
    return {matrix.data() + row * columns, columns};
}
template <class Scalar>
[[nodiscard]] std::span<const Scalar> row_of(const MatrixOf<Scalar>& matrix, std::size_t row) {
    const auto columns = static_cast<std::size_t>(matrix.cols());
    return {matrix.data() + row * columns, columns};
}

/// All numbers of a matrix, row by row.
template <class Scalar>
[[nodiscard]] std::span<Scalar> numbers_of(MatrixOf<Scalar>& matrix) {
    return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}
template <class Scalar>
[[nodiscard]] std::span<const Scalar> numbers_of(const MatrixOf<Scalar>& matrix) {
    return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

inline namespace FGAGT_KERNELS {

/// Sum of the squares, four at a time. Underflows and overflows as floats do.
[[nodiscard]] inline float sum_of_squares(std::span<const float> numbers) {
    const std::size_t in_fours = numbers.size() / 4 * 4;
    Floats sums = all_lanes(0);
    for (std::size_t k = 0; k < in_fours; k += 4) {
        const Floats four = load(numbers.data() + k);
        sums = add_product(sums, four, four);
    }
    float sum = sum_of_lanes(sums);
    for (const float number : numbers.subspan(in_fours))
        sum += number * number;
    return sum;
}

/// Sum of the squared differences of two spans of the same length. Otherwise as sum_of_squares.
[[nodiscard]] inline float sum_of_squared_differences(std::span<const float> a, std::span<const float> b) {
    const std::size_t in_fours = a.size() / 4 * 4;
    Floats sums = all_lanes(0);
    for (std::size_t k = 0; k < in_fours; k += 4) {
        const Floats differences = subtract(load(a.data() + k), load(b.data() + k));
        sums = add_product(sums, differences, differences);
    }
    float sum = sum_of_lanes(sums);
    for (std::size_t k = in_fours; k < a.size(); ++k)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

/// Largest absolute value; 0 if there are no numbers.
[[nodiscard]] inline float largest_magnitude(std::span<const float> numbers) {
    const std::size_t in_fours = numbers.size() / 4 * 4;
    Floats largest = all_lanes(0);
    for (std::size_t k = 0; k < in_fours; k += 4)
        largest = maximum(largest, magnitude(load(numbers.data() + k)));
    float result = largest_lane(largest);
    for (const float number : numbers.subspan(in_fours))
        result = std::max(result, std::abs(number));
    return result;
}

/// Whether no number is NaN or infinite. Tests the bits, two floats at a time, because float comparisons are
/// not reliable under -ffast-math.
[[nodiscard]] inline bool all_finite(std::span<const float> numbers) {
    constexpr std::uint64_t kExponents = 0x7F80'0000'7F80'0000U; // all ones in NaN and in infinity
    constexpr std::uint64_t kCarries = 0x8000'0000'8000'0000U;   // set by one more than all ones
    constexpr std::uint64_t kOnes = 0x0080'0000'0080'0000U;
    const std::size_t in_twos = numbers.size() / 2 * 2;
    std::uint64_t carried = 0;
    for (std::size_t k = 0; k < in_twos; k += 2) {
        std::uint64_t two;
        std::memcpy(&two, numbers.data() + k, sizeof two);
        carried |= (two & kExponents) + kOnes;
    }
    if (in_twos < numbers.size())
        carried |= (std::bit_cast<std::uint32_t>(numbers.back()) & kExponents) + kOnes;
    return (carried & kCarries) == 0;
}

/// Scales a row of any magnitude to unit length; a zero row stays zero.
///
/// @return  whether the row is not zero
inline bool normalise(std::span<float> row) {
    float square = sum_of_squares(row);
    if (!(square > 1e-30F && square < 1e30F)) { // squares may underflow or overflow
        const float largest = largest_magnitude(row);
        if (largest == 0) return false;
        const int exponent =
            -std::ilogb(largest); // exact, and no reciprocal that overflows under -ffast-math
        for (float& number : row)
            number = std::ldexp(number, exponent);
        square = sum_of_squares(row);
    }
    const float length = std::sqrt(square);
    for (float& number : row)
        number /= length;
    return true;
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
