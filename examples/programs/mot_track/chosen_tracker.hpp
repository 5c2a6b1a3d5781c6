#pragma once

#include "arguments.hpp"
#include "trackers/any_tracker.hpp"

#include <memory>

namespace fgagt::examples {

/// The tracker of the command line.
///
/// @throws ParseError       the weights or a network's file cannot be read
/// @throws InvalidArgument  what they hold does not go together
[[nodiscard]] std::unique_ptr<AnyTracker> chosen_tracker(const Arguments& arguments);

} // namespace fgagt::examples
