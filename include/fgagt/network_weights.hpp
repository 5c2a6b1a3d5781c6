#pragma once

#include <fgagt/graph/graph_weights.hpp>
#include <fgagt/types.hpp>

#include <Eigen/Core>

namespace fgagt {

/// What is learnt: the layer that embeds pooled features, f = x W^T + b, and the graph.
template <class Scalar>
struct NetworkWeightsOf {
    MatrixOf<Scalar> embedding;                     ///< W [D x I]; empty: features are the graph's as they are
    Eigen::Matrix<Scalar, 1, Eigen::Dynamic> bias;  ///< b [D]; empty like W
    GraphWeightsOf<Scalar> graph;                   ///< for features of D numbers
};
/// Weights as the tracker uses them.
using NetworkWeights = NetworkWeightsOf<float>;

} // namespace fgagt
