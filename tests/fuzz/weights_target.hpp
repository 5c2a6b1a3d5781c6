#pragma once

#include "fuzz/law.hpp"

#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/io/weights_file.hpp>
#include <fgagt/pooling/embedding.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

namespace fgagt::test {

/// Throws if no network can be built from the weights.
inline void require_usable(const NetworkWeights& weights) {
    static_cast<void>(AdaptiveGraph(weights.graph));
    require(std::isfinite(weights.graph.prior_logit) && std::isfinite(weights.graph.margin),
            "weights are finite");
    if (weights.embedding.size() == 0) return;
    static_cast<void>(Embedding(weights.embedding, weights.bias));
    require(weights.embedding.rows() == weights.graph.w1.rows(),
            "the embedding's outputs are the graph's inputs");
}

/// Whether two files have the same tensors, regardless of their types.
[[nodiscard]] inline bool same_numbers(const TensorFile& a, const TensorFile& b) {
    return std::ranges::equal(a.tensors, b.tensors, [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.shape == y.second.shape && x.second.values == y.second.values;
    });
}

/// Reads any bytes as a file of weights: either a ParseError, or weights that match the file, survive a round
/// trip and can be used in a network. Returns whether the bytes are a valid file.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_weights(std::string_view bytes) {
    const auto weights =
        value_or_refusal([&] { return weights_of(parse_safetensors(bytes, "bytes"), "bytes"); });
    if (!weights) return false;
    require_usable(*weights);
    const TensorFile tensors = tensors_of(*weights);
    require(same_numbers(tensors, parse_safetensors(bytes, "bytes")), "weights match the file");
    const std::string written = safetensors_bytes(tensors);
    const NetworkWeights again = weights_of(parse_safetensors(written, "written"), "written");
    require(tensors_of(again) == tensors, "weights survive a round trip");
    return true;
}

} // namespace fgagt::test
