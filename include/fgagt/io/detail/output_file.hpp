#pragma once

#include <fgagt/core/detail/language.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#ifdef _WIN32
#include <io.h>
#include <process.h>
#include <share.h>
#else
#include <unistd.h>
#endif

namespace fgagt::detail {

#ifdef _WIN32
/// POSIX file functions of the Windows C runtime.
namespace system_file {
inline constexpr int kCreateNew = _O_CREAT | _O_EXCL;
inline int open(const std::filesystem::path& path, int flags) noexcept {
    int descriptor = -1;
    _wsopen_s(&descriptor, path.c_str(), _O_WRONLY | _O_BINARY | _O_NOINHERIT | flags, _SH_DENYNO,
              _S_IREAD | _S_IWRITE);
    return descriptor;
}
inline std::ptrdiff_t write(int descriptor, std::string_view bytes) noexcept {
    const auto count = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
    return _write(descriptor, bytes.data(), static_cast<unsigned>(count));
}
inline int flush_to_disk(int descriptor) noexcept {
    return _commit(descriptor);
}
inline int close(int descriptor) noexcept {
    return _close(descriptor);
}
/// Does nothing: on Windows, a new file inherits the permissions of its folder.
inline int set_permissions(int /*descriptor*/, std::filesystem::perms /*permissions*/) noexcept {
    return 0;
}
inline long process_id() noexcept {
    return _getpid();
}
} // namespace system_file
#else
/// POSIX file functions.
namespace system_file {
inline constexpr int kCreateNew = O_CREAT | O_EXCL;
inline int open(const std::filesystem::path& path, int flags) noexcept {
    return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
}
inline std::ptrdiff_t write(int descriptor, std::string_view bytes) noexcept {
    return ::write(descriptor, bytes.data(), bytes.size());
}
inline int flush_to_disk(int descriptor) noexcept {
    return ::fsync(descriptor);
}
inline int close(int descriptor) noexcept {
    return ::close(descriptor);
}
inline int set_permissions(int descriptor, std::filesystem::perms permissions) noexcept {
    return ::fchmod(descriptor, static_cast<::mode_t>(permissions));
}
inline long process_id() noexcept {
    return ::getpid();
}
} // namespace system_file
#endif

/// A file descriptor that is closed when it goes out of scope. Every function throws
/// std::filesystem::filesystem_error with the path and the system's reason.
class OutputFile {
public:
    /// @param flags  system_file::kCreateNew, or 0 for a file that exists
    OutputFile(const std::filesystem::path& path, int flags)
        : path_(path),
          descriptor_(system_file::open(path, flags)) {
        if (descriptor_ < 0) fail("create");
    }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile() {
        if (descriptor_ >= 0) system_file::close(descriptor_);
    }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::ptrdiff_t written = system_file::write(descriptor_, bytes);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("write");
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void set_permissions(std::filesystem::perms permissions) {
        if (system_file::set_permissions(descriptor_, permissions) != 0) fail("set the permissions of");
    }
    void flush_to_disk() {
        if (system_file::flush_to_disk(descriptor_) != 0) fail("flush");
    }
    void close() {
        if (system_file::close(std::exchange(descriptor_, -1)) != 0) fail("close");
    }

private:
    [[noreturn]] void fail(const std::string& action) const {
        throw std::filesystem::filesystem_error("cannot " + action, path_,
                                                std::error_code(errno, std::generic_category()));
    }

    std::filesystem::path path_;
    int descriptor_;
};

} // namespace fgagt::detail
