#pragma once

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fgagt {
namespace detail {

[[noreturn]] inline void throw_write_error(const std::string& action, const std::filesystem::path& path,
                                           int error) {
    throw std::filesystem::filesystem_error("cannot " + action, path,
                                            std::error_code(error, std::generic_category()));
}

/// A file descriptor that is closed when it goes out of scope.
class OutputFile {
public:
    OutputFile(const std::filesystem::path& path, int flags)
        : path_(path),
          descriptor_(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666)) {
        if (descriptor_ < 0) throw_write_error("create", path, errno);
    }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ::ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw_write_error("write", path_, errno);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void set_mode(::mode_t mode) {
        if (::fchmod(descriptor_, mode) != 0) throw_write_error("set the permissions of", path_, errno);
    }
    void flush_to_disk() {
        if (::fsync(descriptor_) != 0) throw_write_error("flush", path_, errno);
    }
    void close() {
        if (::close(std::exchange(descriptor_, -1)) != 0) throw_write_error("close", path_, errno);
    }

private:
    std::filesystem::path path_;
    int descriptor_;
};

/// A name in the same folder that no other call uses, in this process or another.
[[nodiscard]] inline std::filesystem::path temporary_beside(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    std::filesystem::path name = path;
    name += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
    return name;
}

} // namespace detail

/// Writes a file whole or not at all: whatever goes wrong, a file that was there before keeps its contents.
///
/// The bytes go to a temporary file in the same folder, to disk, and then take the name. A symbolic link
/// stays one; what is not a regular file (a pipe, /dev/null) is written to directly.
/// @throws std::filesystem::filesystem_error  the path and the system's reason
inline void write_whole_file(const std::filesystem::path& path, std::string_view bytes) {
    std::error_code unresolved;
    const std::filesystem::path resolved = std::filesystem::canonical(path, unresolved);
    const std::filesystem::path& target = unresolved ? path : resolved;

    struct ::stat existing {};
    const bool exists = ::stat(target.c_str(), &existing) == 0;
    if (exists && !S_ISREG(existing.st_mode)) {
        detail::OutputFile(target, 0).write(bytes);
        return;
    }

    const std::filesystem::path temporary = detail::temporary_beside(target);
    detail::OutputFile file(temporary, O_CREAT | O_EXCL);
    try {
        file.write(bytes);
        if (exists) file.set_mode(existing.st_mode & 07777);
        file.flush_to_disk();
        file.close();
        std::filesystem::rename(temporary, target);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

} // namespace fgagt
