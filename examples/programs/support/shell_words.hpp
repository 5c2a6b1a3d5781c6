#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// The quoted text after an opening quote, and the position after the closing quote. Within double quotes, a
/// backslash escapes the next character if that character has a special meaning.
[[nodiscard]] inline std::optional<std::pair<std::string, std::size_t>>
quoted_part(std::string_view line, std::size_t position, char quote) {
    std::string part;
    for (; position < line.size(); ++position) {
        if (line[position] == quote) return std::pair(part, position + 1);
        const bool escapes = quote == '"' && line[position] == '\\' && position + 1 < line.size() &&
                             std::string_view("\"\\$`").find(line[position + 1]) != std::string_view::npos;
        if (escapes) ++position;
        part += line[position];
    }
    return std::nullopt;
}

/// Splits a line into words as a shell does: at blanks that are neither quoted nor escaped. A word that
/// starts with # ends the line. Nothing else has a special meaning: no variables, patterns or ~.
///
/// @return  empty if a quote is not closed or the line ends with a backslash
[[nodiscard]] inline std::optional<std::vector<std::string>> shell_words(std::string_view line) {
    std::vector<std::string> words;
    bool within_word = false;
    for (std::size_t position = 0; position < line.size();) {
        const char character = line[position++];
        const bool blank = character == ' ' || character == '\t';
        if (!within_word && character == '#') break;
        if (!within_word && !blank) words.emplace_back();
        within_word = !blank;
        if (blank) continue;
        if (character == '\'' || character == '"') {
            const auto part = quoted_part(line, position, character);
            if (!part) return std::nullopt;
            words.back() += part->first;
            position = part->second;
        } else if (character == '\\') {
            if (position == line.size()) return std::nullopt;
            words.back() += line[position++];
        } else {
            words.back() += character;
        }
    }
    return words;
}

/// A line that `shell_words` splits into these words again.
[[nodiscard]] inline std::string shell_line(const std::vector<std::string>& words) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                        "-_./:,=+@%";
    std::string line;
    for (const std::string& word : words) {
        if (!line.empty()) line += ' ';
        if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char character : word)
            character == '\'' ? line += R"('\'')" : line += character;
        line += '\'';
    }
    return line;
}

} // namespace fgagt::examples
