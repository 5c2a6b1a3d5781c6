#include "learning/normal_numbers.hpp"
#include "support/catch.hpp"

#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/learning/association_network.hpp>
#include <fgagt/learning/balanced_loss.hpp>
#include <fgagt/learning/parameters.hpp>
#include <fgagt/pooling/embedding.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

using namespace fgagt;
using test::NormalNumbers;

namespace {

using Values = MatrixOf<double>;

/// A pair of frames of random shape and content.
struct Problem {
    NetworkWeightsOf<double> weights;
    Values inputs_d, inputs_t, iou;
    std::vector<TrackId> identities_d, identities_t;
};

struct Shape {
    Eigen::Index m, n, inputs, dimension;
    bool embedding = true, reduction = false;
};

Problem random_problem(const Shape& shape, unsigned seed, const AdaptiveGraphOptions& options = {}) {
    NormalNumbers<Values> random(seed);
    Problem problem;
    const Eigen::Index dimension = shape.embedding ? shape.dimension : shape.inputs;
    if (shape.embedding) {
        problem.weights.embedding = random.matrix(dimension, shape.inputs);
        problem.weights.bias = random.matrix(1, dimension);
    }
    GraphWeightsOf<double>& graph = problem.weights.graph;
    graph.options = options;
    graph.prior_logit = random.number();
    graph.w1 = random.matrix(dimension, dimension);
    graph.w2 = random.matrix(dimension, dimension);
    graph.wa = random.matrix(dimension, dimension);
    if (shape.reduction) graph.reduction = random.matrix(dimension, 3);
    problem.inputs_d = random.matrix(shape.m, shape.inputs);
    problem.inputs_t = random.matrix(shape.n, shape.inputs);
    problem.iou = random.matrix(shape.m, shape.n).cwiseAbs().cwiseMin(1);
    for (Eigen::Index d = 0; d < shape.m; ++d) // some have no ID, some are new, some continue a track
        problem.identities_d.push_back(d % 4 == 3 ? kNobody : d);
    for (Eigen::Index t = 0; t < shape.n; ++t)
        problem.identities_t.push_back(t % 3 == 2 ? 100 + t : t);
    return problem;
}

double loss_of(const Problem& problem, NetworkWeightsOf<double>* gradient = nullptr) {
    AssociationNetwork<double> network;
    const BalancedLoss loss({.alpha = 1.5, .beta = 0.5, .gamma = 2, .delta = 0.75});
    const auto classes = BalancedLoss::classes(problem.identities_d, problem.identities_t);
    BalancedLoss::Numbers numbers{};
    BalancedLoss::count(classes, numbers);
    Values change;
    const double value =
        loss.evaluate(network.forward(problem.weights, problem.inputs_d, problem.inputs_t, problem.iou),
                      classes, numbers, change);
    if (gradient != nullptr) network.backward(change, *gradient);
    return value;
}

/// Largest difference between the analytic gradient and central differences, relative to the largest gradient
/// of its tensor.
double gradient_error(Problem problem) {
    NetworkWeightsOf<double> gradient = zeros_like(problem.weights);
    loss_of(problem, &gradient);
    const auto parameters = parameters_of(problem.weights);
    const auto gradients = parameters_of(gradient);
    double worst = 0;
    for (std::size_t tensor = 0; tensor < parameters.size(); ++tensor) {
        double largest = 1e-6, error = 0;
        for (std::size_t k = 0; k < parameters[tensor].size(); ++k) {
            double& parameter = parameters[tensor][k];
            const double value = parameter;
            constexpr double kStep = 1e-5;
            parameter = value + kStep;
            const double above = loss_of(problem);
            parameter = value - kStep;
            const double below = loss_of(problem);
            parameter = value;
            const double difference = (above - below) / (2 * kStep);
            largest = std::max(largest, std::abs(difference));
            error = std::max(error, std::abs(difference - gradients[tensor][k]));
        }
        worst = std::max(worst, error / largest);
    }
    return worst;
}

bool is_finite(const NetworkWeightsOf<double>& weights) {
    const auto tensors = parameters_of(weights);
    return std::ranges::all_of(tensors, [](std::span<const double> tensor) {
        return std::ranges::all_of(tensor, [](double value) { return std::isfinite(value); });
    });
}

} // namespace

