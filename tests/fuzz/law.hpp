#pragma once

#include <fgagt/core/errors.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fgagt::test {

/// The error that fuzzing searches for: a law that must always hold does not.
class BrokenLaw : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// @throws BrokenLaw  `law` does not hold
inline void require(bool holds, const char* law) {
    if (!holds) throw BrokenLaw(law);
}

/// Error messages must be safe to print: short, and without control characters.
inline void require_printable(std::string_view message) {
    constexpr std::size_t kLongest = 1000;
    const auto printable = [](char character) { return character >= ' ' && character <= '~'; };
    require(message.size() <= kLongest && std::ranges::all_of(message, printable),
            "an error's message is short and printable");
}

/// The result of `parse()`; empty if it refuses its input with a ParseError. Other exceptions are not
/// allowed.
template <class Parse>
[[nodiscard]] auto value_or_refusal(Parse parse) -> std::optional<decltype(parse())> {
    try {
        return parse();
    } catch (const ParseError& error) {
        require_printable(error.what());
        return std::nullopt;
    }
}

} // namespace fgagt::test
