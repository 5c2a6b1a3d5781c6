#pragma once

#include "arguments.hpp"

#include <fgagt/weights/network_weights.hpp>

namespace fgagt::examples {

/// The margin with which these weights track the validation sequences best.
[[nodiscard]] float margin_by_tracking(const Arguments& arguments, const NetworkWeights& weights);

} // namespace fgagt::examples
