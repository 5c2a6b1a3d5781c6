#include "support/catch.hpp"

#include <fgagt/core/detail/packed_product.hpp>

#include <cstddef>
#include <limits>
#include <random>
#include <vector>

using namespace fgagt;
using namespace fgagt::detail;

namespace {

Matrix random_matrix(Eigen::Index rows, Eigen::Index columns, std::mt19937& random) {
    std::uniform_real_distribution<float> number(-1, 1);
    Matrix result(rows, columns);
    for (Eigen::Index k = 0; k < result.size(); ++k)
        result.data()[k] = number(random);
    return result;
}

Matrix exact_product(const Matrix& a, const Matrix& b) {
    const Eigen::MatrixXd product = a.cast<double>() * b.cast<double>();
    return product.cast<float>();
}

void check_close(const Matrix& found, const Matrix& expected, Eigen::Index depth) {
    REQUIRE((found.rows() == expected.rows() && found.cols() == expected.cols()));
    if (found.size() == 0) return;
    CHECK((found - expected).cwiseAbs().maxCoeff() <= 1e-7F * static_cast<float>(depth + 1));
}

/// All kernels that this processor supports.
std::vector<ProductKernel> kernels() {
    std::vector<ProductKernel> all{product_simd128};
#ifdef FGAGT_AVX2
    if (has_avx2()) all.push_back(product_avx2);
    if (has_avx512()) all.push_back(product_avx512);
#endif
    return all;
}

} // namespace

TEST_CASE("a product with a packed matrix is correct for all sizes") {
    std::mt19937 random(11);
    for (const Eigen::Index rows : {0, 1, 2, 5, 6, 7, 13})
        for (const Eigen::Index columns : {0, 1, 31, 32, 33, 70})
            for (const Eigen::Index depth : {0, 1, 3, 64, 129}) {
                const Matrix a = random_matrix(rows, depth, random),
                             b = random_matrix(depth, columns, random);
                Matrix result(2, 2);
                multiply(MatrixView(a), PackedMatrix(MatrixView(b)), result);
                check_close(result, exact_product(a, b), depth);
            }
}

TEST_CASE("transposes and blocks are multiplied correctly") {
    std::mt19937 random(12);
    const Matrix a = random_matrix(9, 20, random), b = random_matrix(40, 9, random);
    Matrix result;
    multiply(MatrixView(a).transposed(), PackedMatrix(MatrixView(b).transposed()), result);
    check_close(result, exact_product(a.transpose(), b.transpose()), 9);
    multiply(MatrixView(b), PackedMatrix(MatrixView(a).middle_columns(5, 7)), result);
    check_close(result, exact_product(b, a.middleCols(5, 7)), 9);
}

TEST_CASE("the kernels of all instruction sets agree") {
    std::mt19937 random(13);
    for (const Eigen::Index depth : {0, 1, 2, 7, 128, 480}) {
        const Matrix a = random_matrix(kProductRows, depth, random);
        const Matrix b = random_matrix(depth, PackedMatrix::kPanel, random);
        const PackedMatrix packed{MatrixView(b)};
        for (const ProductKernel kernel : kernels()) {
            Matrix block = Matrix::Constant(kProductRows, PackedMatrix::kPanel, 7);
            kernel(a.data(), depth, 1, packed.panel(0), depth, block.data());
            check_close(block, exact_product(a, b), depth);
        }
    }
}

TEST_CASE("the product propagates non-finite numbers") {
    Matrix a = Matrix::Ones(7, 9), b = Matrix::Ones(9, 3), result;
    a(2, 8) = std::numeric_limits<float>::quiet_NaN();
    b(0, 1) = std::numeric_limits<float>::infinity();
    multiply(MatrixView(a), PackedMatrix(MatrixView(b)), result);
    CHECK(result.row(2).array().isNaN().all());
    CHECK(result(0, 1) == std::numeric_limits<float>::infinity());
    CHECK(result(4, 2) == 9);
}
