#include "learning/normal_numbers.hpp"
#include "support/catch.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/association_network.hpp>
#include <fgagt/learning/balanced_loss.hpp>
#include <fgagt/learning/parameters.hpp>
#include <fgagt/learning/trainer.hpp>

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace fgagt;
using test::NormalNumbers;

namespace {

constexpr Eigen::Index kInputs = 6, kDimension = 4;

NetworkWeights initial_weights() {
    NormalNumbers<Matrix> random(3);
    NetworkWeights weights;
    weights.embedding = random.matrix(kDimension, kInputs, 0.5F);
    weights.bias = random.matrix(1, kDimension, 0.1F);
    weights.graph = GraphWeights::untrained(kDimension);
    weights.graph.w2 = random.matrix(kDimension, kDimension, 0.2F);
    weights.graph.wa = random.matrix(kDimension, kDimension, 0.2F);
    return weights;
}

/// Detections and tracks of some identities; the appearance depends on the identity, with noise.
AssociationSample sample_of(const std::vector<TrackId>& identities_d,
                            const std::vector<TrackId>& identities_t, unsigned seed) {
    NormalNumbers<Matrix> random(seed), looks(99);
    const Matrix look = looks.matrix(10, kInputs);
    const auto rows = [&](const std::vector<TrackId>& identities) {
        Matrix result = random.matrix(static_cast<Eigen::Index>(identities.size()), kInputs, 0.3F);
        for (std::size_t k = 0; k < identities.size(); ++k)
            if (identities[k] != kNobody) result.row(static_cast<Eigen::Index>(k)) += look.row(identities[k]);
        return result;
    };
    AssociationSample sample{rows(identities_d), rows(identities_t), {}, identities_d, identities_t};
    sample.iou = random
                     .matrix(static_cast<Eigen::Index>(identities_d.size()),
                             static_cast<Eigen::Index>(identities_t.size()), 0.2F)
                     .cwiseAbs()
                     .cwiseMin(1);
    return sample;
}

std::vector<AssociationSample> batch_of(unsigned seed) {
    return {sample_of({0, 1, 2, kNobody}, {2, 0, 5}, seed), sample_of({3, 4}, {4, 3, 6, 7}, seed + 100),
            sample_of({5, 6, 7}, {5}, seed + 200), sample_of({8}, {8, 9}, seed + 300),
            sample_of({1, 9, 0}, {0, 1, 9}, seed + 400)};
}

bool equal(const NetworkWeights& a, const NetworkWeights& b) {
    return std::ranges::equal(parameters_of(a), parameters_of(b), [](const auto& one, const auto& other) {
        return std::ranges::equal(one, other);
    });
}

bool equal(const Trainer::State& a, const Trainer::State& b) {
    return equal(a.weights, b.weights) && equal(a.anchor, b.anchor) && equal(a.adam.mean, b.adam.mean) &&
           equal(a.adam.square, b.adam.square) && a.adam.steps == b.adam.steps;
}

/// Trains with the given number of OpenCV threads.
Trainer::State trained_with(int threads, int steps) {
    const int before = cv::getNumThreads();
    cv::setNumThreads(threads);
    Trainer trainer(initial_weights(), {.adam = {.learning_rate = 0.01, .warm_up = 2}});
    for (int step = 0; step < steps; ++step)
        trainer.step(batch_of(static_cast<unsigned>(step)));
    cv::setNumThreads(before);
    return trainer.state();
}

/// The loss of a batch and its gradient, in double, one sample after another.
double loss_by_hand(const Trainer::State& state, const TrainerOptions& options,
                    const std::vector<AssociationSample>& batch, NetworkWeightsOf<double>& gradient) {
    const auto in_double = [](const NetworkWeights& weights) {
        NetworkWeightsOf<double> result;
        result.embedding = weights.embedding.cast<double>();
        result.bias = weights.bias.cast<double>();
        result.graph.prior_logit = weights.graph.prior_logit;
        result.graph.w1 = weights.graph.w1.cast<double>();
        result.graph.w2 = weights.graph.w2.cast<double>();
        result.graph.wa = weights.graph.wa.cast<double>();
        result.graph.reduction = weights.graph.reduction.cast<double>();
        return result;
    };
    const NetworkWeightsOf<double> weights = in_double(state.weights), anchor = in_double(state.anchor);
    gradient = zeros_like(weights);
    BalancedLoss::Numbers numbers{};
    for (const AssociationSample& sample : batch)
        BalancedLoss::count(BalancedLoss::classes(sample.identities_d, sample.identities_t), numbers);
    const BalancedLoss balanced(options.loss);
    double loss = 0;
    for (const AssociationSample& sample : batch) {
        AssociationNetwork<double> network;
        MatrixOf<double> change;
        const MatrixOf<double>& similarity =
            network.forward(weights, sample.inputs_d.cast<double>(), sample.inputs_t.cast<double>(),
                            sample.iou.cast<double>());
        loss += balanced.evaluate(similarity, BalancedLoss::classes(sample.identities_d, sample.identities_t),
                                  numbers, change);
        network.backward(change, gradient);
    }
    const auto w = parameters_of(weights), a = parameters_of(anchor);
    const auto g = parameters_of(gradient);
    for (std::size_t tensor = 0; tensor < w.size(); ++tensor)
        for (std::size_t k = 0; k < w[tensor].size(); ++k) {
            const double difference = w[tensor][k] - a[tensor][k];
            loss += options.weight_decay * difference * difference;
            g[tensor][k] += 2 * options.weight_decay * difference;
        }
    return loss;
}

} // namespace

