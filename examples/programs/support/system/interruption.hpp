#pragma once

#include <atomic>
#include <csignal>

namespace fgagt::examples {

/// Ctrl-C and `kill`, on Windows Ctrl-Break, too: the work ends at the next place where it may. Any thread
/// may ask.
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
    static_assert(std::atomic<bool>::is_always_lock_free, "what a signal handler writes has no lock");
};

} // namespace fgagt::examples
