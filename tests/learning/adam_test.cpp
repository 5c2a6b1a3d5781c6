#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/adam.hpp>
#include <fgagt/learning/parameters.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <random>
#include <vector>

using namespace fgagt;

namespace {

/// Weights of every kind: an embedding [2 x 3] and a graph with a reduction.
NetworkWeights zeros() {
    NetworkWeights weights;
    weights.embedding.setZero(2, 3);
    weights.bias.setZero(2);
    weights.graph.w1.setZero(2, 2);
    weights.graph.w2.setZero(2, 2);
    weights.graph.wa.setZero(2, 2);
    weights.graph.reduction.setZero(2, 1);
    return weights;
}

/// Weights filled in the order of parameters_of.
NetworkWeights filled(const std::vector<double>& numbers) {
    NetworkWeights weights = zeros();
    auto next = numbers.begin();
    for (const std::span<float> tensor : parameters_of(weights))
        for (float& value : tensor)
            value = static_cast<float>(*next++);
    REQUIRE(next == numbers.end());
    return weights;
}

std::vector<double> numbers_of(const NetworkWeights& weights) {
    std::vector<double> result;
    for (const std::span<const float> tensor : parameters_of(weights))
        result.insert(result.end(), tensor.begin(), tensor.end());
    return result;
}

NetworkWeights random_weights(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> numbers(numbers_of(zeros()).size());
    std::ranges::generate(numbers, [&] { return normal(random); });
    return filled(numbers);
}

} // namespace

TEST_CASE("Adam's steps agree with NumPy") {
    std::ifstream file(test::golden("adam.json"));
    const auto cases = nlohmann::json::parse(file);
    REQUIRE(cases.size() >= 4);
    for (const auto& one : cases) {
        const auto& options = one["options"];
        const Adam adam({.learning_rate = options["learning_rate"],
                         .graph_factor = options["graph_factor"],
                         .logit_factor = options["logit_factor"],
                         .warm_up = options["warm_up"],
                         .steps = options["steps"],
                         .beta1 = options["beta1"],
                         .beta2 = options["beta2"]});
        NetworkWeights weights = filled(one["weights"]);
        Adam::State state = Adam::initial(weights);
        for (std::size_t step = 0; step < one["gradients"].size(); ++step) {
            CHECK(adam.learning_rate(static_cast<std::int64_t>(step)) ==
                  Approx(one["rates"][step].get<double>()).margin(1e-15));
            adam.step(weights, filled(one["gradients"][step]), state);
        }
        CHECK(state.steps == static_cast<std::int64_t>(one["gradients"].size()));
        const std::vector<double> result = numbers_of(weights), expected = one["result"];
        // 15 steps of up to 0.5; their sum, mean and square are each rounded to float, an error of 6e-8
        for (std::size_t k = 0; k < expected.size(); ++k)
            CHECK(result[k] == Approx(expected[k]).margin(2e-6));
    }
}

TEST_CASE("the first step has the length of the learning rate, whatever the gradient's length") {
    const Adam adam({.learning_rate = 0.125, .warm_up = 0});
    const NetworkWeights before = random_weights(1), gradient = random_weights(2);
    const double length = GENERATE(1e-3, 1.0, 1e3);
    std::vector<double> slopes = numbers_of(gradient);
    for (double& slope : slopes)
        slope *= length;
    NetworkWeights weights = before;
    Adam::State state = Adam::initial(weights);
    adam.step(weights, filled(slopes), state);
    const std::vector<double> from = numbers_of(before), to = numbers_of(weights);
    for (std::size_t k = 0; k < from.size(); ++k)
        CHECK(to[k] - from[k] == Approx(slopes[k] > 0 ? -0.125 : 0.125).epsilon(1e-3)); // 1e-8 of 1e-5
}

TEST_CASE("the rate rises, falls along a cosine, and stays at zero") {
    const Adam adam({.learning_rate = 2, .warm_up = 4, .steps = 100});
    CHECK(adam.learning_rate(0) == Approx(2 * 0.25));
    CHECK(adam.learning_rate(1) == Approx(2 * 0.5 * 0.5 * (1 + std::cos(3.14159265358979 / 100))));
    CHECK(adam.learning_rate(50) == Approx(1));
    CHECK(adam.learning_rate(25) + adam.learning_rate(75) == Approx(2));
    for (std::int64_t step = 4; step < 100; ++step)
        CHECK(adam.learning_rate(step) < adam.learning_rate(step - 1));
    CHECK(adam.learning_rate(100) == Approx(0).margin(1e-15));
    CHECK(adam.learning_rate(1'000'000) == Approx(0).margin(1e-15));
    CHECK(Adam({.learning_rate = 2, .warm_up = 0}).learning_rate(0) == 2);
}

TEST_CASE("Adam finds a minimum") {
    // of the sum of (w - a)^2
    const Adam adam({.learning_rate = 0.05, .warm_up = 0, .steps = 500});
    const std::vector<double> target = numbers_of(random_weights(3));
    NetworkWeights weights = zeros();
    Adam::State state = Adam::initial(weights);
    for (int step = 0; step < 500; ++step) {
        std::vector<double> slopes = numbers_of(weights);
        for (std::size_t k = 0; k < slopes.size(); ++k)
            slopes[k] = 2 * (slopes[k] - target[k]);
        adam.step(weights, filled(slopes), state);
    }
    const std::vector<double> found = numbers_of(weights);
    for (std::size_t k = 0; k < found.size(); ++k)
        CHECK(found[k] == Approx(target[k]).margin(1e-3));
}

TEST_CASE("parameters without a gradient do not change, and the margin never changes") {
    const NetworkWeights before = random_weights(4);
    NetworkWeights weights = before;
    weights.graph.margin = 0.625F;
    Adam::State state = Adam::initial(weights);
    const Adam adam;
    adam.step(weights, zeros(), state);
    CHECK(numbers_of(weights) == numbers_of(before));
    adam.step(weights, random_weights(5), state);
    CHECK(numbers_of(weights) != numbers_of(before));
    CHECK(weights.graph.margin == 0.625F);
}

TEST_CASE("Adam refuses options out of range") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {0.0, -1.0, nan, infinity})
        CHECK_THROWS_AS(Adam({.learning_rate = bad}), InvalidArgument);
    for (const double bad : {-0.1, nan, infinity}) {
        CHECK_THROWS_AS(Adam({.graph_factor = bad}), InvalidArgument);
        CHECK_THROWS_AS(Adam({.logit_factor = bad}), InvalidArgument);
    }
    for (const double bad : {-0.1, 1.0, nan}) {
        CHECK_THROWS_AS(Adam({.beta1 = bad}), InvalidArgument);
        CHECK_THROWS_AS(Adam({.beta2 = bad}), InvalidArgument);
    }
    CHECK_THROWS_AS(Adam({.warm_up = -1}), InvalidArgument);
    CHECK_THROWS_AS(Adam({.steps = 0}), InvalidArgument);
    CHECK_NOTHROW(
        Adam({.graph_factor = 0, .logit_factor = 0, .warm_up = 0, .steps = 1, .beta1 = 0, .beta2 = 0}));
}
