#pragma once

#include <filesystem>

#ifdef _WIN32
#include "windows.hpp"

#include <string>
#elif defined(__APPLE__)
#include <cstdint>
#include <mach-o/dyld.h>
#include <string>
#endif

namespace fgagt::examples {

/// The path of the running program.
[[nodiscard]] inline std::filesystem::path program_path() {
#ifdef _WIN32
    std::wstring path(MAX_PATH, L'\0');
    for (;;) {
        const DWORD size = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
        if (size < path.size()) return path.substr(0, size);
        path.resize(2 * path.size());
    }
#elif defined(__APPLE__)
    std::uint32_t size = 0;
    _NSGetExecutablePath(nullptr, &size);
    std::string path(size, '\0');
    _NSGetExecutablePath(path.data(), &size);
    return std::filesystem::canonical(path.c_str());
#else
    return std::filesystem::read_symlink("/proc/self/exe");
#endif
}

/// The path of a program in the same folder as the running one.
[[nodiscard]] inline std::filesystem::path program_beside(const std::filesystem::path& name) {
    const std::filesystem::path running = program_path();
    return running.parent_path() / std::filesystem::path(name).replace_extension(running.extension());
}

} // namespace fgagt::examples
