#include "closed_form.hpp"

#include <fgagt/learning/discriminant_weights.hpp>

#include <span>

namespace fgagt::examples {

NetworkWeights closed_form_weights(std::span<const AssociationSample> pool, int dimension, double shrinkage,
                                   bool messages) {
    DiscriminantOptions options{.dimension = dimension, .shrinkage = shrinkage};
    if (!messages) options.message = 0;
    return discriminant_weights(pool, options);
}

} // namespace fgagt::examples
