#pragma once

#include <fgagt/types.hpp>

#include <Eigen/Core>
#include <opencv2/core/hal/intrin.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

/// What the library does with matrices whose rows are contiguous. Loops over numbers instead of Eigen's
/// expressions: each type of those costs whoever includes the library time to compile.
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

/// Sum of the squares, four at a time. Underflows and overflows as floats do.
[[nodiscard]] inline float sum_of_squares(std::span<const float> numbers) {
    const std::size_t in_fours = numbers.size() / 4 * 4;
    cv::v_float32x4 sums = cv::v_setzero_f32();
    for (std::size_t k = 0; k < in_fours; k += 4) {
        const cv::v_float32x4 four = cv::v_load(numbers.data() + k);
        sums += four * four;
    }
    float sum = cv::v_reduce_sum(sums);
    for (const float number : numbers.subspan(in_fours))
        sum += number * number;
    return sum;
}

/// Sum of the squared differences of as many numbers each; otherwise the same.
[[nodiscard]] inline float sum_of_squared_differences(std::span<const float> a, std::span<const float> b) {
    const std::size_t in_fours = a.size() / 4 * 4;
    cv::v_float32x4 sums = cv::v_setzero_f32();
    for (std::size_t k = 0; k < in_fours; k += 4) {
        const cv::v_float32x4 differences = cv::v_load(a.data() + k) - cv::v_load(b.data() + k);
        sums += differences * differences;
    }
    float sum = cv::v_reduce_sum(sums);
    for (std::size_t k = in_fours; k < a.size(); ++k)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

/// Largest absolute value; 0 of none.
[[nodiscard]] inline float largest_magnitude(std::span<const float> numbers) {
    const std::size_t in_fours = numbers.size() / 4 * 4;
    cv::v_float32x4 largest = cv::v_setzero_f32();
    for (std::size_t k = 0; k < in_fours; k += 4)
        largest = cv::v_max(largest, cv::v_abs(cv::v_load(numbers.data() + k)));
    float result = cv::v_reduce_max(largest);
    for (const float number : numbers.subspan(in_fours))
        result = std::max(result, std::abs(number));
    return result;
}

/// Whether no number is NaN or infinite: times zero, each of those is NaN.
[[nodiscard]] inline bool all_finite(std::span<const float> numbers) {
    const std::size_t in_fours = numbers.size() / 4 * 4;
    const cv::v_float32x4 zero = cv::v_setzero_f32();
    cv::v_float32x4 sums = zero;
    for (std::size_t k = 0; k < in_fours; k += 4)
        sums += zero * cv::v_load(numbers.data() + k);
    float sum = cv::v_reduce_sum(sums);
    for (const float number : numbers.subspan(in_fours))
        sum += 0 * number;
    return sum == 0;
}

/// Scales a row to unit length, whatever its size; zero stays zero.
///
/// @return  whether it has a length
inline bool normalise(std::span<float> row) {
    float square = sum_of_squares(row);
    if (!(square > 1e-30F && square < 1e30F)) { // squares may underflow or overflow
        const float largest = largest_magnitude(row);
        if (largest == 0) return false;
        for (float& number : row)
            number /= largest;
        square = sum_of_squares(row);
    }
    const float length = std::sqrt(square);
    for (float& number : row)
        number /= length;
    return true;
}

} // namespace fgagt::detail
