#include "accuracy.hpp"

#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/learning/association_network.hpp>
#include <fgagt/learning/balanced_loss.hpp>

#include <opencv2/core/utility.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace fgagt::examples {

namespace {

/// The similarities of samples, computed per sample by a function that is called from several threads.
template <class Relate>
std::vector<Matrix> similarities_by(std::span<const AssociationSample> samples, Relate relate) {
    std::vector<Matrix> similarities(samples.size());
    cv::parallel_for_(cv::Range(0, static_cast<int>(samples.size())), [&](const cv::Range& range) {
        for (int k = range.start; k < range.end; ++k) {
            const auto index = static_cast<std::size_t>(k);
            relate(samples[index], similarities[index]);
        }
    });
    return similarities;
}

} // namespace

std::vector<Matrix> similarities_of(std::span<const AssociationSample> samples,
                                    const NetworkWeights& weights) {
    return similarities_by(samples, [&](const AssociationSample& sample, Matrix& similarity) {
        AssociationNetwork<float> network;
        similarity = network.forward(weights, sample.inputs_d, sample.inputs_t, sample.iou);
    });
}

AssociationAccuracy accuracy_of(std::span<const AssociationSample> samples,
                                std::span<const Matrix> similarities) {
    AssociationAccuracy accuracy;
    for (std::size_t k = 0; k < samples.size(); ++k)
        accuracy.add(samples[k], similarities[k]);
    return accuracy;
}

double loss_of(std::span<const AssociationSample> samples, std::span<const Matrix> similarities) {
    std::vector<std::vector<BalancedLoss::PairClass>> classes;
    BalancedLoss::Numbers numbers{};
    for (const AssociationSample& sample : samples) {
        classes.push_back(BalancedLoss::classes(sample.identities_d, sample.identities_t));
        BalancedLoss::count(classes.back(), numbers);
    }
    const BalancedLoss loss;
    double sum = 0;
    Matrix unused;
    for (std::size_t k = 0; k < samples.size(); ++k)
        sum += loss.evaluate(similarities[k], classes[k], numbers, unused);
    return sum;
}

AssociationAccuracy untrained_accuracy(std::span<const AssociationSample> samples) {
    return accuracy_of(samples,
                       similarities_by(samples, [](const AssociationSample& sample, Matrix& similarity) {
                           AdaptiveGraph graph;
                           graph.relate(sample.inputs_d, sample.inputs_t, sample.iou, similarity);
                       }));
}

} // namespace fgagt::examples
