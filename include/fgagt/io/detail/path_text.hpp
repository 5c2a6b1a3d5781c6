#pragma once

#include <fgagt/core/detail/language.hpp>

#include <filesystem>
#include <string>
#include <string_view>

/// @file
/// Paths in UTF-8, as used by messages, file formats and OpenCV. The native form differs: Windows uses wide
/// characters, and its narrow ones hold only the characters of the code page.
namespace fgagt::detail {

[[nodiscard]] inline std::string utf8_of(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

[[nodiscard]] inline std::filesystem::path path_of(std::string_view utf8) {
    return std::u8string(utf8.begin(), utf8.end());
}

} // namespace fgagt::detail
