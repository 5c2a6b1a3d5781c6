#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace fgagt {

/// The tensors that training may change: embedding, bias, logit of w, W1, W2, Wa, reduction. The margin is
/// not learned but fitted afterwards.
inline constexpr std::size_t kParameterTensors = 7;

namespace detail {

template <class Scalar, class Weights>
[[nodiscard]] std::array<std::span<Scalar>, kParameterTensors> tensors_of(Weights& weights) {
    const auto numbers = [](auto& tensor) {
        return std::span<Scalar>(tensor.data(), static_cast<std::size_t>(tensor.size()));
    };
    auto& graph = weights.graph;
    return {numbers(weights.embedding), numbers(weights.bias), std::span<Scalar>(&graph.prior_logit, 1),
            numbers(graph.w1),          numbers(graph.w2),     numbers(graph.wa),
            numbers(graph.reduction)};
}

} // namespace detail

/// The numbers of each tensor, in the order above; empty if the weights do not have the tensor.
template <class Scalar>
[[nodiscard]] auto parameters_of(NetworkWeightsOf<Scalar>& weights) {
    return detail::tensors_of<Scalar>(weights);
}
/// The same, read-only.
template <class Scalar>
[[nodiscard]] auto parameters_of(const NetworkWeightsOf<Scalar>& weights) {
    return detail::tensors_of<const Scalar>(weights);
}

/// Weights of the same shapes with all numbers 0, for accumulating gradients.
template <class Scalar>
[[nodiscard]] NetworkWeightsOf<Scalar> zeros_like(const NetworkWeightsOf<Scalar>& weights) {
    NetworkWeightsOf<Scalar> result = weights;
    for (const std::span<Scalar> tensor : parameters_of(result))
        std::ranges::fill(tensor, Scalar{0});
    return result;
}

/// Whether all numbers that training may change are finite.
template <class Scalar>
[[nodiscard]] bool all_finite(const NetworkWeightsOf<Scalar>& weights) {
    for (const std::span<const Scalar> tensor : parameters_of(weights))
        for (const Scalar value : tensor)
            if (!detail::is_finite(value)) return false;
    return true;
}

/// Whether every tensor has the same number of values in both.
template <class Scalar>
[[nodiscard]] bool same_sizes(const NetworkWeightsOf<Scalar>& a, const NetworkWeightsOf<Scalar>& b) {
    return std::ranges::equal(parameters_of(a), parameters_of(b),
                              [](const auto& one, const auto& other) { return one.size() == other.size(); });
}

/// Weight decay epsilon ||W - A||^2 towards an anchor A, such as the initial weights or zeros. It is the last
/// term of the balanced loss (FGAGT, equation 12), once per batch.
///
/// @param weights   W
/// @param anchor    A, with the same shapes
/// @param epsilon   >= 0
/// @param gradient  gradient of the loss; the gradient of the decay is added
/// @return  value of the term
template <class Scalar>
double weight_decay(const NetworkWeightsOf<Scalar>& weights, const NetworkWeightsOf<Scalar>& anchor,
                    double epsilon, NetworkWeightsOf<Scalar>& gradient) {
    const auto w = parameters_of(weights), a = parameters_of(anchor);
    const auto g = parameters_of(gradient);
    double sum = 0;
    for (std::size_t tensor = 0; tensor < kParameterTensors; ++tensor)
        for (std::size_t k = 0; k < w[tensor].size(); ++k) {
            const Scalar difference = w[tensor][k] - a[tensor][k];
            sum += static_cast<double>(difference) * static_cast<double>(difference);
            g[tensor][k] += static_cast<Scalar>(2 * epsilon) * difference;
        }
    return epsilon * sum;
}

} // namespace fgagt
