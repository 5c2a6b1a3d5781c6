#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace fgagt::test {

/// The real data at `$FGAGT_DATA/<relative>`. Where the variable or the path is missing, prints the line by
/// which ctest shows the test as skipped, with the reason, and returns nothing:
///
///     const auto sequence = real_data("mot/TUD-Campus");
///     if (!sequence) return;
[[nodiscard]] std::optional<std::filesystem::path> real_data(const std::string& relative);

/// A file that the repository holds under tests/golden.
[[nodiscard]] std::filesystem::path golden(const std::string& relative);

/// Seed for a test's random numbers, made from the test's own name and shown when an assertion fails.
[[nodiscard]] unsigned seed_of(const std::string& test_name);

} // namespace fgagt::test
