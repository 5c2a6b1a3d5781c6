#pragma once

#include <fgagt/core/matrix.hpp>
#include <fgagt/learning/association_accuracy.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <span>
#include <vector>

namespace fgagt::examples {

/// The similarities of samples with these weights.
[[nodiscard]] std::vector<Matrix> similarities_of(std::span<const AssociationSample> samples,
                                                  const NetworkWeights& weights);

[[nodiscard]] AssociationAccuracy accuracy_of(std::span<const AssociationSample> samples,
                                              std::span<const Matrix> similarities);

/// The loss of samples as one batch.
[[nodiscard]] double loss_of(std::span<const AssociationSample> samples,
                             std::span<const Matrix> similarities);

/// The accuracy of the pooled features without training.
[[nodiscard]] AssociationAccuracy untrained_accuracy(std::span<const AssociationSample> samples);

} // namespace fgagt::examples
