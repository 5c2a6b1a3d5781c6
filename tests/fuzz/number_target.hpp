#pragma once

#include "fuzz/law.hpp"
#include "fuzz/text_law.hpp"

#include <fgagt/io/detail/text_fields.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fgagt::test {

/// Whether a text is a number without a sign as C++ writes it: decimal, infinite or NaN.
[[nodiscard]] inline bool looks_like_a_number(std::string text) {
    const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
    for (char& character : text)
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    if (text == "inf" || text == "infinity" || text == "nan") return true;
    if (text.starts_with("nan(") && text.ends_with(")"))
        return std::all_of(text.begin() + 4, text.end() - 1, [&](char character) {
            return is_digit(character) || (character >= 'a' && character <= 'z') || character == '_';
        });
    std::size_t digits = 0, at = 0;
    for (; at < text.size() && is_digit(text[at]); ++at)
        ++digits;
    if (at < text.size() && text[at] == '.')
        for (++at; at < text.size() && is_digit(text[at]); ++at)
            ++digits;
    if (digits == 0) return false;
    if (at == text.size()) return true;
    if (text[at++] != 'e') return false;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    return at < text.size() &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_digit);
}

/// Reads whatever text as a number: what the C library makes of it, and only where it is one. Returns whether
/// it is.
///
/// @throws BrokenLaw  it is not so
inline bool check_number(std::string_view bytes) {
    const std::string text(bytes);
    const bool has_sign = text.starts_with('-') || text.starts_with('+');
    const bool is_number = looks_like_a_number(text.substr(has_sign ? 1 : 0));
    const std::optional<double> value = detail::parse_number(bytes);
    require(value.has_value() == is_number, "numbers, and nothing else, are numbers");
    const std::optional<std::int64_t> whole = detail::parse_integer(bytes);
    if (!value) {
        require(!whole, "what is no number is no whole one");
        return false;
    }
    const double expected = number_of(text);
    require(std::isnan(expected) ? std::isnan(*value) : *value == expected,
            "a number has the value that the C library sees");
    const bool is_whole = std::abs(expected) <= 9007199254740992.0 && std::floor(expected) == expected;
    require(whole.has_value() == is_whole, "what has no fraction, and nothing else, is a whole number");
    require(!whole || static_cast<double>(*whole) == expected, "a whole number has the same value");
    return true;
}

} // namespace fgagt::test
