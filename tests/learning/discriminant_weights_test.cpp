#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/association_accuracy.hpp>
#include <fgagt/learning/association_network.hpp>
#include <fgagt/learning/discriminant_weights.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// Two tracks and two detections of two objects. The objects differ along the first axis by much less than
/// each of them varies along the second.
std::vector<AssociationSample> noisy_samples(unsigned seed, int count = 50) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    const auto inputs = [&] {
        Matrix rows(2, 3);
        for (Eigen::Index row = 0; row < 2; ++row)
            rows.row(row) << 5 + (row == 0 ? 0.5F : -0.5F) + 0.1F * normal(engine), 4 + 2 * normal(engine),
                3 + 0.1F * normal(engine);
        return rows;
    };
    std::vector<AssociationSample> samples;
    for (int k = 0; k < count; ++k)
        samples.push_back({inputs(), inputs(), Matrix::Zero(2, 2), {1, 2}, {1, 2}});
    return samples;
}

NetworkWeights plain_cosines(Eigen::Index inputs) {
    NetworkWeights weights;
    weights.graph = GraphWeights::untrained(inputs);
    return weights;
}

Matrix similarity(const NetworkWeights& weights, const AssociationSample& sample) {
    AssociationNetwork<float> network;
    return network.forward(weights, sample.inputs_d, sample.inputs_t, sample.iou);
}

double accuracy(const NetworkWeights& weights, const std::vector<AssociationSample>& samples) {
    AssociationAccuracy accuracy;
    for (const AssociationSample& sample : samples)
        accuracy.add(sample, similarity(weights, sample));
    return accuracy.share();
}

std::string complaint_of(const std::vector<AssociationSample>& samples,
                         const DiscriminantOptions& options = {.dimension = 2}) {
    try {
        static_cast<void>(discriminant_weights(samples, options));
    } catch (const InvalidArgument& error) {
        return error.what();
    }
    return "no error";
}

Matrix matrix_of(const nlohmann::json& rows, Eigen::Index columns) {
    Matrix matrix(static_cast<Eigen::Index>(rows.size()), columns);
    for (Eigen::Index i = 0; i < matrix.rows(); ++i)
        for (Eigen::Index j = 0; j < columns; ++j)
            matrix(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)].get<float>();
    return matrix;
}

} // namespace

TEST_CASE("the discriminant agrees with NumPy") {
    for (const auto& one : nlohmann::json::parse(std::ifstream(golden("discriminant.json")))) {
        const Eigen::Index inputs = one.at("inputs");
        std::vector<AssociationSample> samples;
        for (const auto& sample : one.at("samples"))
            samples.push_back({matrix_of(sample.at("inputs_d"), inputs),
                               matrix_of(sample.at("inputs_t"), inputs),
                               {},
                               sample.at("identities_d"),
                               sample.at("identities_t")});
        const NetworkWeights weights = discriminant_weights(
            samples, {.dimension = one.at("dimension"), .shrinkage = one.at("shrinkage")});
        const std::vector<float> embedding = one.at("embedding"), bias = one.at("bias");
        CAPTURE(inputs);
        REQUIRE(static_cast<std::size_t>(weights.embedding.size()) == embedding.size());
        REQUIRE(static_cast<std::size_t>(weights.bias.size()) == bias.size());
        // Both are doubles until the end, so only the rounding error of a float remains: 6e-8 of numbers
        // below 10.
        for (std::size_t k = 0; k < embedding.size(); ++k)
            CHECK(std::abs(weights.embedding.data()[k] - embedding[k]) < 1e-6F);
        for (std::size_t k = 0; k < bias.size(); ++k)
            CHECK(std::abs(weights.bias.data()[k] - bias[k]) < 1e-6F);
    }
}

TEST_CASE("the discriminant distinguishes objects that plain cosines confuse") {
    const NetworkWeights weights =
        discriminant_weights(noisy_samples(1), {.dimension = 2, .shrinkage = 0.01});
    const auto others = noisy_samples(2);
    CHECK(accuracy(weights, others) == 1);
    CHECK(accuracy(plain_cosines(3), others) < 0.8);
}

TEST_CASE("embedded features have mean zero and a root mean square length of 1") {
    const auto samples = noisy_samples(3);
    const int dimension = GENERATE(1, 2, 3);
    const NetworkWeights weights = discriminant_weights(samples, {.dimension = dimension});
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(dimension);
    double squares = 0, rows = 0;
    for (const AssociationSample& sample : samples)
        for (const Matrix* inputs : {&sample.inputs_d, &sample.inputs_t}) {
            const Matrix features = (*inputs * weights.embedding.transpose()).rowwise() + weights.bias;
            sum += features.cast<double>().colwise().sum();
            squares += features.cast<double>().squaredNorm();
            rows += static_cast<double>(features.rows());
        }
    CHECK((sum / rows).cwiseAbs().maxCoeff() < 1e-5);
    CHECK(std::abs(squares / rows - 1) < 1e-5);
}

