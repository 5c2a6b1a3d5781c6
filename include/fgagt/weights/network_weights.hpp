#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/graph/graph_weights.hpp>

#include <Eigen/Core>

namespace fgagt {

/// The learned weights: the layer that embeds pooled features, and the graph.
template <class Scalar>
struct NetworkWeightsOf {
    MatrixOf<Scalar> embedding;   ///< [D x I] for I pooled features; empty: none, D = I
    RowOf<Scalar> bias;           ///< [D] of the embedding; empty if that is
    GraphWeightsOf<Scalar> graph; ///< for features of dimension D
};
/// Weights as the tracker uses them.
using NetworkWeights = NetworkWeightsOf<float>;

} // namespace fgagt
