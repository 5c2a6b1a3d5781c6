#pragma once

#include <atomic>
#include <csignal>

namespace fgagt::examples {

/// A request to stop by Ctrl-C, `kill` or, on Windows, Ctrl-Break. The program ends at the next suitable
/// point. Any thread may query it.
class Interruption {
public:
    static void watch() {
        std::signal(SIGINT, note);
        std::signal(SIGTERM, note);
#ifdef SIGBREAK
        std::signal(SIGBREAK, note);
#endif
    }
    [[nodiscard]] static bool requested() {
        return was_requested;
    }

private:
    static void note(int) {
        was_requested = true;
    }
    inline static std::atomic<bool> was_requested = false;
    static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not use a lock");
};

} // namespace fgagt::examples
