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
    /// @param command  of the shell, as which it runs
    explicit Background(const std::string& command) : id_(fork()) {
        if (id_ != 0) return;
        execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
    }
    /// One of the example programs, silent.
    Background(const std::string& name, const std::string& arguments)
        : Background("exec '" FGAGT_PROGRAMS "/" + name + "' " + arguments + " >/dev/null 2>&1") {}
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    ~Background() { end(SIGKILL); }

    /// Whether it goes on.
    [[nodiscard]] bool runs() {
        if (id_ > 0 && waitpid(id_, &status_, WNOHANG) == id_) id_ = 0;
        return id_ > 0;
    }
    /// Waits for something, but not longer than the program runs.
    template <class Condition>
    void wait_until(Condition condition) {
        while (!condition() && runs())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    /// Waits until a file is there.
    void wait_for(const std::filesystem::path& path) {
        wait_until([&] { return std::filesystem::exists(path); });
    }
    /// Waits for its end.
    ///
    /// @return  its exit code, -1 where it had none
    int wait() {
        wait_until([] { return false; });
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
    }
    /// Sends it a signal and waits for its end.
    ///
    /// @return  its exit code, -1 where it had none
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
