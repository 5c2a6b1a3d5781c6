#pragma once

#include <filesystem>
#include <string>

namespace fgagt::examples {

/// A network file with an optional layer: FILE[:LAYER].
struct LayerOfFile {
    std::filesystem::path file;
    std::string layer;
};

[[nodiscard]] inline LayerOfFile layer_of_file(const std::string& text) {
    for (std::size_t colon = text.size(); colon != std::string::npos && !std::filesystem::exists(text);
         colon = colon == 0 ? std::string::npos : text.rfind(':', colon - 1))
        if (colon < text.size() && std::filesystem::exists(text.substr(0, colon)))
            return {text.substr(0, colon), text.substr(colon + 1)};
    return {text, ""};
}

} // namespace fgagt::examples
