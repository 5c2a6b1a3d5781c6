#pragma once

#include "arguments.hpp"

namespace fgagt::examples {

/// Tracks as the command line specifies, from the first frame to the written files. Whatever ends the run,
/// the frames tracked so far are written.
///
/// @throws std::runtime_error  not all frames could be tracked, or a file could not be read or written
void run(const Arguments& arguments);

} // namespace fgagt::examples
