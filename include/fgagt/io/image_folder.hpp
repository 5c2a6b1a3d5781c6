#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/path_text.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

/// @file
/// Folders of numbered images.
namespace fgagt {

/// Whether the file has the extension of an image: .jpg, .jpeg, .png, .bmp, .tif, .tiff or .webp in any case.
[[nodiscard]] inline bool is_image_file(const std::filesystem::path& path) {
    static constexpr std::array<std::string_view, 7> kExtensions{".jpg", ".jpeg", ".png", ".bmp",
                                                                 ".tif", ".tiff", ".webp"};
    std::string extension = detail::utf8_of(path.extension());
    for (char& character : extension)
        character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

/// Orders "frame_9" before "frame_10": trailing digits are compared as numbers.
[[nodiscard]] inline bool numbered_before(const std::filesystem::path& a, const std::filesystem::path& b) {
    const auto key = [](const std::filesystem::path& path) {
        const std::string stem = detail::utf8_of(path.stem());
        const std::size_t digits = stem.find_last_not_of("0123456789") + 1; // npos + 1 is 0
        const std::size_t first = std::min(stem.find_first_not_of('0', digits), stem.size());
        return std::tuple(stem.substr(0, digits), stem.size() - first, stem.substr(first), path);
    };
    return key(a) < key(b);
}

/// The images of a folder in the order of their numbers.
///
/// @throws ParseError  the folder cannot be listed or contains no images
[[nodiscard]] inline std::vector<std::filesystem::path> images_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (is_image_file(entry.path())) files.push_back(entry.path());
    if (error) throw ParseError(detail::utf8_of(folder), 0, 0, "cannot be listed: " + error.message());
    if (files.empty())
        throw ParseError(detail::utf8_of(folder), 0, 0, "expected images in this folder, found none");
    std::ranges::sort(files, numbered_before);
    return files;
}

} // namespace fgagt
