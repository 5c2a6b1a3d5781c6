#pragma once

#include "child_end.hpp"
#include "windows.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace fgagt::examples {

/// Quotes a word of a command line for CommandLineToArgvW.
[[nodiscard]] inline std::string windows_word(const std::string& word) {
    if (!word.empty() && word.find_first_of(" \t\n\v\"") == std::string::npos) return word;
    std::string quoted = "\"";
    std::size_t backslashes = 0;
    for (const char character : word) {
        // Backslashes are doubled before a quotation mark, which is escaped by one more.
        if (character == '"') quoted.append(backslashes + 1, '\\');
        backslashes = character == '\\' ? backslashes + 1 : 0;
        quoted += character;
    }
    return quoted.append(backslashes, '\\') + '"';
}

/// A child process on Windows. It belongs to a job that ends with this process, for any reason.
class SystemChild {
public:
    SystemChild(const std::vector<std::string>& words, const std::filesystem::path& folder)
        : job_(CreateJobObjectW(nullptr, nullptr)) {
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        if (!job_ || SetInformationJobObject(job_.get(), JobObjectExtendedLimitInformation, &limits,
                                             sizeof limits) == 0)
            throw_windows_error("cannot make a job");
        SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
        HANDLE read_end = nullptr, write_end = nullptr;
        if (CreatePipe(&read_end, &write_end, &inherited, 0) == 0) throw_windows_error("cannot make a pipe");
        errors_.reset(read_end);
        const WindowsHandle errors(write_end);
        SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
        const WindowsHandle nothing(CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE,
                                                FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING,
                                                0, nullptr));
        begin(words, folder, nothing.get(), errors.get());
    }
    SystemChild(const SystemChild&) = delete;
    SystemChild& operator=(const SystemChild&) = delete;
    ~SystemChild() = default;

    /// Reads what the program writes to its standard error, with a limited wait.
    /// @return  false at the end of the output
    [[nodiscard]] bool read_errors(std::string& text, std::chrono::milliseconds patience) const {
        using Clock = std::chrono::steady_clock;
        constexpr DWORD kPause = 10; // milliseconds; Windows cannot wait for a pipe
        DWORD available = 0;
        for (const auto end = Clock::now() + patience;; Sleep(kPause)) {
            if (PeekNamedPipe(errors_.get(), nullptr, 0, nullptr, &available, nullptr) == 0) return false;
            if (available > 0) break;
            if (Clock::now() >= end) return true;
        }
        std::array<char, 4096> buffer{};
        DWORD count = 0;
        const DWORD most = std::min(available, static_cast<DWORD>(buffer.size()));
        if (ReadFile(errors_.get(), buffer.data(), most, &count, nullptr) == 0) return false;
        text.append(buffer.data(), count);
        return true;
    }

    void ask_to_end() const { GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, id_); }
    void kill() const { TerminateJobObject(job_.get(), kKilled); }

    [[nodiscard]] bool has_ended() const { return !process_; }

    /// Waits for the child's end; `errors` stays empty.
    ChildEnd wait() {
        DWORD code = 0;
        WaitForSingleObject(process_.get(), INFINITE);
        GetExitCodeProcess(process_.get(), &code);
        process_.close();
        return {.code = static_cast<int>(code), .errors = {}};
    }

private:
    static constexpr UINT kKilled = 137; // the exit code that a shell reports

    /// Starts the program. It inherits only these two handles and runs only after it has been added to the
    /// job.
    void begin(const std::vector<std::string>& words, const std::filesystem::path& folder, HANDLE nothing,
               HANDLE errors) {
        std::string line;
        for (const std::string& word : words)
            line += (line.empty() ? "" : " ") + windows_word(word);
        std::wstring command = wide_text(line);

        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        std::vector<std::byte> memory(size);
        std::array<HANDLE, 2> handles{nothing, errors};
        STARTUPINFOEXW start{};
        start.StartupInfo.cb = sizeof start;
        start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        start.StartupInfo.hStdInput = start.StartupInfo.hStdOutput = nothing;
        start.StartupInfo.hStdError = errors;
        start.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory.data());
        if (InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size) == 0)
            throw_windows_error("cannot start another process");
        UpdateProcThreadAttribute(start.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                  sizeof handles, nullptr, nullptr);

        PROCESS_INFORMATION process{};
        const BOOL begun =
            CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE,
                           CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | EXTENDED_STARTUPINFO_PRESENT,
                           nullptr, folder.c_str(), &start.StartupInfo, &process);
        const DWORD error = GetLastError();
        DeleteProcThreadAttributeList(start.lpAttributeList);
        SetLastError(error);
        if (begun == 0) throw_windows_error("cannot start another process");
        process_.reset(process.hProcess);
        id_ = process.dwProcessId;
        const WindowsHandle thread(process.hThread);
        if (AssignProcessToJobObject(job_.get(), process.hProcess) == 0) {
            TerminateProcess(process.hProcess, kKilled);
            throw_windows_error("cannot put another process into a job");
        }
        ResumeThread(thread.get());
    }

    WindowsHandle job_;
    WindowsHandle process_;
    WindowsHandle errors_;
    DWORD id_ = 0;
};

} // namespace fgagt::examples
