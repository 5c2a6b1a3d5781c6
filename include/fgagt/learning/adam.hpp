#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/learning/parameters.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace fgagt {

/// Options of Adam.
struct AdamOptions {
    double learning_rate = 1e-3; ///< for the embedding and all weights without a factor, > 0
    double graph_factor = 1;     ///< relative learning rate of W1, W2, Wa and the reduction, >= 0
    double logit_factor = 1;     ///< relative learning rate of the logit of w, >= 0
    std::int64_t warm_up = 100;  ///< steps in which the rate rises from 0, >= 0
    std::int64_t steps = 2000;   ///< steps until the rate has fallen to 0 along a cosine, >= 1
    double beta1 = 0.9;          ///< decay of the mean of gradients, [0, 1)
    double beta2 = 0.999;        ///< decay of the mean of squared gradients, [0, 1)
};

/// Adam (Kingma and Ba, arXiv 1412.6980) with a warm-up and a cosine decay (Loshchilov and Hutter, arXiv
/// 1608.03983).
class Adam {
public:
    using Options = AdamOptions;

    /// State carried from step to step, as a plain value.
    struct State {
        NetworkWeights mean;    ///< mean of the gradients
        NetworkWeights square;  ///< mean of their squares
        std::int64_t steps = 0; ///< number of steps so far
    };

    Adam() : Adam(AdamOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit Adam(AdamOptions options) : options_(options) {
        const detail::OptionCheck check("Adam", "AdamOptions");
        check(options.learning_rate > 0 && detail::is_finite(options.learning_rate), "learning_rate",
              "finite and > 0", options.learning_rate);
        check(options.graph_factor >= 0 && detail::is_finite(options.graph_factor), "graph_factor",
              "finite and >= 0", options.graph_factor);
        check(options.logit_factor >= 0 && detail::is_finite(options.logit_factor), "logit_factor",
              "finite and >= 0", options.logit_factor);
        check(options.warm_up >= 0, "warm_up", ">= 0", options.warm_up);
        check(options.steps >= 1, "steps", ">= 1", options.steps);
        check(options.beta1 >= 0 && options.beta1 < 1, "beta1", "in [0, 1)", options.beta1);
        check(options.beta2 >= 0 && options.beta2 < 1, "beta2", "in [0, 1)", options.beta2);
    }

    [[nodiscard]] const AdamOptions& options() const noexcept { return options_; }

    /// The state before the first step.
    [[nodiscard]] static State initial(const NetworkWeights& weights) {
        return {zeros_like(weights), zeros_like(weights), 0};
    }

    /// Learning rate of a step, counted from 0.
    [[nodiscard]] double learning_rate(std::int64_t step) const {
        const double rising =
            options_.warm_up == 0
                ? 1
                : std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(options_.warm_up));
        const double share = std::min(1.0, static_cast<double>(step) / static_cast<double>(options_.steps));
        return options_.learning_rate * rising * 0.5 * (1 + std::cos(kPi * share));
    }

    /// Takes one step down the gradient.
    void step(NetworkWeights& weights, const NetworkWeights& gradient, State& state) const {
        const double rate = learning_rate(state.steps++);
        const auto count = static_cast<double>(state.steps);
        const double unbias_mean = 1 / (1 - std::pow(options_.beta1, count));
        const double unbias_square = 1 / (1 - std::pow(options_.beta2, count));
        const std::array<double, kParameterTensors> factors{1,
                                                            1,
                                                            options_.logit_factor,
                                                            options_.graph_factor,
                                                            options_.graph_factor,
                                                            options_.graph_factor,
                                                            options_.graph_factor};
        const auto w = parameters_of(weights), m = parameters_of(state.mean), v = parameters_of(state.square);
        const auto g = parameters_of(gradient);
        for (std::size_t tensor = 0; tensor < kParameterTensors; ++tensor)
            for (std::size_t k = 0; k < w[tensor].size(); ++k) {
                const auto slope = static_cast<double>(g[tensor][k]);
                const double mean = blend(m[tensor][k], slope, options_.beta1);
                const double square = blend(v[tensor][k], slope * slope, options_.beta2);
                w[tensor][k] -= static_cast<float>(rate * factors[tensor] * mean * unbias_mean /
                                                   (std::sqrt(square * unbias_square) + kTiny));
            }
    }

private:
    static double blend(float& memory, double value, double share) {
        memory = static_cast<float>(share * static_cast<double>(memory) + (1 - share) * value);
        return static_cast<double>(memory);
    }

    static constexpr double kPi = 3.14159265358979323846;
    static constexpr double kTiny = 1e-8;

    Options options_;
};

} // namespace fgagt
