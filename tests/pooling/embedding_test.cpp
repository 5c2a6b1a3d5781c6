#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/pooling/embedding.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace fgagt;

TEST_CASE("an embedding is x W^T + b") {
    Matrix weights(2, 3), features(2, 3), result;
    weights << 1, 2, 3, /**/ -1, 0, 0.5F;
    features << 1, 0, 2, /**/ 0, 1, -1;
    Eigen::RowVectorXf bias(2);
    bias << 10, 20;
    const Embedding embedding(weights, bias);
    CHECK_FALSE(embedding.empty());
    CHECK((embedding.inputs() == 3 && embedding.outputs() == 2));
    embedding.apply(features, result);
    Matrix expected(2, 2);
    expected << 17, 20, /**/ 9, 19.5F;
    CHECK(result == expected);
    embedding.apply(Matrix(0, 3), result);
    CHECK((result.rows() == 0 && result.cols() == 2));
}

TEST_CASE("an empty embedding passes features through") {
    Matrix features(1, 2), result;
    features << 3, -4;
    const Embedding embedding;
    CHECK(embedding.empty());
    embedding.apply(features, result);
    CHECK(result == features);
}

TEST_CASE("an embedding refuses inconsistent shapes and non-finite numbers") {
    const Matrix weights = Matrix::Ones(2, 3);
    CHECK_THROWS_AS(Embedding(weights, Eigen::RowVectorXf::Zero(3)), InvalidArgument);
    CHECK_THROWS_AS(Embedding(Matrix(), Eigen::RowVectorXf()), InvalidArgument);
    Matrix bad = weights;
    bad(1, 1) = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(Embedding(bad, Eigen::RowVectorXf::Zero(2)), InvalidArgument);
    CHECK_THROWS_AS(Embedding::untrained(0, 3), InvalidArgument);

    const Embedding embedding(weights, Eigen::RowVectorXf::Zero(2));
    Matrix result;
    CHECK_THROWS_AS(embedding.apply(Matrix::Ones(5, 4), result), InvalidArgument);
    CHECK_THROWS_AS(embedding.apply(Matrix::Constant(1, 3, 3e38F), result), InvalidArgument);
}

TEST_CASE("the untrained embedding is the same on every platform") {
    // The bits of the first words of numpy's MT19937 with seed 20100915, lowest bit first.
    const Embedding embedding = Embedding::untrained(32, 2);
    const std::uint32_t words[] = {2804154600U, 3098766901U};
    for (Eigen::Index row = 0; row < 2; ++row)
        for (Eigen::Index bit = 0; bit < 32; ++bit)
            CHECK((embedding.weights()(row, bit) > 0) == (((words[row] >> bit) & 1U) != 0));
}

TEST_CASE("the untrained embedding keeps lengths and angles") {
    constexpr Eigen::Index kInputs = 490, kOutputs = 128;
    const Embedding embedding = Embedding::untrained(kInputs, kOutputs);
    const float magnitude = 1 / std::sqrt(128.0F);
    CHECK(embedding.weights().cwiseAbs() == Matrix::Constant(kOutputs, kInputs, magnitude));
    CHECK(embedding.bias().isZero(0));

    std::mt19937 random(test::seed_of("the untrained embedding keeps lengths and angles"));
    Matrix features(60, kInputs), embedded;
    for (Eigen::Index i = 0; i < features.size(); ++i)
        features.data()[i] = static_cast<float>(random() >> 8) / 16777216.0F - 0.3F;
    embedding.apply(features, embedded);
    features.rowwise().normalize();
    const Eigen::VectorXf lengths = embedded.rowwise().norm();
    embedded.rowwise().normalize();
    // The cosine of a random projection has a standard deviation of at most 1 / sqrt(128) = 0.09; the largest
    // of 1770 is within 5 standard deviations.
    const Matrix error = embedded * embedded.transpose() - features * features.transpose();
    CHECK(error.cwiseAbs().maxCoeff() < 5 * magnitude);
    CHECK(std::sqrt(error.squaredNorm() / static_cast<float>(error.size())) < magnitude);
    CHECK(lengths.minCoeff() > 0);
}
