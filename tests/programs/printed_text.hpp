#pragma once

#include "support/catch.hpp"

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace fgagt::test {

[[nodiscard]] inline std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

[[nodiscard]] inline std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> list;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        list.push_back(line);
    return list;
}

/// Equal words, or two decimal numbers that differ by at most one in the last of two decimal places.
[[nodiscard]] inline bool is_same_word(const std::string& a, const std::string& b) {
    if (a == b) return true;
    if (a.find('.') == std::string::npos || b.find('.') == std::string::npos) return false;
    return std::abs(std::atof(a.c_str()) - std::atof(b.c_str())) < 0.015;
}

/// Compares a program's output with the expected text, line by line and word by word.
inline void check_printed(const std::string& printed, const std::string& expected) {
    INFO(printed);
    const std::vector<std::string> found = lines(printed), wanted = lines(expected);
    REQUIRE(found.size() == wanted.size());
    for (std::size_t row = 0; row < found.size(); ++row) {
        const std::vector<std::string> a = words(found[row]), b = words(wanted[row]);
        REQUIRE(a.size() == b.size());
        for (std::size_t k = 0; k < a.size(); ++k) {
            CAPTURE(row, a[k], b[k]);
            REQUIRE(is_same_word(a[k], b[k]));
        }
    }
}

} // namespace fgagt::test
