#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/decimal.hpp>
#include <fgagt/io/text_file.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// @file
/// Numbers and fields of text files, independent of the locale.
namespace fgagt::detail {

/// The text in quotes for an error message: short, and without terminal control characters.
[[nodiscard]] inline std::string quoted(std::string_view text) {
    constexpr std::size_t kLongest = 40;
    std::string result = "'";
    for (const char character : text.substr(0, kLongest))
        result += character >= ' ' && character <= '~' ? character : '?';
    return result + (text.size() > kLongest ? "...'" : "'");
}

/// Whether the magnitude of a non-zero decimal number is below 1, judging by the position of its first digit
/// and its exponent.
[[nodiscard]] inline bool is_below_one(std::string_view text) noexcept {
    const std::size_t end = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, end);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    std::size_t first = digits.find_first_of("123456789");
    if (first > point) --first; // do not count the point
    std::string_view exponent = text.substr(std::min(end + 1, text.size()));
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    constexpr std::int64_t kHuge = std::int64_t{1} << 62; // more digits than any text has
    std::int64_t shift = 0;
    const auto [_, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift);
    if (error == std::errc::result_out_of_range) shift = exponent.starts_with('-') ? -kHuge : kHuge;
    shift = std::clamp(shift, -kHuge, kHuge);
    return static_cast<std::int64_t>(point) + shift <= static_cast<std::int64_t>(first);
}

/// Parses text that is exactly one decimal number; "inf" and "nan" are numbers. Overflow gives infinity,
/// underflow gives 0.
[[nodiscard]] inline std::optional<double> parse_number(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
    double value = 0;
    const auto [end, error] = parse_decimal(text, value);
    if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range)
        value = is_below_one(text) ? 0 : std::numeric_limits<double>::infinity();
    return negative ? -value : value;
}

/// Parses an integer; also accepts "1e3" and "7.0", as written by spreadsheets and MATLAB.
[[nodiscard]] inline std::optional<std::int64_t> parse_integer(std::string_view text) {
    constexpr double kExact = 9007199254740992.0; // 2^53: a double holds every integer up to here
    const std::optional<double> value = parse_number(text);
    if (!value || !is_finite(*value) || std::abs(*value) > kExact || *value != std::trunc(*value))
        return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

/// Parses an integer exactly in 64 bits; also accepts "7.0".
[[nodiscard]] inline std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
    return parse_integer(text);
}

/// The fields of a TextFile's current line, by column, counted from 1.
class TextRow {
public:
    explicit TextRow(const TextFile& file) : file_(file) {}

    /// Splits the line at commas.
    void split_at_commas() {
        fields_.clear();
        std::string_view rest = file_.line();
        for (std::size_t comma = rest.find(','); comma != std::string_view::npos; comma = rest.find(',')) {
            fields_.push_back(trim(rest.substr(0, comma)));
            rest.remove_prefix(comma + 1);
        }
        fields_.push_back(trim(rest));
    }

    /// Splits the line at blanks.
    void split_at_blanks() {
        fields_.clear();
        std::string_view rest = file_.line();
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
            fields_.push_back(rest.substr(0, end));
            rest = trim(rest.substr(end));
        }
    }

    [[nodiscard]] std::size_t columns() const noexcept { return fields_.size(); }

    void expect_columns(std::size_t least, std::size_t most) const {
        if (columns() >= least && columns() <= most) return;
        if (least == most) file_.fail(0, "expected ", least, " columns, found ", columns());
        file_.fail(0, "expected ", least, " to ", most, " columns, found ", columns());
    }

    /// The text of a field, without surrounding blanks.
    [[nodiscard]] std::string_view text(std::size_t column) const { return fields_[column - 1]; }

    /// Any number, including infinity and NaN.
    [[nodiscard]] double number(std::size_t column) const {
        const std::optional<double> value = parse_number(fields_[column - 1]);
        if (!value) file_.fail(column, "expected a number, found ", quoted(fields_[column - 1]));
        return *value;
    }

    [[nodiscard]] double finite(std::size_t column) const {
        const double value = number(column);
        if (!is_finite(value))
            file_.fail(column, "expected a finite number, found ", quoted(fields_[column - 1]));
        return value;
    }

    /// An integer of at least `least`.
    [[nodiscard]] std::int64_t integer(std::size_t column, std::string_view what,
                                       std::int64_t least = std::numeric_limits<std::int64_t>::min()) const {
        const std::optional<std::int64_t> value = parse_integer(fields_[column - 1]);
        if (!value)
            file_.fail(column, "expected a whole number as ", what, ", found ", quoted(fields_[column - 1]));
        if (*value < least)
            file_.fail(column, "expected a ", what, " of at least ", least, ", found ", *value);
        return *value;
    }

private:
    const TextFile& file_;
    std::vector<std::string_view> fields_;
};

} // namespace fgagt::detail
