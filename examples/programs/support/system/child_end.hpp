#pragma once

#include <string>

namespace fgagt::examples {

/// How a child process ended.
struct ChildEnd {
    int code = 0;       ///< its exit code
    int signal = 0;     ///< the signal that killed it; 0: none
    std::string errors; ///< the last few kilobytes of its standard error

    /// Whether it reported success.
    [[nodiscard]] bool succeeded() const { return code == 0 && signal == 0; }
};

} // namespace fgagt::examples
