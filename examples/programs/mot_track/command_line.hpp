#pragma once

#include "arguments.hpp"

#include <optional>

namespace fgagt::examples {

/// Reads the command line.
///
/// @return  the program's exit code if there is nothing to track: wrong usage, --help, --version
[[nodiscard]] std::optional<int> read_command_line(int argc, char** argv, Arguments& arguments);

} // namespace fgagt::examples
