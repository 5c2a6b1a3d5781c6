#pragma once

// Catch2 version 3 and version 2 under one include and the names that both know.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx; // as version 2 has it
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace fgagt::test {

/// Matches strings that hold `text`.
[[nodiscard]] inline auto contains(const std::string& text) {
#if __has_include(<catch2/catch_all.hpp>)
    return Catch::Matchers::ContainsSubstring(text);
#else
    return Catch::Matchers::Contains(text);
#endif
}

} // namespace fgagt::test
