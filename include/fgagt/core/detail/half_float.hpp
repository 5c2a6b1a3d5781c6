#pragma once

#include <fgagt/core/detail/language.hpp>

#include <bit>
#include <cstdint>
#include <limits>

namespace fgagt::detail {

static_assert(std::numeric_limits<float>::is_iec559, "fgagt needs IEEE floats");

/// The value of a half (IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction).
/// Exact; NaN keeps its sign and payload.
[[nodiscard]] constexpr float float_of_half(std::uint16_t half) noexcept {
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t exponent = (half >> 10U) & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 0) { // zero or subnormal: the fraction counts steps of 2^-24
        const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    const std::uint32_t wide_exponent = exponent == 0x1F ? 0xFF : exponent + (127 - 15);
    return std::bit_cast<float>(sign | wide_exponent << 23U | fraction << 13U);
}

/// Divides by 2^shift and rounds to nearest, ties to even.
[[nodiscard]] constexpr std::uint32_t shift_to_nearest(std::uint32_t value, std::uint32_t shift) noexcept {
    const std::uint32_t just_under_half = (1U << (shift - 1)) - 1;
    const std::uint32_t odd = (value >> shift) & 1U;
    return (value + just_under_half + odd) >> shift;
}

/// The half without its sign, from a float's bits without sign.
[[nodiscard]] constexpr std::uint32_t half_magnitude(std::uint32_t bits) noexcept {
    constexpr std::uint32_t kInfinity = 0x7F800000;
    constexpr std::uint32_t kTooLarge = 0x47800000;       // 2^16
    constexpr std::uint32_t kLeastNormal = 0x38800000;    // 2^-14
    constexpr std::uint32_t kHalfOfLeast = 0x33000000;    // 2^-25
    constexpr std::uint32_t kExponentShift = 112U << 23U; // 127 - 15
    if (bits > kInfinity) {
        const std::uint32_t payload = (bits >> 13U) & 0x3FFU;
        return 0x7C00U | (payload != 0 ? payload : 0x200U);
    }
    if (bits >= kTooLarge) return 0x7C00;
    if (bits >= kLeastNormal) return shift_to_nearest(bits - kExponentShift, 13);
    if (bits <= kHalfOfLeast) return 0;
    const std::uint32_t significand = (bits & 0x7FFFFFU) | 0x800000U;
    return shift_to_nearest(significand, 126U - (bits >> 23U));
}

/// Converts a number to a half (see float_of_half()): rounds to nearest, ties to even. Numbers from 65520 on
/// become infinite; NaN stays NaN.
[[nodiscard]] constexpr std::uint16_t half_of_float(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16U) & 0x8000U;
    return static_cast<std::uint16_t>(sign | half_magnitude(bits & 0x7FFFFFFFU));
}

} // namespace fgagt::detail
