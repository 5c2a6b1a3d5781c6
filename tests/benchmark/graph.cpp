#include "cells.hpp"

#include <fgagt/graph/adaptive_graph.hpp>

#include <cmath>

namespace fgagt::bench {
namespace {

auto ours(const GraphInput& input) {
    return [graph = AdaptiveGraph(input.weights), input, similarity = Matrix()]() mutable {
        graph.relate(input.features_d, input.features_t, input.iou, similarity);
    };
}

/// The graph's equations, written straightforwardly with Eigen.
void plain_graph(const GraphInput& input, Matrix& similarity) {
    const Matrix &f_d = input.features_d, &f_t = input.features_t;
    const GraphWeights& weights = input.weights;
    Matrix closeness = -2 * f_d * f_t.transpose();
    closeness.colwise() += f_d.rowwise().squaredNorm();
    closeness.rowwise() += f_t.rowwise().squaredNorm().transpose();
    closeness = (closeness.array().max(0) + 1e-16F).inverse();
    closeness.rowwise().normalize();
    const float w = 1 / (1 + std::exp(-weights.prior_logit));
    const Matrix prior = w * input.iou + (1 - w) * closeness;
    const auto nodes = [&](const Matrix& own, const Matrix& aggregated) {
        const Matrix gate = 1 / (1 + (-(own * weights.wa).array()).exp());
        Matrix result = own * weights.w1 + (gate.array() * (aggregated * weights.w2).array()).matrix();
        result = result.cwiseMax(0);
        result.rowwise().normalize();
        return result;
    };
    similarity.noalias() = nodes(f_d, prior * f_t) * nodes(f_t, prior.transpose() * f_d).transpose();
}

} // namespace

void add_graph() {
    for (const Eigen::Index dimension : kGraphDimensions) {
        const std::string cell = "graph/" + std::to_string(dimension);
        add(cell + "/ours", [dimension] { return ours(graph_input(100, dimension)); });
        add(cell + "/eigen", [dimension] {
            return [input = graph_input(100, dimension), similarity = Matrix()]() mutable {
                plain_graph(input, similarity);
            };
        });
    }
    for (const std::size_t objects : kScalingObjects)
        add("scaling/graph/" + std::to_string(objects),
            [objects] { return ours(graph_input(static_cast<Eigen::Index>(objects), 128)); });
}

} // namespace fgagt::bench
