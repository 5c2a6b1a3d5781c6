#pragma once

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/file.h>
#include <unistd.h>

namespace fgagt::examples {

/// Keeps a second program from working in the same folder, as far as its file system knows locks; leaves
/// nothing behind, however the program ends.
class FolderLock {
public:
    /// @throws std::runtime_error  another one has it
    explicit FolderLock(const std::filesystem::path& folder)
        : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (descriptor_ < 0 || flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
        close(descriptor_);
        throw std::runtime_error(folder.string() +
                                 ": another mot_batch works in this folder; wait for its end");
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock() {
        if (descriptor_ >= 0) close(descriptor_);
    }

private:
    int descriptor_;
};

} // namespace fgagt::examples