TEST_CASE("scaled inputs give the same similarities") {
    const auto samples = noisy_samples(4);
    auto scaled = samples;
    for (AssociationSample& sample : scaled) {
        sample.inputs_d *= 100;
        sample.inputs_t *= 100;
    }
    const DiscriminantOptions options{.dimension = 3};
    const NetworkWeights weights = discriminant_weights(samples, options);
    const NetworkWeights of_scaled = discriminant_weights(scaled, options);
    for (std::size_t k = 0; k < samples.size(); ++k)
        CHECK((similarity(weights, samples[k]) - similarity(of_scaled, scaled[k])).cwiseAbs().maxCoeff() <
              1e-4F);
}

TEST_CASE("the order of samples does not change the discriminant") {
    auto samples = noisy_samples(5);
    const NetworkWeights weights = discriminant_weights(samples, {.dimension = 3});
    std::ranges::reverse(samples);
    CHECK((discriminant_weights(samples, {.dimension = 3}).embedding - weights.embedding)
              .cwiseAbs()
              .maxCoeff() < 1e-5F);
}

TEST_CASE("samples without continuing objects contribute only to the total scatter") {
    constexpr Eigen::Index kInputs = 64; // enough for blocked matrix products
    std::mt19937 engine(3);
    std::normal_distribution<float> normal;
    const auto inputs = [&] {
        return Matrix(Matrix::NullaryExpr(1, kInputs, [&] { return normal(engine); }));
    };
    std::vector<AssociationSample> samples;
    for (TrackId id = 0; id < 100; ++id)
        samples.push_back({inputs(), inputs(), Matrix::Zero(1, 1), {id}, {id % 2 == 0 ? id : -2}});
    const detail::Scatter scatter(samples);
    CHECK(scatter.pairs() == 50);
    CHECK(discriminant_weights(samples, {.dimension = 8}).embedding.allFinite());
}

TEST_CASE("the graph adds a share of the other side to the embedded features") {
    const NetworkWeights weights =
        discriminant_weights(noisy_samples(6), {.dimension = 2, .message = 0.25, .relu = true});
    CHECK(weights.graph.w1 == Matrix::Identity(2, 2));
    CHECK(weights.graph.w2 == 0.25F * Matrix::Identity(2, 2));
    CHECK(weights.graph.wa == Matrix::Zero(2, 2));
    CHECK(weights.graph.prior_logit == 0);
    CHECK(weights.graph.reduction.size() == 0);
    CHECK(weights.graph.options.relu);
    CHECK_FALSE(discriminant_weights(noisy_samples(6), {.dimension = 2}).graph.options.relu);
}

TEST_CASE("objects that never change are distinguished without whitening") {
    auto samples = noisy_samples(7);
    for (AssociationSample& sample : samples)
        sample.inputs_d = sample.inputs_t = samples.front().inputs_t;
    const NetworkWeights weights = discriminant_weights(samples, {.dimension = 2});
    CHECK(weights.embedding.allFinite());
    CHECK(accuracy(weights, samples) == 1);
}

TEST_CASE("a discriminant that cannot be computed is an error with the reason") {
    const auto samples = noisy_samples(8, 2);
    CHECK(complaint_of(samples) == "no error");
    CHECK_THAT(complaint_of({}), contains("got none"));
    CHECK_THAT(complaint_of({AssociationSample{}}), contains("got none"));
    CHECK_THAT(complaint_of(samples, {.dimension = 4}), contains("dimension from 1") && contains("3, got 4"));
    CHECK_THAT(complaint_of(samples, {.dimension = 0}), contains("got 0"));
    for (const double shrinkage : {0.0, -1.0, 1.01, std::nan("")})
        CHECK_THAT(complaint_of(samples, {.dimension = 2, .shrinkage = shrinkage}), contains("(0, 1]"));
    CHECK_THAT(complaint_of(samples, {.dimension = 2, .message = std::nan("")}), contains("finite message"));

    auto bad = samples;
    for (AssociationSample& sample : bad)
        sample.identities_t = {3, 4};
    CHECK_THAT(complaint_of(bad), contains("the same object"));
    for (AssociationSample& sample : bad)
        sample.identities_t = sample.identities_d = {kNobody, kNobody};
    CHECK_THAT(complaint_of(bad), contains("the same object"));
    bad = samples;
    bad[1].inputs_t.resize(2, 4);
    CHECK_THAT(complaint_of(bad), contains("3 and 4"));
    bad = samples;
    bad[1].identities_d.push_back(3);
    CHECK_THAT(complaint_of(bad), contains("got 3 for 2 detections and 2 for 2 tracks"));
    bad = samples;
    bad[1].inputs_t(0, 1) = std::numeric_limits<float>::quiet_NaN();
    CHECK_THAT(complaint_of(bad), contains("finite inputs"));
    for (AssociationSample& sample : bad)
        sample.inputs_d = sample.inputs_t = Matrix::Ones(2, 3);
    CHECK_THAT(complaint_of(bad), contains("that differ"));
}
