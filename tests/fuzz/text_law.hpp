#pragma once

#include "fuzz/law.hpp"

#include <fgagt/core/errors.hpp>

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The simplest possible readers of text files, for files that the library accepts.
namespace fgagt::test {

inline constexpr std::string_view kSpaces = " \t\r\v\f";

[[nodiscard]] inline std::string without_blanks_around(std::string text) {
    const auto is_blank = [](char character) { return kSpaces.find(character) != std::string_view::npos; };
    while (!text.empty() && is_blank(text.back()))
        text.pop_back();
    while (!text.empty() && is_blank(text.front()))
        text.erase(text.begin());
    return text;
}

/// The parts between any of the separators; one more than there are separators.
[[nodiscard]] inline std::vector<std::string> parts_of(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts{""};
    for (const char character : text) {
        if (separators.find(character) != std::string_view::npos)
            parts.emplace_back();
        else
            parts.back() += character;
    }
    for (std::string& part : parts)
        part = without_blanks_around(part);
    return parts;
}

/// The lines of a file that are not blank.
[[nodiscard]] inline std::vector<std::string> lines_of(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::vector<std::string> lines = parts_of(text, "\n");
    std::erase(lines, "");
    return lines;
}

/// A number as the C library reads it.
[[nodiscard]] inline double number_of(const std::string& text) {
    return std::strtod(text.c_str(), nullptr);
}

/// Like value_or_refusal() for a text file; the line of an error must be the first wrong one.
///
/// @param parse  text -> value
template <class Parse>
[[nodiscard]] auto text_or_refusal(std::string_view text, Parse parse)
    -> std::optional<decltype(parse(text))> {
    try {
        return parse(text);
    } catch (const ParseError& error) {
        require_printable(error.what());
        std::size_t start = 0; // start of the line
        for (std::size_t line = 1; line < error.line(); ++line) {
            start = text.find('\n', start) + 1;
            require(start != 0, "an error's line exists in the file");
        }
        require(error.line() >= 1, "an error in a text has a line");
        static_cast<void>(parse(text.substr(0, start)));
        const auto refusal_of = [&](std::string_view part) -> std::string {
            try {
                static_cast<void>(parse(part));
            } catch (const ParseError& again) {
                return again.what();
            }
            return "none";
        };
        const std::string_view cut = text.substr(0, text.find('\n', start));
        require(refusal_of(cut) == error.what(), "an error does not depend on the lines after its own");
        return std::nullopt;
    }
}

} // namespace fgagt::test