TEST_CASE("a trainer's step is an Adam step on the gradient of the batch's loss") {
    TrainerOptions options{.adam = {.learning_rate = 0.02, .warm_up = 0},
                           .loss = {.alpha = 0.5, .beta = 2, .gamma = 1, .delta = 1.5},
                           .weight_decay = GENERATE(0.0, 0.05)};
    options.adam.beta1 = options.adam.beta2 = 0; // so the means are the last gradient and its square
    Trainer trainer(initial_weights(), options);
    for (unsigned step = 0; step < 5; ++step) {
        const std::vector<AssociationSample> batch = batch_of(step);
        const Trainer::State before = trainer.state();
        NetworkWeightsOf<double> expected;
        const double loss = loss_by_hand(before, options, batch, expected);
        CHECK(trainer.step(batch) == Approx(loss).epsilon(1e-5));
        CHECK(trainer.steps() == step + 1);

        const auto e = parameters_of(std::as_const(expected));
        const auto g = parameters_of(trainer.state().adam.mean);
        NetworkWeights gradient = zeros_like(before.weights);
        for (std::size_t tensor = 0; tensor < e.size(); ++tensor) {
            double largest = 0;
            for (const double value : e[tensor])
                largest = std::max(largest, std::abs(value));
            for (std::size_t k = 0; k < e[tensor].size(); ++k) {
                CHECK(g[tensor][k] == Approx(e[tensor][k]).margin(1e-4 * largest)); // floats
                parameters_of(gradient)[tensor][k] = g[tensor][k];
            }
        }
        NetworkWeights weights = before.weights;
        Adam::State adam = before.adam;
        Adam(options.adam).step(weights, gradient, adam);
        CHECK(equal(trainer.weights(), weights));
        CHECK(equal(trainer.state().anchor, initial_weights()));
    }
}

TEST_CASE("training can memorise a pair of frames") {
    const std::vector batch{sample_of({0, 1, 2, 3}, {2, 0, 5}, 1)};
    Trainer trainer(initial_weights(), {.adam = {.learning_rate = 0.02, .warm_up = 10, .steps = 400}});
    const double before = trainer.step(batch);
    for (int step = 1; step < 399; ++step)
        trainer.step(batch);
    CHECK(before > 0.1);
    CHECK(trainer.step(batch) < 0.1 * before);
}