TEST_CASE("the network's gradient agrees with central differences") {
    const Shape shape = GENERATE(Shape{1, 1, 3, 2}, Shape{2, 3, 4, 5}, Shape{5, 2, 6, 3}, Shape{7, 6, 5, 4},
                                 Shape{4, 4, 5, 5, false}, Shape{3, 5, 4, 6, true, true}, Shape{1, 4, 3, 3},
                                 Shape{6, 1, 3, 3});
    const bool relu = GENERATE(true, false), squared = GENERATE(true, false);
    for (unsigned seed = 1; seed <= 3; ++seed) {
        CAPTURE(shape.m, shape.n, shape.inputs, shape.dimension, relu, squared, seed);
        CHECK(gradient_error(random_problem(shape, seed, {.squared_distance = squared, .relu = relu})) <
              1e-6);
    }
}

TEST_CASE("empty sides have no gradient and no effect on it") {
    const Shape shape = GENERATE(Shape{0, 3, 4, 5}, Shape{3, 0, 4, 5}, Shape{0, 0, 4, 5});
    const Problem problem = random_problem(shape, 1);
    NetworkWeightsOf<double> gradient = zeros_like(problem.weights);
    CHECK(loss_of(problem, &gradient) == 0);
    for (const std::span<const double> tensor : parameters_of(std::as_const(gradient)))
        CHECK(std::ranges::all_of(tensor, [](double value) { return value == 0; }));
}

TEST_CASE("the gradient is finite at singular points, and zero for rows without a direction") {
    const bool squared = GENERATE(true, false);
    Problem problem = random_problem({3, 3, 4, 5}, 7, {.squared_distance = squared});
    NetworkWeightsOf<double> gradient = zeros_like(problem.weights);

    SECTION("zero rows, where neither length nor ReLU has a derivative") {
        problem.weights.bias.setZero();
        problem.inputs_d.setZero();
        problem.inputs_t.setZero();
        loss_of(problem, &gradient);
        CHECK(is_finite(gradient));
        CHECK(gradient.graph.w1.isZero(0));
        CHECK(gradient.embedding.isZero(0));
    }
    SECTION("identical rows on both sides") {
        problem.inputs_t = problem.inputs_d;
        loss_of(problem, &gradient);
        CHECK(is_finite(gradient));
        if (squared) CHECK(gradient_error(problem) < 1e-6);
    }
    SECTION("almost identical rows") {
        problem.inputs_t = problem.inputs_d.array() + 1e-9;
        loss_of(problem, &gradient);
        CHECK(is_finite(gradient));
        for (const std::span<const double> tensor : parameters_of(std::as_const(gradient)))
            CHECK(std::ranges::all_of(tensor, [](double value) { return std::abs(value) < 1e3; }));
    }
    SECTION("all rows the same") {
        problem.inputs_d.rowwise() = Eigen::RowVectorXd::Ones(4);
        problem.inputs_t = problem.inputs_d;
        loss_of(problem, &gradient);
        CHECK(is_finite(gradient));
    }
}

TEST_CASE("the network computes the same as the tracker's embedding and graph") {
    const Shape shape = GENERATE(Shape{7, 5, 6, 4}, Shape{5, 7, 6, 4, true, true}, Shape{4, 4, 5, 5, false});
    const bool relu = GENERATE(true, false), squared = GENERATE(true, false);
    const Problem problem = random_problem(shape, 3, {.squared_distance = squared, .relu = relu});
    AssociationNetwork<double> network;
    const Values& expected =
        network.forward(problem.weights, problem.inputs_d, problem.inputs_t, problem.iou);

    Embedding embedding;
    if (shape.embedding)
        embedding = Embedding(problem.weights.embedding.cast<float>(), problem.weights.bias.cast<float>());
    GraphWeights weights;
    weights.options = problem.weights.graph.options;
    weights.prior_logit = static_cast<float>(problem.weights.graph.prior_logit);
    weights.w1 = problem.weights.graph.w1.cast<float>();
    weights.w2 = problem.weights.graph.w2.cast<float>();
    weights.wa = problem.weights.graph.wa.cast<float>();
    weights.reduction = problem.weights.graph.reduction.cast<float>();
    Matrix features_d, features_t, similarity;
    embedding.apply(problem.inputs_d.cast<float>(), features_d);
    embedding.apply(problem.inputs_t.cast<float>(), features_t);
    AdaptiveGraph graph(weights);
    graph.relate(features_d, features_t, problem.iou.cast<float>(), similarity);
    CHECK((similarity.cast<double>() - expected).cwiseAbs().maxCoeff() < 1e-4);
}
