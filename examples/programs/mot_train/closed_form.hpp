#pragma once

#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <span>

namespace fgagt::examples {

/// discriminant_weights() in a separate unit, because it needs much memory to compile.
///
/// @param dimension  of the embedding
/// @param messages   whether nodes aggregate messages from the other side
[[nodiscard]] NetworkWeights closed_form_weights(std::span<const AssociationSample> pool, int dimension,
                                                 double shrinkage, bool messages);

} // namespace fgagt::examples
