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

/// Whether a text is a number without a sign in C++ notation: decimal, infinite or NaN.
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

/// Reads any text as a number: the result is the same as that of the C library, and empty if the text is not
/// a number. Returns whether it is a number.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_number(std::string_view bytes) {
    const std::string text(bytes);
    const bool has_sign = text.starts_with('-') || text.starts_with('+');
    const bool is_number = looks_like_a_number(text.substr(has_sign ? 1 : 0));
    const std::optional<double> value = detail::parse_number(bytes);
    require(value.has_value() == is_number, "exactly the valid numbers are accepted");
    const std::optional<std::int64_t> whole = detail::parse_integer(bytes);
    if (!value) {
        require(!whole, "a text that is not a number is not a whole number");
        return false;
    }
    const double expected = number_of(text);
    require(std::isnan(expected) ? std::isnan(*value) : *value == expected,
            "a number has the same value as in the C library");
    const bool is_whole = std::abs(expected) <= 9007199254740992.0 && std::floor(expected) == expected;
    require(whole.has_value() == is_whole, "exactly the numbers without a fraction are whole numbers");
    require(!whole || static_cast<double>(*whole) == expected, "a whole number has the same value");
    return true;
}

} // namespace fgagt::test
