#include "support/catch.hpp"

#include <fgagt/matrix_operations.hpp>

#include <limits>
#include <random>

using namespace fgagt;

namespace {

Matrix random_matrix(Eigen::Index rows, Eigen::Index columns, std::mt19937& random) {
    std::uniform_real_distribution<float> number(-1, 1);
    Matrix result(rows, columns);
    for (float& value : detail::numbers_of(result))
        value = number(random);
    return result;
}

} // namespace

TEST_CASE("the product is the sum of the products, whatever the sizes") {
    std::mt19937 random(7);
    for (const Eigen::Index rows : {0, 1, 3, 4, 5, 8, 11})
        for (const Eigen::Index columns : {0, 1, 2, 3, 6, 9})
            for (const Eigen::Index depth : {0, 1, 3, 4, 7, 16, 33, 130}) {
                const Matrix a = random_matrix(rows, depth, random),
                             b = random_matrix(columns, depth, random);
                Matrix result(2, 2);
                detail::multiply_transposed(a, b, result);
                REQUIRE(result.rows() == rows);
                REQUIRE(result.cols() == columns);
                for (Eigen::Index i = 0; i < rows; ++i)
                    for (Eigen::Index j = 0; j < columns; ++j) {
                        double sum = 0;
                        for (Eigen::Index k = 0; k < depth; ++k)
                            sum += static_cast<double>(a(i, k)) * static_cast<double>(b(j, k));
                        // each of the depth additions rounds a partial sum of at most depth
                        const double rounding =
                            static_cast<double>(depth * depth) * std::numeric_limits<float>::epsilon();
                        CHECK(std::abs(static_cast<double>(result(i, j)) - sum) <= rounding);
                    }
            }
}

TEST_CASE("the product in double is that of double") {
    MatrixOf<double> a(1, 3), b(1, 3), result;
    a << 1, 1e-12, -1;
    b << 1, 1, 1;
    detail::multiply_transposed(a, b, result);
    CHECK(std::abs(result(0, 0) - 1e-12) < 1e-15);
}

TEST_CASE("the product does not hide what is not finite") {
    Matrix a = Matrix::Ones(5, 9), b = Matrix::Ones(3, 9), result;
    a(2, 8) = std::numeric_limits<float>::quiet_NaN();
    b(1, 0) = std::numeric_limits<float>::infinity();
    detail::multiply_transposed(a, b, result);
    CHECK(result.row(2).array().isNaN().all());
    CHECK(result(0, 1) == std::numeric_limits<float>::infinity());
    CHECK(result(4, 2) == 9);
}

TEST_CASE("rows of any size come to unit length, and zero stays zero") {
    for (const float scale : {1e-38F, 1e-20F, 1.0F, 1e20F, 3e38F}) {
        Matrix matrix(2, 3);
        matrix << scale, -scale, 0.5F * scale, 7, 7, 7;
        CHECK(detail::normalise(detail::row_of(matrix, 0)));
        CHECK(matrix(0, 0) == Approx(2.0 / 3));
        CHECK(matrix(0, 1) == Approx(-2.0 / 3));
        CHECK(matrix(0, 2) == Approx(1.0 / 3));
        CHECK(matrix(1, 0) == 7);
    }
    Matrix zero = Matrix::Zero(1, 4);
    CHECK_FALSE(detail::normalise(detail::row_of(zero, 0)));
    CHECK(zero.isZero(0));
    Matrix none(1, 0);
    CHECK_FALSE(detail::normalise(detail::row_of(none, 0)));
}

TEST_CASE("transposing swaps rows and columns") {
    Matrix matrix(2, 3);
    matrix << 1, 2, 3, 4, 5, 6;
    const Matrix result = detail::transposed(matrix);
    CHECK(result == Matrix(matrix.transpose()));
}
