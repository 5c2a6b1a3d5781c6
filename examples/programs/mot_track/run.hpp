#pragma once

#include "arguments.hpp"

namespace fgagt::examples {

/// Tracks what the command line says, from the first frame to the written files. Whatever ends the run, what
/// was tracked until then is written.
///
/// @throws std::runtime_error  not all frames could be tracked, or a file not be read or written
void run(const Arguments& arguments);

} // namespace fgagt::examples
