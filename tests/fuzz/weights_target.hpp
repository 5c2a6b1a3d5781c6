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

/// Refuses weights that no network can be made of.
inline void require_usable(const NetworkWeights& weights) {
    static_cast<void>(AdaptiveGraph(weights.graph));
    require(std::isfinite(weights.graph.prior_logit) && std::isfinite(weights.graph.margin),
            "weights are finite");
    if (weights.embedding.size() == 0) return;
    static_cast<void>(Embedding(weights.embedding, weights.bias));
    require(weights.embedding.rows() == weights.graph.w1.rows(), "the embedding makes the graph's features");
}

/// Whether two files have the same tensors, of whatever type.
[[nodiscard]] inline bool same_numbers(const TensorFile& a, const TensorFile& b) {
    return std::ranges::equal(a.tensors, b.tensors, [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.shape == y.second.shape && x.second.values == y.second.values;
    });
}

/// Reads whatever bytes as a file of weights: a ParseError, or weights that a network can be made of, with
/// the file's numbers, also when they are written and read again. Returns whether it is such a file.
///
/// @throws BrokenLaw  it is not so
inline bool check_weights(std::string_view bytes) {
    const auto weights =
        value_or_refusal([&] { return weights_of(parse_safetensors(bytes, "bytes"), "bytes"); });
    if (!weights) return false;
    require_usable(*weights);
    const TensorFile tensors = tensors_of(*weights);
    require(same_numbers(tensors, parse_safetensors(bytes, "bytes")), "weights are the file's");
    const std::string written = safetensors_bytes(tensors);
    const NetworkWeights again = weights_of(parse_safetensors(written, "written"), "written");
    require(tensors_of(again) == tensors, "weights stay the same when they are written and read again");
    return true;
}

} // namespace fgagt::test