TEST_CASE("weight decay pulls the weights towards their initial values") {
    const auto moved = [](double weight_decay) {
        Trainer trainer(initial_weights(),
                        {.adam = {.learning_rate = 0.01, .warm_up = 0}, .weight_decay = weight_decay});
        for (unsigned step = 0; step < 60; ++step)
            trainer.step(batch_of(step));
        return (trainer.weights().embedding - initial_weights().embedding).norm();
    };
    CHECK(moved(10) < 0.5F * moved(0));
}

TEST_CASE("the same batches give the same weights with any number of threads") {
    const Trainer::State state = trained_with(2, 20);
    CHECK(equal(state, trained_with(1, 20)));
    CHECK_FALSE(equal(state.weights, initial_weights()));
}

TEST_CASE("samples without detections or tracks have no effect") {
    const std::vector<AssociationSample> batch = batch_of(1);
    std::vector<AssociationSample> padded{sample_of({}, {1, 2}, 1)};
    padded.insert(padded.end(), batch.begin(), batch.end());
    padded.push_back(sample_of({1, kNobody}, {}, 2));
    padded.push_back({}); // without the inputs' dimension
    Trainer trainer(initial_weights()), another(initial_weights());
    for (int step = 0; step < 3; ++step)
        CHECK(trainer.step(batch) == another.step(padded));
    CHECK(equal(trainer.state(), another.state()));
}

TEST_CASE("an empty batch does not change the initial weights") {
    Trainer trainer(initial_weights());
    CHECK(trainer.step({}) == 0);
    CHECK(trainer.step(std::vector{sample_of({}, {}, 1)}) == 0);
    CHECK(equal(trainer.weights(), initial_weights()));
    CHECK(trainer.steps() == 2);
}

TEST_CASE("smaller batches do not depend on earlier larger ones") {
    Trainer trainer(initial_weights()), resumed(initial_weights());
    trainer.step(batch_of(1));
    resumed = Trainer(trainer.state(), trainer.options());
    const std::vector<AssociationSample> small{batch_of(2).front()};
    CHECK(trainer.step(small) == resumed.step(small));
    CHECK(equal(trainer.state(), resumed.state()));
}

TEST_CASE("training resumed from a state equals uninterrupted training") {
    const TrainerOptions options{.adam = {.learning_rate = 0.01, .warm_up = 5, .steps = 20},
                                 .weight_decay = 0.01};
    Trainer whole(initial_weights(), options), first(initial_weights(), options);
    for (unsigned step = 0; step < 10; ++step) {
        whole.step(batch_of(step));
        if (step < 4) first.step(batch_of(step));
    }
    Trainer second(first.state(), options);
    CHECK(second.steps() == 4);
    for (unsigned step = 4; step < 10; ++step)
        second.step(batch_of(step));
    CHECK(equal(second.state(), whole.state()));
}

TEST_CASE("a non-finite loss is refused, and the weights are unchanged") {
    const float bad =
        GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 3e38F);
    Trainer trainer(initial_weights());
    trainer.step(batch_of(1));
    const Trainer::State before = trainer.state();
    std::vector<AssociationSample> batch = batch_of(2);
    batch[1].inputs_d.setConstant(bad);
    CHECK_THROWS_AS(trainer.step(batch), InvalidArgument);
    CHECK(equal(trainer.state(), before));

    Trainer untroubled(before, trainer.options());
    trainer.step(batch_of(3));
    untroubled.step(batch_of(3));
    CHECK(equal(trainer.state(), untroubled.state()));
}

TEST_CASE("samples with inconsistent shapes are refused, and the weights are unchanged") {
    Trainer trainer(initial_weights());
    const auto refuses = [&](auto spoil) {
        std::vector<AssociationSample> batch = batch_of(1);
        spoil(batch[1]);
        CHECK_THROWS_AS(trainer.step(batch), InvalidArgument);
        CHECK(equal(trainer.weights(), initial_weights()));
        CHECK(trainer.steps() == 0);
    };
    refuses([](AssociationSample& sample) { sample.identities_d.push_back(9); });
    refuses([](AssociationSample& sample) { sample.identities_t.pop_back(); });
    refuses([](AssociationSample& sample) { sample.inputs_t = Matrix::Ones(3, kInputs); });
    refuses([](AssociationSample& sample) { sample.inputs_d = Matrix::Ones(2, kInputs - 1); });
    refuses([](AssociationSample& sample) { sample.inputs_d = sample.inputs_t = Matrix::Ones(2, 1); });
    refuses([](AssociationSample& sample) { sample.iou.resize(4, 2); });
    refuses([](AssociationSample& sample) { sample.iou.resize(0, 0); });
}

