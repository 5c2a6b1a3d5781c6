#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace fgagt::test {

/// The real data at `$FGAGT_DATA/<relative>`. If the variable or the path is missing, prints the line that
/// makes ctest report the test as skipped, with the reason, and returns nothing:
///
///     const auto sequence = real_data("mot/TUD-Campus");
///     if (!sequence) return;
[[nodiscard]] std::optional<std::filesystem::path> real_data(const std::string& relative);

/// A file below tests/golden.
[[nodiscard]] std::filesystem::path golden(const std::string& relative);

/// Seed for a test's random numbers, derived from a name and shown when an assertion fails.
[[nodiscard]] unsigned seed_of(const std::string& test_name);

} // namespace fgagt::test
