#pragma once

#include <fgagt/core/errors.hpp>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// @file
/// Comma-separated values as written by spreadsheets (RFC 4180). A field in double quotes may contain commas,
/// line ends, and quotes written as two quotes.
namespace fgagt::detail {

/// Reads the text of a file row by row.
class CsvFile {
public:
    /// @param text  contents of the file; must outlive this object
    /// @param name  name of the file, for error messages; must outlive this object
    CsvFile(std::string_view text, const std::string& name) : rest_(text), name_(name) {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    }

    /// Moves to the next row that is not blank; false at the end.
    bool next() {
        do {
            if (rest_.empty()) return false;
            line_ = next_line_;
            fields_.clear();
            while (take_field()) {
            }
        } while (fields_.size() == 1 && fields_[0].empty());
        return true;
    }

    [[nodiscard]] const std::vector<std::string>& fields() const noexcept { return fields_; }
    [[nodiscard]] std::size_t line() const noexcept { return line_; } ///< first line of the row, from 1

    /// @param column  from 1; 0 for the whole row
    template <class... Parts>
    [[noreturn]] void fail(std::size_t column, const Parts&... parts) const {
        std::ostringstream text;
        (text << ... << parts);
        throw ParseError(name_, line_, column, text.str());
    }

private:
    /// Reads a field and the separator after it; returns whether that is a comma.
    bool take_field() {
        std::string field = rest_.starts_with('"') ? quoted_field() : plain_field();
        fields_.push_back(std::move(field));
        if (rest_.starts_with('\r')) rest_.remove_prefix(1);
        const bool more = rest_.starts_with(',');
        if (!more && !rest_.empty() && !rest_.starts_with('\n'))
            fail(fields_.size(), "expected a comma or the end of the line after a quoted field");
        if (rest_.starts_with('\n')) ++next_line_;
        if (!rest_.empty()) rest_.remove_prefix(1);
        return more;
    }

    std::string plain_field() {
        const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
        std::string_view field = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (field.ends_with('\r')) field.remove_suffix(1);
        return std::string(field);
    }

    std::string quoted_field() {
        std::string field;
        rest_.remove_prefix(1);
        while (true) {
            const std::size_t end = rest_.find('"');
            if (end == std::string_view::npos)
                fail(fields_.size() + 1,
                     "expected a quote at the end of the field, found the end of the file");
            field += rest_.substr(0, end);
            rest_.remove_prefix(end + 1);
            if (!rest_.starts_with('"')) break;
            field += '"';
            rest_.remove_prefix(1);
        }
        next_line_ += static_cast<std::size_t>(std::ranges::count(field, '\n'));
        return field;
    }

    std::string_view rest_;
    const std::string& name_;
    std::vector<std::string> fields_;
    std::size_t line_ = 1, next_line_ = 1;
};

/// A field, in quotes if needed.
[[nodiscard]] inline std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string field = "\"";
    for (const char letter : text)
        field += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return field + '"';
}

} // namespace fgagt::detail
