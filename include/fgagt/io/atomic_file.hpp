#pragma once

#include <fgagt/io/detail/output_file.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace fgagt {
namespace detail {

/// A file name in the same folder, unique across calls and processes.
[[nodiscard]] inline std::filesystem::path temporary_beside(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    std::filesystem::path name = path;
    name += ".tmp-" + std::to_string(system_file::process_id()) + "-" + std::to_string(counter++);
    return name;
}

} // namespace detail

/// Writes a file completely or not at all: if anything fails, an existing file keeps its contents.
///
/// The bytes go to a temporary file in the same folder and are flushed to disk. Then the file is renamed to
/// `path`. A symbolic link remains a link. Anything that is not a regular file (a pipe, /dev/null) is written
/// to directly.
/// @throws std::filesystem::filesystem_error  with the path and the system's reason
/// @note On Windows, a file that is read-only, or that another program has open, cannot be replaced.
inline void write_whole_file(const std::filesystem::path& path, std::string_view bytes) {
    std::error_code unresolved;
    const std::filesystem::path resolved = std::filesystem::canonical(path, unresolved);
    const std::filesystem::path& target = unresolved ? path : resolved;

    std::error_code unknown;
    const std::filesystem::file_status existing = std::filesystem::status(target, unknown);
    const bool exists = std::filesystem::exists(existing);
    if (exists && !std::filesystem::is_regular_file(existing)) {
        detail::OutputFile(target, 0).write(bytes);
        return;
    }

    const std::filesystem::path temporary = detail::temporary_beside(target);
    detail::OutputFile file(temporary, detail::system_file::kCreateNew);
    try {
        file.write(bytes);
        if (exists) file.set_permissions(existing.permissions());
        file.flush_to_disk();
        file.close();
        std::filesystem::rename(temporary, target);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw;
    }
}

} // namespace fgagt
