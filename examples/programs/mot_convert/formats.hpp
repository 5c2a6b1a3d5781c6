#pragma once

#include <fgagt/annotations/annotations.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fgagt::examples {

/// The command line of mot_convert.
struct Arguments {
    std::string input;
    std::string output;
    std::string from;
    std::string to;
    std::string class_file;           ///< empty: use the classes of the input
    std::vector<std::string> classes; ///< the names in class_file
    int width = 0;                    ///< pixels; 0: use the input's
    int height = 0;
    std::int64_t frames = 0; ///< length of the sequence; 0: use the input's
};

/// A format with its reader and writer.
struct Format {
    std::string_view name;
    std::string_view what;
    Annotations (*read)(const std::filesystem::path&, const Arguments&);
    void (*write)(const std::filesystem::path&, const Annotations&);
    std::vector<std::string> (*losses)(const Annotations&);
};

/// All formats. Only one unit compiles them.
[[nodiscard]] std::span<const Format> formats();

} // namespace fgagt::examples
