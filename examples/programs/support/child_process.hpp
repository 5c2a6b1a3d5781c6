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

/// Runs a program and reads its standard error; its other standard streams go to the null device. On Linux
/// and Windows, the program is killed when the thread that started it or this process ends, for any reason.
class ChildProcess {
public:
    /// @param words   the program's path and its arguments, UTF-8
    /// @param folder  working directory
    /// @throws std::system_error  the process cannot be created
    ChildProcess(const std::vector<std::string>& words, const std::filesystem::path& folder)
        : child_(words, folder) {}
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() {
        if (child_.has_ended()) return;
        child_.kill();
        child_.wait();
    }

    /// Waits for the program's end. When `stop()` returns true, asks the program to end and kills it if it
    /// does not end within ten seconds.
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
