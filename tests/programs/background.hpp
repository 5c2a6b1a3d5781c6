#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fgagt::test {

/// A program in the background.
class Background {
public:
    /// @param command  shell command to run
    explicit Background(const std::string& command) : id_(fork()) {
        if (id_ != 0) return;
        execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
    }
    /// One of the example programs, without output.
    Background(const std::string& name, const std::string& arguments)
        : Background("exec '" FGAGT_PROGRAMS "/" + name + "' " + arguments + " >/dev/null 2>&1") {}
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    ~Background() { end(SIGKILL); }

    /// Whether the program is still running.
    [[nodiscard]] bool runs() {
        if (id_ > 0 && waitpid(id_, &status_, WNOHANG) == id_) id_ = 0;
        return id_ > 0;
    }
    /// Waits for a condition while the program is running.
    template <class Condition>
    void wait_until(Condition condition) {
        while (!condition() && runs())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    /// Waits until a file exists.
    void wait_for(const std::filesystem::path& path) {
        wait_until([&] { return std::filesystem::exists(path); });
    }
    /// Waits for the program's end.
    ///
    /// @return  its exit code, or -1 if it has none
    int wait() {
        wait_until([] { return false; });
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
    }
    /// Sends the program a signal and waits for its end.
    ///
    /// @return  its exit code, or -1 if it has none
    int end(int signal) {
        if (runs()) {
            kill(id_, signal);
            waitpid(id_, &status_, 0);
            id_ = 0;
        }
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
    }

private:
    pid_t id_;
    int status_ = 0;
};

} // namespace fgagt::test
