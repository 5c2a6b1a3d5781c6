#pragma once

#include <fgagt/io/detail/decimal.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

/// @file
/// Numbers as text: short, read back exactly, and independent of the locale.
namespace fgagt::detail {

/// The shortest text that reads back as exactly this number.
[[nodiscard]] inline std::string number_text(double value) {
    std::array<char, 32> buffer; // -1.7976931348623157e+308 has 24 characters
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

/// The same for a float.
[[nodiscard]] inline std::string number_text(float value) {
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), end.ptr};
}

/// The double that a float's shortest text reads as: 0.1F becomes 0.1, not 0.10000000149.
[[nodiscard]] inline double widened(float value) {
    const std::string text = number_text(value);
    double result = value;
    parse_decimal(text, result);
    return result;
}

/// `value` rounded to this number of digits after the point.
[[nodiscard]] inline double rounded(double value, int digits) {
    std::array<char, 64> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits);
    double result = value;
    if (end.ec == std::errc()) parse_decimal({buffer.data(), end.ptr}, result);
    return result;
}

/// The number near `value` with the fewest digits after the point that `is_right` accepts, or `value` itself
/// if there is none. This recovers the original number in a file from a value computed from it.
///
///     // a file has the edges 0.1 and 0.4, a box the width 0.4 - 0.1 = 0.30000000000000004
///     simplest_number(left + width, [&](double right) { return right - left == width; }); // 0.4
template <class IsRight>
[[nodiscard]] double simplest_number(double value, IsRight is_right) {
    constexpr double kWhole = 1e15; // larger numbers have no digits after the point
    constexpr int kMostDigits = 17;
    if (is_right(value) && value == std::trunc(value)) return value;
    if (std::abs(value) < kWhole)
        for (int digits = 0; digits <= kMostDigits; ++digits)
            if (const double candidate = rounded(value, digits); is_right(candidate)) return candidate;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const double neighbour : {std::nextafter(value, -kInfinity), std::nextafter(value, kInfinity)})
        if (!is_right(value) && is_right(neighbour)) return neighbour;
    return value;
}

/// The far edge of a box, given its near edge and size, such that far - near equals the size.
[[nodiscard]] inline double far_edge(double near, double size) {
    return simplest_number(near + size, [&](double far) { return far - near == size; });
}

/// The coordinate with the first pixel at 1, such that subtracting 1 gives `coordinate` again.
[[nodiscard]] inline double from_one(double coordinate) {
    return simplest_number(coordinate + 1, [&](double shifted) { return shifted - 1 == coordinate; });
}

/// The same for a float.
[[nodiscard]] inline double from_one(float coordinate) {
    return simplest_number(widened(coordinate) + 1,
                           [&](double shifted) { return static_cast<float>(shifted - 1) == coordinate; });
}

} // namespace fgagt::detail