TEST_CASE("a trainer refuses weights and states with inconsistent shapes") {
    const auto refuses = [&](auto spoil) {
        Trainer::State state = Trainer(initial_weights()).state();
        spoil(state);
        CHECK_THROWS_AS(Trainer(state, TrainerOptions{}), InvalidArgument);
    };
    refuses([](Trainer::State& state) { state.weights.bias.resize(kDimension + 1); });
    refuses([](Trainer::State& state) { state.weights.embedding.resize(0, 0); });
    refuses([](Trainer::State& state) { state.weights.graph = GraphWeights::untrained(kDimension - 1); });
    refuses([](Trainer::State& state) { state.weights.graph.wa.resize(0, 0); });
    refuses([](Trainer::State& state) { state.weights.bias[1] = std::numeric_limits<float>::quiet_NaN(); });
    refuses([](Trainer::State& state) { state.anchor.bias.resize(kDimension - 1); });
    refuses([](Trainer::State& state) { state.anchor.embedding(0, 0) = 1 / 0.0F; });
    refuses([](Trainer::State& state) { state.adam.mean.graph.reduction = Matrix::Ones(kDimension, 2); });
    refuses([](Trainer::State& state) { state.adam.square.embedding.resize(kDimension, 1); });
    NetworkWeights bare;
    bare.graph = GraphWeights::untrained(kInputs);
    CHECK_NOTHROW(Trainer(bare).step(batch_of(1)));
}

TEST_CASE("a non-finite gradient is refused even if the loss is finite") {
    // features so short that the inverse of their length overflows a float
    NetworkWeights weights = initial_weights();
    weights.bias.setZero();
    std::vector<AssociationSample> batch = batch_of(1);
    for (AssociationSample& sample : batch) {
        sample.inputs_d *= 1e-39F;
        sample.inputs_t *= 1e-39F;
    }
    NetworkWeightsOf<double> gradient;
    REQUIRE(std::isfinite(loss_by_hand(Trainer(weights).state(), {}, batch, gradient)));
    Trainer trainer(weights);
    CHECK_THROWS_AS(trainer.step(batch), InvalidArgument);
    CHECK(equal(trainer.weights(), weights));
    CHECK(trainer.steps() == 0);
}

TEST_CASE("a learning rate that would break the weights is detected in time") {
    Trainer trainer(initial_weights(), {.adam = {.learning_rate = 1e39, .warm_up = 0}});
    CHECK_THROWS_AS(trainer.step(batch_of(1)), InvalidArgument);
    CHECK(equal(trainer.weights(), initial_weights()));
    CHECK(trainer.steps() == 0);
}

TEST_CASE("diverging training ends with finite weights") {
    Trainer trainer(initial_weights(), {.adam = {.learning_rate = 1e20, .warm_up = 0}});
    const auto train = [&] {
        for (unsigned step = 0; step < 50; ++step)
            trainer.step(batch_of(step));
    };
    CHECK_THROWS_AS(train(), InvalidArgument);
    CHECK(all_finite(trainer.weights()));
}

TEST_CASE("a trainer refuses options out of range") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {-0.1, nan, infinity})
        CHECK_THROWS_AS(Trainer(initial_weights(), {.weight_decay = bad}), InvalidArgument);
    CHECK_THROWS_AS(Trainer(initial_weights(), {.adam = {.learning_rate = 0}}), InvalidArgument);
    CHECK_THROWS_AS(Trainer(initial_weights(), {.loss = {.alpha = -1}}), InvalidArgument);
}
