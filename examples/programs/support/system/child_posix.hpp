#pragma once

#include "child_end.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace fgagt::examples {

/// A child process on a POSIX system. When the thread that started it ends, Linux kills it; on other systems
/// it continues.
class SystemChild {
public:
    SystemChild(const std::vector<std::string>& words, const std::filesystem::path& folder) {
        std::vector<char*> arguments; // allocate all memory before the fork
        arguments.reserve(words.size() + 1);
        for (const std::string& word : words)
            arguments.push_back(const_cast<char*>(word.c_str())); // NOLINT(*-const-cast): as exec requires
        arguments.push_back(nullptr);
        // Other threads' children must not inherit these ends, because that would keep the pipe open.
        static std::mutex one_at_a_time;
        const std::scoped_lock lock(one_at_a_time);
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0) throw_system_error("cannot make a pipe");
        for (const int end : ends)
            fcntl(end, F_SETFD, FD_CLOEXEC); // NOLINT(*-vararg)
        const pid_t parent = getpid();
        id_ = fork();
        if (id_ == 0) become(arguments, folder, parent, ends[1]);
        const int error = errno;
        close(ends[1]);
        errors_ = ends[0];
        if (id_ > 0) return;
        close(errors_);
        errno = error;
        throw_system_error("cannot start another process");
    }
    SystemChild(const SystemChild&) = delete;
    SystemChild& operator=(const SystemChild&) = delete;
    ~SystemChild() { close(errors_); }

    /// Reads what the program writes to its standard error, with a limited wait.
    /// @return  false at the end of the output
    [[nodiscard]] bool read_errors(std::string& text, std::chrono::milliseconds patience) const {
        pollfd readable{.fd = errors_, .events = POLLIN, .revents = 0};
        if (poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return true;
        std::array<char, 4096> buffer{};
        const ssize_t count = read(errors_, buffer.data(), buffer.size());
        if (count < 0) return errno == EINTR;
        text.append(buffer.data(), static_cast<std::size_t>(count));
        return count > 0;
    }

    void ask_to_end() const { ::kill(id_, SIGTERM); }
    void kill() const { ::kill(id_, SIGKILL); }

    [[nodiscard]] bool has_ended() const { return id_ == 0; }

    /// Waits for the child's end; `errors` stays empty.
    ChildEnd wait() {
        int status = 0;
        while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
        }
        id_ = 0;
        ChildEnd end;
        if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
        if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
        return end;
    }

private:
    [[noreturn]] static void throw_system_error(const char* what) {
        throw std::system_error(errno, std::generic_category(), what);
    }

    /// Replaces the process with the program; makes only calls that are safe between fork and exec.
    [[noreturn]] static void become(const std::vector<char*>& arguments, const std::filesystem::path& folder,
                                    pid_t parent, int errors) {
        const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC); // NOLINT(*-vararg)
        const bool ready = ends_with(parent) && chdir(folder.c_str()) == 0 &&
                           dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
                           dup2(errors, STDERR_FILENO) >= 0;
        if (ready) execv(arguments.front(), arguments.data());
        _exit(127);
    }

    /// Asks the system to kill this process when its parent ends, if supported.
    /// @return  false if the parent has already ended
    [[nodiscard]] static bool ends_with(pid_t parent) {
#ifdef __linux__
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false; // NOLINT(*-vararg)
#endif
        return getppid() == parent;
    }

    pid_t id_ = 0;
    int errors_ = -1;
};

} // namespace fgagt::examples
