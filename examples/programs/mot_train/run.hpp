#pragma once

#include "arguments.hpp"

namespace fgagt::examples {

/// Trains as the command line specifies and writes the weights.
///
/// @throws std::runtime_error  a file cannot be read or written, or the work was interrupted
void run(const Arguments& arguments);

} // namespace fgagt::examples
