#pragma once

// Supports Catch2 versions 3 and 2 with a single include and the names common to both.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx; // as in version 2
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace fgagt::test {

/// Matches strings that contain `text`.
[[nodiscard]] inline auto contains(const std::string& text) {
#if __has_include(<catch2/catch_all.hpp>)
    return Catch::Matchers::ContainsSubstring(text);
#else
    return Catch::Matchers::Contains(text);
#endif
}

} // namespace fgagt::test
