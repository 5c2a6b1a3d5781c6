#pragma once

#include <fgagt/errors.hpp>
#include <fgagt/types.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

/// What the library does with matrices whose rows are contiguous. The product is faster than a general one
/// where there are few rows of some hundred columns; everything is written for few types of expression, since
/// each costs whoever includes the library time to compile.
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

/// To compute with them.
template <class Scalar>
[[nodiscard]] Eigen::Map<Eigen::Array<Scalar, Eigen::Dynamic, 1>> as_array(std::span<Scalar> numbers) {
    return {numbers.data(), static_cast<Eigen::Index>(numbers.size())};
}

/// Whether no number is NaN or infinite: times zero, each of those is NaN.
[[nodiscard]] inline bool all_finite(std::span<const float> numbers) {
    using Numbers = Eigen::Map<const Eigen::ArrayXf>;
    return numbers.empty() ||
           (Numbers(numbers.data(), static_cast<Eigen::Index>(numbers.size())) * 0.0F).sum() == 0;
}

/// Scales a row to unit length, whatever its size; zero stays zero.
///
/// @return  whether it has a length
template <class Scalar>
bool normalise(std::span<Scalar> row) {
    auto numbers = as_array(row);
    Scalar square = row.empty() ? Scalar{0} : numbers.square().sum();
    if (!(square > Scalar(1e-30) && square < Scalar(1e30))) { // squares may underflow or overflow
        const Scalar largest = row.empty() ? Scalar{0} : numbers.abs().maxCoeff();
        if (largest == 0) return false;
        numbers /= largest;
        square = numbers.square().sum();
    }
    numbers /= std::sqrt(square);
    return true;
}

template <class Scalar>
[[nodiscard]] MatrixOf<Scalar> transposed(const MatrixOf<Scalar>& matrix) {
    MatrixOf<Scalar> result(matrix.cols(), matrix.rows());
    for (Eigen::Index row = 0; row < matrix.rows(); ++row)
        for (Eigen::Index column = 0; column < matrix.cols(); ++column)
            result(column, row) = matrix(row, column);
    return result;
}

template <class Scalar>
class RowProducts {
public:
    /// Dot products of `depth` numbers each: rows a and b of matrices with rows of that length.
    RowProducts(const Scalar* a, const Scalar* b, std::ptrdiff_t depth) : a_(a), b_(b), depth_(depth) {}

    [[nodiscard]] Scalar one(std::ptrdiff_t i, std::ptrdiff_t j) const {
        const Scalar* const a = a_ + i * depth_;
        const Scalar* const b = b_ + j * depth_;
        Lanes sum = Lanes::Zero();
        std::ptrdiff_t k = 0;
        for (; k + kLanes <= depth_; k += kLanes)
            sum += lanes(a + k) * lanes(b + k);
        return total(sum, a, b, k);
    }

    /// Those of rows i to i + 3 with rows j and j + 1, to `result` and what lies `stride` beyond. The eight
    /// sums stay in registers, named one by one: as an array they would not.
    void four_by_two(std::ptrdiff_t i, std::ptrdiff_t j, Scalar* result, std::ptrdiff_t stride) const {
        const Scalar* const a0 = a_ + i * depth_;
        const Scalar* const a1 = a0 + depth_;
        const Scalar* const a2 = a1 + depth_;
        const Scalar* const a3 = a2 + depth_;
        const Scalar* const b0 = b_ + j * depth_;
        const Scalar* const b1 = b0 + depth_;
        Lanes sum00 = Lanes::Zero(), sum01 = sum00, sum10 = sum00, sum11 = sum00, sum20 = sum00,
              sum21 = sum00, sum30 = sum00, sum31 = sum00;
        std::ptrdiff_t k = 0;
        for (; k + kLanes <= depth_; k += kLanes) {
            const Lanes y0 = lanes(b0 + k), y1 = lanes(b1 + k);
            const Lanes x0 = lanes(a0 + k);
            sum00 += x0 * y0;
            sum01 += x0 * y1;
            const Lanes x1 = lanes(a1 + k);
            sum10 += x1 * y0;
            sum11 += x1 * y1;
            const Lanes x2 = lanes(a2 + k);
            sum20 += x2 * y0;
            sum21 += x2 * y1;
            const Lanes x3 = lanes(a3 + k);
            sum30 += x3 * y0;
            sum31 += x3 * y1;
        }
        const auto write = [&](std::ptrdiff_t row, const Scalar* a, const Lanes& sum0, const Lanes& sum1) {
            result[row * stride] = total(sum0, a, b0, k);
            result[row * stride + 1] = total(sum1, a, b1, k);
        };
        write(0, a0, sum00, sum01);
        write(1, a1, sum10, sum11);
        write(2, a2, sum20, sum21);
        write(3, a3, sum30, sum31);
    }

private:
    static constexpr int kLanes = std::max(EIGEN_MAX_STATIC_ALIGN_BYTES, 16) / int{sizeof(Scalar)};
    using Lanes = Eigen::Array<Scalar, kLanes, 1>;

    [[nodiscard]] static Eigen::Map<const Lanes> lanes(const Scalar* first) {
        return Eigen::Map<const Lanes>(first);
    }
    /// The lanes, and what is left from k on.
    [[nodiscard]] Scalar total(const Lanes& sum, const Scalar* a, const Scalar* b, std::ptrdiff_t k) const {
        Scalar result = sum.sum();
        for (; k < depth_; ++k)
            result += a[k] * b[k];
        return result;
    }

    const Scalar *a_, *b_;
    std::ptrdiff_t depth_;
};

/// result = a b^T.
///
/// @param a       [M x K]
/// @param b       [N x K]
/// @param result  [M x N], resized; another object than a and b
/// @note M, N and K may be 0. O(M N K).
template <class Scalar>
void multiply_transposed(const MatrixOf<Scalar>& a, const MatrixOf<Scalar>& b, MatrixOf<Scalar>& result) {
    FGAGT_ASSERT(a.cols() == b.cols());
    result.resize(a.rows(), b.rows());
    const RowProducts<Scalar> products(a.data(), b.data(), a.cols());
    const std::ptrdiff_t rows = a.rows(), columns = b.rows();
    if (rows < 4 || columns < 2) {
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            for (std::ptrdiff_t j = 0; j < columns; ++j)
                result(i, j) = products.one(i, j);
        return;
    }
    for (std::ptrdiff_t i = 0; i < rows;
         i += 4) // the last blocks overlap those before, with the same numbers
        for (std::ptrdiff_t j = 0; j < columns; j += 2) {
            const std::ptrdiff_t first_i = std::min(i, rows - 4), first_j = std::min(j, columns - 2);
            products.four_by_two(first_i, first_j, &result(first_i, first_j), columns);
        }
}

} // namespace fgagt::detail
