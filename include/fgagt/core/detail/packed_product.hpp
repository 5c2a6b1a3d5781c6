#pragma once

#include <fgagt/core/detail/simd.hpp>
#include <fgagt/core/detail/vectors.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#ifdef FGAGT_AVX2
#include <immintrin.h>
#endif

/// @file
/// Products of matrices with a few hundred rows and columns.
namespace fgagt::detail {

/// A strided view of numbers: a matrix, its transpose, or a part of it. `row` is the distance from one row to
/// the next, `column` from one column to the next.
struct MatrixView {
    const float* numbers;
    std::ptrdiff_t rows, columns;
    std::ptrdiff_t row, column;

    explicit MatrixView(const Matrix& matrix)
        : MatrixView(matrix.data(), matrix.rows(), matrix.cols(), matrix.cols(), 1) {}
    MatrixView(const float* first, std::ptrdiff_t row_count, std::ptrdiff_t column_count,
               std::ptrdiff_t row_step, std::ptrdiff_t column_step)
        : numbers(first),
          rows(row_count),
          columns(column_count),
          row(row_step),
          column(column_step) {}

    [[nodiscard]] MatrixView transposed() const { return {numbers, columns, rows, column, row}; }
    [[nodiscard]] MatrixView middle_columns(std::ptrdiff_t first, std::ptrdiff_t count) const {
        return {rows == 0 ? numbers : numbers + first * column, rows, count, row, column};
    }
};

/// The right side of a product: panels of 32 columns, each stored row by row and padded with zeros.
class PackedMatrix {
public:
    static constexpr std::ptrdiff_t kPanel = 32; ///< columns

    PackedMatrix() = default;
    explicit PackedMatrix(const MatrixView& matrix) { pack(matrix); }

    void pack(const MatrixView& matrix) {
        rows_ = matrix.rows;
        columns_ = matrix.columns;
        const std::ptrdiff_t panels = (columns_ + kPanel - 1) / kPanel;
        numbers_.assign(static_cast<std::size_t>(panels * rows_), PanelRow{});
        if (rows_ == 0) return; // an empty view may have no valid pointer
        PanelRow* to = numbers_.data();
        for (std::ptrdiff_t first = 0; first < columns_; first += kPanel) {
            const float* from = matrix.numbers + first * matrix.column;
            const std::ptrdiff_t count = std::min(kPanel, columns_ - first);
            for (std::ptrdiff_t k = 0; k < rows_; ++k, ++to, from += matrix.row)
                if (matrix.column == 1)
                    std::copy_n(from, count, to->numbers.data());
                else
                    for (std::ptrdiff_t j = 0; j < count; ++j)
                        to->numbers[static_cast<std::size_t>(j)] = from[j * matrix.column];
        }
    }

    [[nodiscard]] std::ptrdiff_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::ptrdiff_t columns() const noexcept { return columns_; }
    /// [rows x kPanel]: the columns starting at `column`, a multiple of kPanel; aligned to 64 bytes.
    [[nodiscard]] const float* panel(std::ptrdiff_t column) const noexcept {
        return reinterpret_cast<const float*>(numbers_.data() + column / kPanel * rows_);
    }

private:
    struct alignas(64) PanelRow { // no single load crosses a cache line
        std::array<float, kPanel> numbers;
    };

