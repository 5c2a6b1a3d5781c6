#pragma once

#include <csignal>

namespace fgagt::examples {

/// Ctrl-C and `kill`: the work ends at the next place where it may.
class Interruption {
public:
    static void watch() {
        std::signal(SIGINT, note);
        std::signal(SIGTERM, note);
    }
    [[nodiscard]] static bool requested() { return was_requested != 0; }

private:
    static void note(int) { was_requested = 1; }
    inline static volatile std::sig_atomic_t was_requested = 0;
};

} // namespace fgagt::examples
