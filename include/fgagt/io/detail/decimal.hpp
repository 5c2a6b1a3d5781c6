#pragma once

#include <fgagt/core/detail/language.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#if defined(__APPLE__) || defined(__FreeBSD__)
#include <xlocale.h>
#endif

/// @file
/// std::from_chars for floating-point numbers, which libc++ lacks before version 20.
namespace fgagt::detail {

/// Length of the number at the front, as accepted by std::from_chars: decimal or scientific, "inf",
/// "infinity" or "nan"; 0 if there is none.
[[nodiscard]] inline std::size_t decimal_length(std::string_view text) noexcept {
    const auto after = [text](std::string_view characters, std::size_t from) {
        return std::min(text.find_first_not_of(characters, from), text.size());
    };
    const auto has_word = [text](std::string_view word, std::size_t from) {
        const std::string_view rest = text.substr(from, word.size());
        return std::equal(rest.begin(), rest.end(), word.begin(), word.end(), [](char found, char lower) {
            return found == lower || (found >= 'A' && found <= 'Z' && found - 'A' + 'a' == lower);
        });
    };
    constexpr std::string_view kDigits = "0123456789";
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    for (const std::string_view word : {"infinity", "inf", "nan"})
        if (has_word(word, first)) return first + word.size();
    std::size_t end = after(kDigits, first);
    std::size_t digits = end - first;
    if (end < text.size() && text[end] == '.') {
        const std::size_t last = after(kDigits, end + 1);
        digits += last - end - 1;
        end = last;
    }
    if (digits == 0) return 0;
    if (text.find_first_of("eE", end) != end) return end;
    std::size_t exponent = end + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    const std::size_t last = after(kDigits, exponent);
    return last > exponent ? last : end;
}

/// Like std::from_chars for a double, using the C library's function with the "C" locale.
inline std::from_chars_result parse_by_strtod(std::string_view text, double& value) {
    const std::size_t length = decimal_length(text);
    if (length == 0) return {text.data(), std::errc::invalid_argument};
    const char* const end = text.data() + length;
    const bool is_negative = text.front() == '-';
    if (const char first = text[is_negative ? 1 : 0]; first != '.' && (first < '0' || first > '9')) {
        using Limits = std::numeric_limits<double>;
        const bool is_infinite = first == 'i' || first == 'I'; // not every C library reads these words
        value =
            std::copysign(is_infinite ? Limits::infinity() : Limits::quiet_NaN(), is_negative ? -1.0 : 1.0);
        return {end, std::errc()};
    }
    const std::string terminated(text.substr(0, length));
#ifdef _WIN32
    static const _locale_t c_locale = _create_locale(LC_ALL, "C");
    errno = 0;
    const double parsed = _strtod_l(terminated.c_str(), nullptr, c_locale);
#else
    static const ::locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
    errno = 0;
    const double parsed = ::strtod_l(terminated.c_str(), nullptr, c_locale);
#endif
    const bool is_subnormal =
        parsed != 0 && std::abs(parsed) < 1; // some C libraries set ERANGE for these too
    if (errno == ERANGE && !is_subnormal) return {end, std::errc::result_out_of_range};
    value = parsed;
    return {end, std::errc()};
}

/// Parses a number in decimal or scientific notation, independent of the locale.
template <class Number>
std::from_chars_result parse_decimal(std::string_view text, Number& value) {
    if constexpr (requires { std::from_chars(text.data(), text.data() + text.size(), value); })
        return std::from_chars(text.data(), text.data() + text.size(), value);
    else
        return parse_by_strtod(text, value);
}

} // namespace fgagt::detail
