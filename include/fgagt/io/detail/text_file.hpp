#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/decimal.hpp>
#include <fgagt/io/detail/path_text.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// What the readers of files share, of line-based text most of all. Nothing here depends on the locale.
namespace fgagt::detail {

inline constexpr std::string_view kBlanks = " \t\r\v\f";

[[nodiscard]] inline std::string_view trim(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The text as an error message can show it: short, and without bytes that a terminal would obey.
[[nodiscard]] inline std::string quoted(std::string_view text) {
    constexpr std::size_t kLongest = 40;
    std::string result = "'";
    for (const char character : text.substr(0, kLongest))
        result += character >= ' ' && character <= '~' ? character : '?';
    return result + (text.size() > kLongest ? "...'" : "'");
}

/// Whether a decimal number other than 0 is below 1, its sign aside: where its first digit stands once the
/// exponent has moved the point.
[[nodiscard]] inline bool is_below_one(std::string_view text) noexcept {
    const std::size_t end = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, end);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    std::size_t first = digits.find_first_of("123456789");
    if (first > point) --first; // the point is no digit
    std::string_view exponent = text.substr(std::min(end + 1, text.size()));
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    constexpr std::int64_t kHuge = std::int64_t{1} << 62; // more than any text has digits
    std::int64_t shift = 0;
    const auto [_, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift);
    if (error == std::errc::result_out_of_range) shift = exponent.starts_with('-') ? -kHuge : kHuge;
    shift = std::clamp(shift, -kHuge, kHuge);
    return static_cast<std::int64_t>(point) + shift <= static_cast<std::int64_t>(first);
}

/// A decimal number with nothing around it; "inf" and "nan" are numbers. Beyond the range of double it is
/// infinite, below it 0.
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

/// A number without a fraction; "1e3" and "7.0" are some, as spreadsheets and MATLAB write them.
[[nodiscard]] inline std::optional<std::int64_t> parse_integer(std::string_view text) {
    constexpr double kExact = 9007199254740992.0; // 2^53: a double holds every integer up to here
    const std::optional<double> value = parse_number(text);
    if (!value || !is_finite(*value) || std::abs(*value) > kExact || *value != std::trunc(*value))
        return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

/// A whole number, exact in 64 bits; "7.0" is one as well.
[[nodiscard]] inline std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
    return parse_integer(text);
}

/// A file's bytes.
///
/// @throws ParseError  it cannot be read
[[nodiscard]] inline std::string read_whole_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw ParseError(detail::utf8_of(path), 0, 0, "expected a file, found a folder");
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw ParseError(detail::utf8_of(path), 0, 0,
                         "cannot be opened: " + std::generic_category().message(errno));
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (stream.bad()) throw ParseError(detail::utf8_of(path), 0, 0, "cannot be read to its end");
    return text;
}

/// The text of a file, handed out line by line.
class TextFile {
public:
    /// @param text  all of the file; must outlive this object
    /// @param name  of the file, for errors; likewise
    TextFile(std::string_view text, const std::string& name) : name_(name), text_(text) {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (text_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
    }

    /// Moves on to the next line that is not blank; false at the end.
    bool next() {
        while (position_ < text_.size()) {
            const std::size_t end = std::min(text_.find('\n', position_), text_.size());
            line_ = trim(text_.substr(position_, end - position_));
            position_ = end + 1;
            ++number_;
            if (!line_.empty()) return true;
        }
        return false;
    }

    [[nodiscard]] std::string_view line() const noexcept { return line_; } ///< without blanks at either end
    [[nodiscard]] std::size_t number() const noexcept { return number_; }  ///< of the line, from 1

    /// @param column  1-based field number, 0 for the line as a whole
    template <class... Parts>
    [[noreturn]] void fail(std::size_t column, const Parts&... parts) const {
        std::ostringstream text;
        (text << ... << parts);
        throw ParseError(name_, number_, column, text.str());
    }

private:
    const std::string& name_;
    std::string_view text_;
    std::string_view line_;
    std::size_t position_ = 0;
    std::size_t number_ = 0;
};

/// The fields of a TextFile's current line, by their 1-based column.
class TextRow {
public:
    explicit TextRow(const TextFile& file) : file_(file) {}

    /// Takes the fields between commas.
    void split_at_commas() {
        fields_.clear();
        std::string_view rest = file_.line();
        for (std::size_t comma = rest.find(','); comma != std::string_view::npos; comma = rest.find(',')) {
            fields_.push_back(trim(rest.substr(0, comma)));
            rest.remove_prefix(comma + 1);
        }
        fields_.push_back(trim(rest));
    }

    /// Takes the fields between blanks.
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

    /// A field as it is, without blanks around it.
    [[nodiscard]] std::string_view text(std::size_t column) const { return fields_[column - 1]; }

    /// Any number, infinite and NaN as well.
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

    /// A whole number that is not under `least`.
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
