#pragma once

#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <span>

namespace fgagt::examples {

/// discriminant_weights(), which takes much memory to compile, in a unit of its own.
///
/// @param dimension  of the embedding
/// @param messages   whether nodes look at the other side
[[nodiscard]] NetworkWeights closed_form_weights(std::span<const AssociationSample> pool, int dimension,
                                                 double shrinkage, bool messages);

} // namespace fgagt::examples
