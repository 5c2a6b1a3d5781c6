#include "support/data.hpp"

#include <cstdlib>
#include <iostream>

namespace fgagt::test {

std::optional<std::filesystem::path> real_data(const std::string& relative) {
    const char* root = std::getenv("FGAGT_DATA");
    if (root == nullptr || *root == '\0') {
        std::cout << "SKIPPED: the environment variable FGAGT_DATA is not set\n";
        return std::nullopt;
    }
    const std::filesystem::path path = std::filesystem::path(root) / relative;
    if (!std::filesystem::exists(path)) {
        std::cout << "SKIPPED: FGAGT_DATA has no " << relative << '\n';
        return std::nullopt;
    }
    return path;
}

std::filesystem::path golden(const std::string& relative) {
    return std::filesystem::path(FGAGT_SOURCE_DIR) / "tests" / "golden" / relative;
}

unsigned seed_of(const std::string& test_name) {
    unsigned hash = 2166136261U; // FNV-1a
    for (const char character : test_name)
        hash = (hash ^ static_cast<unsigned char>(character)) * 16777619U;
    return hash;
}

} // namespace fgagt::test
