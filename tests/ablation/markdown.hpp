#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace fgagt::ablation {

/// A number with so many digits after the point.
[[nodiscard]] inline std::string number(double value, int digits) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

/// A row of a Markdown table.
[[nodiscard]] inline std::string line(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells)
        text += ' ' + cell + " |";
    return text + '\n';
}

/// The rule below the heading of a Markdown table.
[[nodiscard]] inline std::string rule(std::size_t columns) {
    std::string text = "|";
    for (std::size_t column = 0; column < columns; ++column)
        text += "---|";
    return text + '\n';
}

} // namespace fgagt::ablation