    std::ptrdiff_t rows_ = 0, columns_ = 0;
    std::vector<PanelRow> numbers_;
};

inline namespace FGAGT_KERNELS {

inline constexpr std::ptrdiff_t kProductRows = 6; ///< rows of a block of a product

/// Computes a block of a product: kProductRows rows of the left side times a panel, aligned as
/// PackedMatrix::panel is. Sets `c` to [kProductRows x kPanel].
using ProductKernel = void (*)(const float* a, std::ptrdiff_t row, std::ptrdiff_t column, const float* panel,
                               std::ptrdiff_t depth, float* c);

inline void product_simd128(const float* a, std::ptrdiff_t row, std::ptrdiff_t column, const float* panel,
                            std::ptrdiff_t depth, float* c) {
    for (std::ptrdiff_t i = 0; i < kProductRows; i += 2, a += 2 * row, c += 2 * PackedMatrix::kPanel)
        for (std::ptrdiff_t j = 0; j < PackedMatrix::kPanel; j += 8) {
            Floats s00 = all_lanes(0), s01 = s00, s10 = s00, s11 = s00;
            for (std::ptrdiff_t k = 0; k < depth; ++k) {
                const float* const right = panel + k * PackedMatrix::kPanel + j;
                const Floats b0 = load(right), b1 = load(right + 4);
                const Floats x0 = all_lanes(a[k * column]);
                s00 = add_product(s00, x0, b0);
                s01 = add_product(s01, x0, b1);
                const Floats x1 = all_lanes(a[k * column + row]);
                s10 = add_product(s10, x1, b0);
                s11 = add_product(s11, x1, b1);
            }
            store(c + j, s00);
            store(c + j + 4, s01);
            store(c + PackedMatrix::kPanel + j, s10);
            store(c + PackedMatrix::kPanel + j + 4, s11);
        }
}

#ifdef FGAGT_AVX2
// Loops over rows are unrolled so that the sums stay in registers.
FGAGT_AVX2 inline void product_avx2(const float* a, std::ptrdiff_t row, std::ptrdiff_t column,
                                    const float* panel, std::ptrdiff_t depth, float* c) {
    for (std::ptrdiff_t j = 0; j < PackedMatrix::kPanel; j += 16) {
        __m256 sum[kProductRows][2]; // NOLINT(modernize-avoid-c-arrays)
#pragma GCC unroll 6
        for (auto& sums : sum)
            sums[0] = sums[1] = _mm256_setzero_ps();
        for (std::ptrdiff_t k = 0; k < depth; ++k) {
            const float* const right = panel + k * PackedMatrix::kPanel + j;
            const __m256 b0 = _mm256_load_ps(right), b1 = _mm256_load_ps(right + 8);
#pragma GCC unroll 6
            for (std::ptrdiff_t r = 0; r < kProductRows; ++r) {
                const __m256 x = _mm256_broadcast_ss(a + k * column + r * row);
                sum[r][0] = _mm256_fmadd_ps(x, b0, sum[r][0]);
                sum[r][1] = _mm256_fmadd_ps(x, b1, sum[r][1]);
            }
        }
#pragma GCC unroll 6
        for (std::ptrdiff_t r = 0; r < kProductRows; ++r) {
            _mm256_storeu_ps(c + r * PackedMatrix::kPanel + j, sum[r][0]);
            _mm256_storeu_ps(c + r * PackedMatrix::kPanel + j + 8, sum[r][1]);
        }
    }
}

FGAGT_AVX512 inline void product_avx512(const float* a, std::ptrdiff_t row, std::ptrdiff_t column,
                                        const float* panel, std::ptrdiff_t depth, float* c) {
    __m512 sum[kProductRows][2]; // NOLINT(modernize-avoid-c-arrays)
#pragma GCC unroll 6
    for (auto& sums : sum)
        sums[0] = sums[1] = _mm512_setzero_ps();
    for (std::ptrdiff_t k = 0; k < depth; ++k) {
        const float* const right = panel + k * PackedMatrix::kPanel;
        const __m512 b0 = _mm512_load_ps(right), b1 = _mm512_load_ps(right + 16);
#pragma GCC unroll 6
        for (std::ptrdiff_t r = 0; r < kProductRows; ++r) {
            const __m512 x = _mm512_set1_ps(a[k * column + r * row]);
            sum[r][0] = _mm512_fmadd_ps(x, b0, sum[r][0]);
            sum[r][1] = _mm512_fmadd_ps(x, b1, sum[r][1]);
        }
    }
#pragma GCC unroll 6
    for (std::ptrdiff_t r = 0; r < kProductRows; ++r) {
        _mm512_storeu_ps(c + r * PackedMatrix::kPanel, sum[r][0]);
        _mm512_storeu_ps(c + r * PackedMatrix::kPanel + 16, sum[r][1]);
    }
}
#endif

/// The fastest kernel that this processor supports.
[[nodiscard]] inline ProductKernel product_kernel() noexcept {
#ifdef FGAGT_AVX2
    if (has_avx512()) return product_avx512;
    if (has_avx2()) return product_avx2;
#endif
    return product_simd128;
}

/// result = a b.
///
/// @param a       [M x K]
/// @param b       [K x N]
/// @param result  [M x N], resized; must not be the matrix that a or b refers to
/// @note M, N and K may be 0. O(M N K).
inline void multiply(const MatrixView& a, const PackedMatrix& b, Matrix& result) {
    FGAGT_ASSERT(a.columns == b.rows());
    result.resize(a.rows, b.columns());
    if (b.rows() == 0) { // a may have no valid pointer
        std::fill_n(result.data(), result.size(), 0.0F);
        return;
    }
    const ProductKernel kernel = product_kernel();
    std::array<float, kProductRows * PackedMatrix::kPanel> block{};
    const std::ptrdiff_t at_a_time = a.rows < kProductRows ? 1 : kProductRows;
    const std::ptrdiff_t step = at_a_time == 1 ? 0 : a.row; // a single row fills the whole block
    // A panel stays in the cache.
    for (std::ptrdiff_t j = 0; j < b.columns(); j += PackedMatrix::kPanel) {
        const std::ptrdiff_t count = std::min(PackedMatrix::kPanel, b.columns() - j);
        for (std::ptrdiff_t next = 0; next < a.rows; next += at_a_time) {
            const std::ptrdiff_t i = std::min(next, a.rows - at_a_time); // the last ones overlap others
            kernel(a.numbers + i * a.row, step, a.column, b.panel(j), b.rows(), block.data());
            for (std::ptrdiff_t r = 0; r < at_a_time; ++r)
                std::copy_n(block.data() + r * PackedMatrix::kPanel, count, &result(i + r, j));
        }
    }
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
