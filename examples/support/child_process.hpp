#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace fgagt::examples {

/// How a program that was run to its end did end.
struct ChildEnd {
    int status = 0;     ///< as waitpid gives it
    std::string errors; ///< the last few kilobytes of its standard error

    /// It says that all is well.
    [[nodiscard]] bool succeeded() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }
};

/// A program that runs beside this one, with its standard error to be read here and without the other
/// streams. It is killed when the thread that began it ends, however that comes about; Linux only.
class ChildProcess {
public:
    /// @param words   the program's path and its arguments
    /// @param folder  in which it works
    /// @throws std::system_error  there is no room for another process
    ChildProcess(const std::vector<std::string>& words, const std::filesystem::path& folder) {
        std::vector<char*> arguments; // all that needs memory, before the fork
        arguments.reserve(words.size() + 1);
        for (const std::string& word : words)
            arguments.push_back(const_cast<char*>(word.c_str())); // NOLINT(*-const-cast): as exec wants it
        arguments.push_back(nullptr);
        std::array<int, 2> pipe_ends{};
        if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw_system_error("cannot make a pipe");
        const pid_t parent = getpid();
        id_ = fork();
        if (id_ == 0) become(arguments, folder, parent, pipe_ends[1]);
        const int error = errno;
        close(pipe_ends[1]);
        errors_ = pipe_ends[0];
        if (id_ > 0) return;
        close(errors_);
        errno = error;
        throw_system_error("cannot start another process");
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() {
        if (id_ > 0) {
            kill(id_, SIGKILL);
            static_cast<void>(wait());
        }
        close(errors_);
    }

    /// Waits for its end. When `stop()` turns true, it is asked to end, and killed if it does not within ten
    /// seconds.
    template <class Stop>
    [[nodiscard]] ChildEnd run(Stop stop) {
        using Clock = std::chrono::steady_clock;
        ChildEnd end;
        std::optional<Clock::time_point> asked;
        while (read_errors(end.errors)) {
            if (!asked && stop()) {
                asked = Clock::now();
                kill(id_, SIGTERM);
            } else if (asked && Clock::now() - *asked > std::chrono::seconds(10)) {
                kill(id_, SIGKILL);
            }
        }
        end.status = wait();
        return end;
    }

private:
    [[noreturn]] static void throw_system_error(const char* what) {
        throw std::system_error(errno, std::generic_category(), what);
    }

    /// Becomes the program; only calls that are safe between fork and exec.
    [[noreturn]] static void become(const std::vector<char*>& arguments, const std::filesystem::path& folder,
                                    pid_t parent, int errors) {
        const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        const bool ready = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
                           chdir(folder.c_str()) == 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                           dup2(nothing, STDOUT_FILENO) >= 0 && dup2(errors, STDERR_FILENO) >= 0;
        if (ready) execv(arguments.front(), arguments.data());
        _exit(127);
    }

    /// Takes what the program says, waiting a tenth of a second at most; false when it says no more.
    [[nodiscard]] bool read_errors(std::string& text) const {
        constexpr std::size_t kLongest = 8192;
        pollfd readable{.fd = errors_, .events = POLLIN, .revents = 0};
        if (poll(&readable, 1, 100) <= 0) return true;
        std::array<char, 4096> buffer{};
        const ssize_t count = read(errors_, buffer.data(), buffer.size());
        if (count < 0) return errno == EINTR;
        text.append(buffer.data(), static_cast<std::size_t>(count));
        if (text.size() > kLongest) text.erase(0, text.size() - kLongest);
        return count > 0;
    }

    [[nodiscard]] int wait() {
        int status = 0;
        while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
        }
        id_ = 0;
        return status;
    }

    pid_t id_ = 0;
    int errors_ = -1;
};

} // namespace fgagt::examples
