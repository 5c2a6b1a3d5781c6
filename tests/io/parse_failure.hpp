#pragma once

#include <fgagt/core/errors.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace fgagt::test {

/// The place and message of a failed read.
struct ParseFailure {
    std::size_t line;
    std::size_t column;
    std::string message;

    [[nodiscard]] bool says(const std::string& text) const { return message.find(text) != std::string::npos; }
};

/// The error of `read()`; a failure "in line 999999" if there is none.
template <class Read>
[[nodiscard]] ParseFailure failure_of(Read read) {
    try {
        static_cast<void>(read());
    } catch (const ParseError& error) {
        return {error.line(), error.column(), error.what()};
    }
    return {999999, 0, "no error"};
}

} // namespace fgagt::test
