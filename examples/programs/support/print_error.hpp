/// @file
/// Messages on standard error.
#pragma once

#include <iostream>
#include <string>

namespace fgagt::examples {

/// Writes a line to standard error in one piece: threads of a video decoder write there at the same time.
inline void print_error(const std::string& line) {
    std::cerr << line + '\n';
}

} // namespace fgagt::examples
