#pragma once

#include <fgagt/core/detail/numbers.hpp>

#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fgagt {

/// A mistake of the caller: a bad option, a wrong shape or image type, a non-finite matrix given to a
/// component. The message names the function and states what was expected, what was given, and what to do.
class InvalidArgument : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

/// A file that cannot be read, or whose contents break its format.
class ParseError : public std::runtime_error {
public:
    /// @param file     path as the caller gave it
    /// @param line     1-based, 0 if the error has no line (for example, a missing file)
    /// @param column   1-based field number, 0 if there is none
    /// @param message  what was expected and what was found
    ParseError(std::string file, std::size_t line, std::size_t column, std::string_view message)
        : std::runtime_error(describe(file, line, column, message)),
          file_(std::move(file)),
          line_(line),
          column_(column) {}

    /// Path as the caller gave it.
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    /// Line, from 1; 0 if there is none.
    [[nodiscard]] std::size_t line() const noexcept { return line_; }
    /// Field, from 1; 0 if there is none.
    [[nodiscard]] std::size_t column() const noexcept { return column_; }

private:
    static std::string describe(const std::string& file, std::size_t line, std::size_t column,
                                std::string_view message) {
        std::string text = file;
        if (line != 0) text += ':' + std::to_string(line);
        if (column != 0) text += ": column " + std::to_string(column);
        return text.append(": ").append(message);
    }

    std::string file_;
    std::size_t line_;
    std::size_t column_;
};

namespace detail {

/// A part of a message as text; numbers as a stream prints them.
[[nodiscard]] inline std::string text_of(std::string_view text) {
    return std::string(text);
}
[[nodiscard]] inline std::string text_of(char letter) {
    return {letter};
}
[[nodiscard]] inline std::string text_of(std::integral auto number) {
    return std::to_string(number);
}
[[nodiscard]] inline std::string text_of(double number) {
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%g", number);
    return digits.data();
}

/// Throws InvalidArgument with a message made of these parts. They are passed by value, so that literals of
/// different lengths do not instantiate separate functions.
///
///     throw_invalid("MarginAssigner: expected a finite margin, got ", margin, "; use a value in [0, 1]");
template <class... Parts>
[[noreturn]] void throw_invalid(Parts... parts) {
    throw InvalidArgument((text_of(parts) + ...));
}

/// Checks the options of a class; NaN is out of every range.
///
///     const detail::OptionCheck check("CameraMotion", "CameraMotionOptions");
///     check(options.quality > 0 && options.quality <= 1, "quality", "in (0, 1]", options.quality);
class OptionCheck {
public:
    /// @param owner    the class with the options
    /// @param options  the name of their struct
    constexpr OptionCheck(const char* owner, const char* options) noexcept
        : owner_(owner),
          options_(options) {}

    /// @param holds  whether the value is in range, provided it is not NaN
    /// @throws InvalidArgument  the value is out of range or NaN
    template <class Value>
    void operator()(bool holds, const char* name, const char* range, const Value& value) const {
        if constexpr (std::floating_point<Value>) holds = !is_nan(value) && holds;
        if (!holds)
            throw_invalid(owner_, ": expected ", name, ' ', range, ", got ", value, "; see ", options_);
    }

private:
    const char* owner_;
    const char* options_;
};

} // namespace detail
} // namespace fgagt

/// Checks an invariant of the library itself; compiled out under NDEBUG.
#define FGAGT_ASSERT(condition) assert(condition)
