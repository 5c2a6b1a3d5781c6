#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/path_text.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

/// @file
/// Reading of whole files, and of text files line by line, independent of the locale.
namespace fgagt {
namespace detail {

inline constexpr std::string_view kBlanks = " \t\r\v\f";

[[nodiscard]] inline std::string_view trim(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

} // namespace detail

/// The bytes of a file.
///
/// @throws ParseError  the file cannot be read
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
    if (stream.bad()) throw ParseError(detail::utf8_of(path), 0, 0, "cannot be read to the end");
    return text;
}

/// Reads the text of a file line by line.
class TextFile {
public:
    /// @param text  contents of the file; must outlive this object
    /// @param name  name of the file, for error messages; must outlive this object
    TextFile(std::string_view text, const std::string& name) : name_(name), text_(text) {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        if (text_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
    }

    /// Moves to the next line that is not blank; false at the end.
    bool next() {
        while (position_ < text_.size()) {
            const std::size_t end = std::min(text_.find('\n', position_), text_.size());
            line_ = detail::trim(text_.substr(position_, end - position_));
            position_ = end + 1;
            ++number_;
            if (!line_.empty()) return true;
        }
        return false;
    }

    /// Current line, without surrounding blanks.
    [[nodiscard]] std::string_view line() const noexcept { return line_; }
    /// Number of the current line, from 1.
    [[nodiscard]] std::size_t number() const noexcept { return number_; }

    /// Throws a ParseError that names the file and the current line.
    ///
    /// @param column  field number from 1; 0 for the whole line
    /// @param parts   of the message, printed one after the other
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

} // namespace fgagt
