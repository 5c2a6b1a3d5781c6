#include "support/catch.hpp"

#include <fgagt/core/matrix.hpp>

#include <cstdint>
#include <utility>

using namespace fgagt;

namespace {

/// [rows x columns] of consecutive numbers from `first`, row by row.
Matrix counting(Eigen::Index rows, Eigen::Index columns, float first = 0) {
    Matrix result(rows, columns);
    for (Eigen::Index k = 0; k < result.size(); ++k)
        result.data()[k] = first + static_cast<float>(k);
    return result;
}

} // namespace

TEST_CASE("a matrix is row-major and aligned to a cache line") {
    const Matrix matrix = counting(3, 4);
    CHECK((matrix.rows() == 3 && matrix.cols() == 4 && matrix.size() == 12));
    for (Eigen::Index row = 0; row < 3; ++row)
        for (Eigen::Index column = 0; column < 4; ++column)
            CHECK(matrix(row, column) == static_cast<float>(4 * row + column));
    CHECK(Matrix(2, 2) == Matrix::Zero(2, 2));
    for (Eigen::Index size = 1; size < 40; ++size) {
        const Matrix other(size, size);
        CHECK(reinterpret_cast<std::uintptr_t>(other.data()) % 64 == 0);
    }
}

TEST_CASE("a matrix keeps its memory when its shape changes") {
    Matrix matrix(10, 20);
    const float* const memory = matrix.data();
    for (const auto& [rows, columns] : {std::pair{3, 7}, {0, 5}, {20, 10}, {4, 0}, {0, 0}, {1, 200}}) {
        matrix.setConstant(rows, columns, 2);
        CHECK((matrix.rows() == rows && matrix.cols() == columns));
        CHECK(matrix == Matrix::Constant(rows, columns, 2));
        CHECK(matrix.data() == memory);
    }
    matrix = counting(2, 3); // from a temporary
    matrix.setZero(10, 20);
    const float* const other = matrix.data();
    const Matrix small = counting(4, 5, 7);
    matrix = small;
    CHECK(matrix == small);
    CHECK(matrix.data() == other);
    matrix.setIdentity(3, 4);
    CHECK(matrix == Matrix::Identity(3, 4));
    CHECK(matrix.data() == other);
}

TEST_CASE("copies of a matrix are independent, and moving transfers the contents") {
    Matrix a = counting(2, 3);
    Matrix b = a;
    b(1, 2) = 100;
    CHECK(a == counting(2, 3));
    const float* const memory = a.data();
    Matrix c = std::move(a);
    CHECK((c == counting(2, 3) && c.data() == memory));
    a = counting(4, 5, 1);
    swap(a, c);
    CHECK((a.rows() == 2 && a.cols() == 3 && c.rows() == 4 && c.cols() == 5));
    CHECK((a == counting(2, 3) && c == counting(4, 5, 1)));
    c = std::move(a);
    CHECK((c == counting(2, 3) && c.data() == memory));
    const Matrix& itself = c;
    c = itself;
    CHECK(c == counting(2, 3));
}

TEST_CASE("a matrix can be assigned from Eigen expressions") {
    const Matrix a = counting(2, 3), b = counting(3, 2, 5);
    const Matrix::Plain expected = Matrix::Plain(a) * Matrix::Plain(b);
    Matrix product = a * b;
    CHECK(product == expected);
    product.setZero(7, 1);
    product.noalias() = a * b;
    CHECK(product == expected);
    product.noalias() += a * b;
    CHECK(product == 2 * expected);

    Matrix matrix = a;
    matrix = matrix.transpose(); // aliases itself
    CHECK(matrix == a.transpose());
    matrix = b * matrix.transpose();
    CHECK(matrix == Matrix::Plain(b) * Matrix::Plain(a));
    const Matrix halves = a.array() / 2 + 1;
    CHECK(halves(1, 2) == 3.5F);
    const Matrix::Plain back = matrix;
    CHECK(back == matrix);
}
