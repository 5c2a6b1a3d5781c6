#pragma once

#include "arguments.hpp"
#include "trackers/any_tracker.hpp"

#include <memory>

namespace fgagt::examples {

/// The tracker that the command line selects.
///
/// @throws ParseError       the weights or a network file cannot be read
/// @throws InvalidArgument  their contents do not fit together
[[nodiscard]] std::unique_ptr<AnyTracker> chosen_tracker(const Arguments& arguments);

} // namespace fgagt::examples
