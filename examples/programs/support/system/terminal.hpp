#pragma once

#ifdef _WIN32
#include "windows.hpp"
#else
#include <unistd.h>
#endif

namespace fgagt::examples {

/// Whether standard error is a terminal that understands escape sequences.
[[nodiscard]] inline bool errors_go_to_terminal() {
#ifdef _WIN32
    const HANDLE console = GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode = 0;
    return GetConsoleMode(console, &mode) != 0 &&
           SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
#else
    return isatty(STDERR_FILENO) == 1;
#endif
}

} // namespace fgagt::examples
