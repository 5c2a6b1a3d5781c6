#pragma once

#include <fgagt/core/types.hpp>

namespace fgagt {

/// The paper's margin, for its trained weights.
inline constexpr float kPaperMargin = 0.2F;

/// Margin without trained weights, when similarities are cosines of features that have much in common. Chosen
/// on channel features of people in three public sequences: 95 % of the same person's similarities from one
/// frame to the next lie above it, and 70 to 95 % of different people's below it.
inline constexpr float kUntrainedMargin = 0.85F;

/// The variants of the adaptive graph.
struct AdaptiveGraphOptions {
    /// Whether the prior's feature affinity is 1 / distance^2 instead of 1 / distance; the two published
    /// descriptions differ.
    bool squared_distance = true;
    /// Whether nodes end in a ReLU, which puts similarities into [0, 1]; without it they lie in [-1, 1].
    bool relu = true;

    friend bool operator==(const AdaptiveGraphOptions&, const AdaptiveGraphOptions&) = default;
};

/// The learned weights of the adaptive graph (FGAGT equations 9 and 10). Rows of features are multiplied from
/// the left: f W.
template <class Scalar>
struct GraphWeightsOf {
    Scalar prior_logit = 0;         ///< its sigmoid is w, the share of IoU in the prior; 0: w = 0.5
    MatrixOf<Scalar> w1;            ///< [D x D] for a node's own features
    MatrixOf<Scalar> w2;            ///< [D x D] for the features aggregated from the other side
    MatrixOf<Scalar> wa;            ///< [D x D] of the gate
    MatrixOf<Scalar> reduction;     ///< [D x R] reducing layer after the graph; empty: none
    float margin = kPaperMargin;    ///< the similarity below which two objects are different
    AdaptiveGraphOptions options{}; ///< the variant used in training

    /// W1 = I, W2 = Wa = 0: similarities are cosines of the features, with negative values set to 0.
    [[nodiscard]] static GraphWeightsOf untrained(Eigen::Index dimension) {
        GraphWeightsOf result;
        result.w1.setIdentity(dimension, dimension);
        result.w2.setZero(dimension, dimension);
        result.wa.setZero(dimension, dimension);
        result.margin = kUntrainedMargin;
        return result;
    }
};
/// Weights as the tracker uses them.
using GraphWeights = GraphWeightsOf<float>;

} // namespace fgagt
