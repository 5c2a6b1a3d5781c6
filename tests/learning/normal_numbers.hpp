#pragma once

#include <Eigen/Core>

#include <random>

namespace fgagt::test {

/// Normally distributed numbers, one by one and as matrices.
template <class MatrixOf>
class NormalNumbers {
public:
    using Number = typename MatrixOf::Scalar;

    explicit NormalNumbers(unsigned seed) : engine_(seed) {}

    Number number() { return normal_(engine_); }
    MatrixOf matrix(Eigen::Index rows, Eigen::Index columns, Number spread = 1) {
        MatrixOf result(rows, columns);
        for (Eigen::Index k = 0; k < result.size(); ++k)
            result.data()[k] = spread * number();
        return result;
    }

private:
    std::mt19937 engine_;
    std::normal_distribution<Number> normal_;
};

} // namespace fgagt::test
