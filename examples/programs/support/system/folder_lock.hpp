#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#ifdef _WIN32
#include "windows.hpp"
#else
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#endif

namespace fgagt::examples {

/// Prevents a second program from working in the same folder, if the file system supports locks. No lock
/// remains after the program ends, for any reason.
class FolderLock {
public:
    /// @throws std::runtime_error  another program holds the lock
    explicit FolderLock(const std::filesystem::path& folder) {
        if (!take(folder))
            throw std::runtime_error(folder.string() +
                                     ": another mot_batch is working in this folder; wait until it ends");
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

#ifdef _WIN32
    ~FolderLock() = default;

private:
    /// @return  false if another program holds the lock
    [[nodiscard]] bool take(const std::filesystem::path& folder) {
        file_.reset(CreateFileW((folder / ".lock").c_str(), GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                                FILE_ATTRIBUTE_HIDDEN | FILE_FLAG_DELETE_ON_CLOSE, nullptr));
        return file_ || GetLastError() != ERROR_SHARING_VIOLATION;
    }

    WindowsHandle file_; // no other program can open it
#else
    ~FolderLock() {
        if (descriptor_ >= 0) close(descriptor_);
    }

private:
    /// @return  false if another program holds the lock
    [[nodiscard]] bool take(const std::filesystem::path& folder) {
        descriptor_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor_ < 0 || flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return true;
        close(descriptor_);
        return false;
    }

    int descriptor_ = -1;
#endif
};

} // namespace fgagt::examples
