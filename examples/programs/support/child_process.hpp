#pragma once

#include "system/child_end.hpp"
#ifdef _WIN32
#include "system/child_windows.hpp"
#else
#include "system/child_posix.hpp"
#endif

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// A program that runs beside this one, with its standard error to be read here and without the other
/// streams. On Linux and Windows it is killed when the thread that began it, or this process, ends, however
/// that comes about.
class ChildProcess {
public:
    /// @param words   the program's path and its arguments, UTF-8
    /// @param folder  in which it works
    /// @throws std::system_error  there is no room for another process
    ChildProcess(const std::vector<std::string>& words, const std::filesystem::path& folder)
        : child_(words, folder) {}
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() {
        if (child_.has_ended()) return;
        child_.kill();
        child_.wait();
    }

    /// Waits for its end. When `stop()` turns true, it is asked to end, and killed if it does not within ten
    /// seconds.
    template <class Stop>
    [[nodiscard]] ChildEnd run(Stop stop) {
        using Clock = std::chrono::steady_clock;
        constexpr std::size_t kLongest = 8192;
        std::string errors;
        std::optional<Clock::time_point> asked;
        while (child_.read_errors(errors, std::chrono::milliseconds(100))) {
            if (errors.size() > kLongest) errors.erase(0, errors.size() - kLongest);
            if (!asked && stop()) {
                asked = Clock::now();
                child_.ask_to_end();
            } else if (asked && Clock::now() - *asked > std::chrono::seconds(10)) {
                child_.kill();
            }
        }
        ChildEnd end = child_.wait();
        end.errors = std::move(errors);
        return end;
    }

private:
    SystemChild child_;
};

} // namespace fgagt::examples
