#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/learning/adam.hpp>
#include <fgagt/learning/association_network.hpp>
#include <fgagt/learning/balanced_loss.hpp>
#include <fgagt/learning/parameters.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/pooling/embedding.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <opencv2/core/utility.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of Trainer.
struct TrainerOptions {
    AdamOptions adam{};         ///< optimiser
    BalancedLossOptions loss{}; ///< loss to minimise
    double weight_decay = 1e-4; ///< decay towards the initial weights, >= 0
};

/// Trains embedding and graph with mini-batches of samples. The same samples in the same batches give the
/// same weights, for any number of threads.
class Trainer {
public:
    using Options = TrainerOptions;

    /// Everything that is needed to resume training, as a plain value.
    struct State {
        NetworkWeights weights; ///< current weights
        NetworkWeights anchor;  ///< initial weights
        Adam::State adam;       ///< state of the optimiser
    };

    /// @param initial  initial weights
    /// @param options  see TrainerOptions
    /// @throws InvalidArgument  an option is out of range; shapes of the weights do not match, or a number is
    ///                          not finite
    explicit Trainer(const NetworkWeights& initial, TrainerOptions options = {})
        : Trainer(State{initial, initial, Adam::initial(initial)}, options) {}
    /// Resumes from the state of another trainer.
    /// @throws InvalidArgument  as above, or parts of the state have different shapes
    explicit Trainer(State state, TrainerOptions options)
        : options_(options),
          adam_(options.adam),
          loss_(options.loss),
          state_(std::move(state)) {
        if (!(detail::is_finite(options.weight_decay) && options.weight_decay >= 0))
            detail::throw_invalid("Trainer: expected a finite weight_decay >= 0, got ", options.weight_decay);
        require_sound(state_.weights);
        for (const NetworkWeights* part : {&state_.anchor, &state_.adam.mean, &state_.adam.square})
            if (!same_sizes(*part, state_.weights) || !all_finite(*part))
                detail::throw_invalid(
                    "Trainer: expected a state whose parts are finite and have the shapes of "
                    "its weights; take it from Trainer::state() or read_checkpoint()");
    }

    [[nodiscard]] const TrainerOptions& options() const noexcept { return options_; }
    /// The state after the last step.
    [[nodiscard]] const State& state() const noexcept { return state_; }
    /// The weights after the last step.
    [[nodiscard]] const NetworkWeights& weights() const noexcept { return state_.weights; }
    /// Number of steps so far, including those before resuming.
    [[nodiscard]] std::int64_t steps() const noexcept { return state_.adam.steps; }

    /// Takes one step of Adam on a mini-batch.
    ///
    /// @param batch  samples whose inputs fit the weights; samples without detections or without tracks have
    ///               no effect
    /// @return  the loss before the step, including weight decay
    /// @throws InvalidArgument  shapes in a sample do not match each other or the weights; the loss, its
    ///                          gradient or the new weights are not finite. The state then stays unchanged
    double step(std::span<const AssociationSample> batch) {
        BalancedLoss::Numbers numbers{};
        std::vector<std::vector<BalancedLoss::PairClass>> classes;
        for (const AssociationSample& sample : batch) {
            detail::require_identities(sample, "Trainer::step");
            classes.push_back(BalancedLoss::classes(sample.identities_d, sample.identities_t));
            BalancedLoss::count(classes.back(), numbers);
        }
        shares_.resize(batch.size(), Share{});
        cv::parallel_for_(cv::Range(0, static_cast<int>(batch.size())), [&](const cv::Range& range) {
            for (int k = range.start; k < range.end; ++k) {
                const auto index = static_cast<std::size_t>(k);
                differentiate(batch[index], classes[index], numbers, shares_[index]);
            }
        });
        NetworkWeights gradient = zeros_like(state_.weights);
        double loss = weight_decay(state_.weights, state_.anchor, options_.weight_decay, gradient);
        // Fixed order, because sums of floats depend on it.
        for (std::size_t k = 0; k < batch.size(); ++k) {
            loss += shares_[k].loss;
            add(shares_[k].gradient, gradient);
        }
        NetworkWeights weights = state_.weights;
        Adam::State adam = state_.adam;
        adam_.step(weights, gradient, adam);
        if (!detail::is_finite(loss) || !all_finite(weights) || !all_finite(adam.mean) ||
            !all_finite(adam.square))
            detail::throw_invalid(
                "Trainer::step: the loss, its gradient or the new weights are not finite at "
                "step ",
                steps(),
                "; lower the learning rate, or check for features that are not "
                "finite, too large or too small");
        state_.weights = std::move(weights);
        state_.adam = std::move(adam);
        return loss;
    }

private:
    /// Checks weights with the tracker components that use them.
    static void require_sound(const NetworkWeights& weights) {
        static_cast<void>(AdaptiveGraph(weights.graph));
        if (weights.embedding.size() == 0 && weights.bias.size() == 0) return;
        if (const Embedding embedding(weights.embedding, weights.bias);
            embedding.outputs() != weights.graph.w1.rows())
            detail::throw_invalid("Trainer: expected an embedding of the graph's dimension ",
                                  weights.graph.w1.rows(), ", got ", embedding.outputs());
    }

    /// The contribution of one sample of a batch.
    struct Share {
        AssociationNetwork<float> network;
        NetworkWeights gradient;
        Matrix change;
        double loss = 0;
    };

    void differentiate(const AssociationSample& sample, std::span<const BalancedLoss::PairClass> classes,
                       const BalancedLoss::Numbers& numbers, Share& share) const {
        share.gradient = zeros_like(state_.weights);
        share.loss = 0;
        if (classes.empty()) return;
        const Matrix& similarity =
            share.network.forward(state_.weights, sample.inputs_d, sample.inputs_t, sample.iou);
        share.loss = loss_.evaluate(similarity, classes, numbers, share.change);
        share.network.backward(share.change, share.gradient);
    }

    static void add(const NetworkWeights& part, NetworkWeights& sum) {
        const auto p = parameters_of(part);
        const auto s = parameters_of(sum);
        for (std::size_t tensor = 0; tensor < kParameterTensors; ++tensor)
            for (std::size_t k = 0; k < p[tensor].size(); ++k)
                s[tensor][k] += p[tensor][k];
    }

    Options options_;
    Adam adam_;
    BalancedLoss loss_;
    State state_;
    std::vector<Share> shares_;
};

} // namespace fgagt
