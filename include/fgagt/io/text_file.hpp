#pragma once

#include <fgagt/errors.hpp>

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

/// A decimal number with nothing around it; "inf" and "nan" are numbers. Beyond the range of double it is
/// infinite, below it 0.
[[nodiscard]] inline std::optional<double> parse_number(std::string_view text) noexcept {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
        const std::size_t exponent = text.find_first_of("eE");
        const bool tiny = exponent != std::string_view::npos ? text.substr(exponent + 1).starts_with('-')
                                                             : text.starts_with('.') || text.starts_with('0');
        value = tiny ? 0 : std::numeric_limits<double>::infinity();
    }
    return negative ? -value : value;
}

/// A number without a fraction; "1e3" and "7.0" are some, as spreadsheets and MATLAB write them.
[[nodiscard]] inline std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    constexpr double kExact = 9007199254740992.0; // 2^53: a double holds every integer up to here
    const std::optional<double> value = parse_number(text);
    if (!value || !(std::abs(*value) <= kExact) || *value != std::trunc(*value)) return std::nullopt;
    return static_cast<std::int64_t>(*value);
}

/// A file's bytes.
///
/// @throws ParseError  it cannot be read
[[nodiscard]] inline std::string read_whole_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw ParseError(path.string(), 0, 0, "expected a file, found a folder");
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw ParseError(path.string(), 0, 0, "cannot be opened: " + std::generic_category().message(errno));
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (stream.bad()) throw ParseError(path.string(), 0, 0, "cannot be read to its end");
    return text;
}

/// A text file in memory, handed out line by line.
class TextFile {
public:
    /// @throws ParseError  the file cannot be read
    explicit TextFile(const std::filesystem::path& path)
        : path_(path.string()),
          text_(read_whole_file(path)) {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (text_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
    }

    /// Moves on to the next line that is not blank; false at the end.
    bool next() {
        while (position_ < text_.size()) {
            const std::size_t end = std::min(text_.find('\n', position_), text_.size());
            line_ = trim(std::string_view(text_).substr(position_, end - position_));
            position_ = end + 1;
            ++number_;
            if (!line_.empty()) return true;
        }
        return false;
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string_view line() const noexcept { return line_; } ///< without blanks at either end
    [[nodiscard]] std::size_t number() const noexcept { return number_; }  ///< of the line, from 1

    /// @param column  1-based field number, 0 for the line as a whole
    template <class... Parts>
    [[noreturn]] void fail(std::size_t column, const Parts&... parts) const {
        std::ostringstream text;
        (text << ... << parts);
        throw ParseError(path_, number_, column, text.str());
    }

private:
    std::string path_;
    std::string text_;
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

    /// Any number, infinite and NaN as well.
    [[nodiscard]] double number(std::size_t column) const {
        const std::optional<double> value = parse_number(fields_[column - 1]);
        if (!value) file_.fail(column, "expected a number, found ", quoted(fields_[column - 1]));
        return *value;
    }

    [[nodiscard]] double finite(std::size_t column) const {
        const double value = number(column);
        if (!std::isfinite(value))
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
