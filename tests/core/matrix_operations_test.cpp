#include "support/catch.hpp"

#include <fgagt/core/detail/matrix_operations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

using namespace fgagt;

TEST_CASE("sums of squares include every number for any length") {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> number(-1, 1);
    for (std::size_t size = 0; size <= 21; ++size) {
        std::vector<float> a(size), b(size);
        double squares = 0, differences = 0, largest = 0;
        for (std::size_t k = 0; k < size; ++k) {
            a[k] = number(random);
            b[k] = number(random);
            const double x = a[k], y = b[k];
            squares += x * x;
            differences += (x - y) * (x - y);
            largest = std::max(largest, std::abs(x));
        }
        CHECK(detail::sum_of_squares(a) == Approx(squares).epsilon(1e-5));
        CHECK(detail::sum_of_squared_differences(a, b) == Approx(differences).epsilon(1e-5));
        CHECK(static_cast<double>(detail::largest_magnitude(a)) == largest);
    }
}

TEST_CASE("a non-finite number is found at every position") {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    CHECK(detail::all_finite({}));
    for (std::size_t size = 1; size <= 13; ++size) {
        std::vector<float> numbers(size, std::numeric_limits<float>::max());
        CHECK(detail::all_finite(numbers));
        for (std::size_t k = 0; k < size; ++k)
            for (const float flaw : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
                std::vector<float> flawed = numbers;
                flawed[k] = flaw;
                CHECK_FALSE(detail::all_finite(flawed));
            }
    }
}

TEST_CASE("rows of any size are normalised, and zero rows stay zero") {
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
