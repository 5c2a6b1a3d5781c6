#pragma once

#include <fgagt/core/detail/language.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace fgagt::detail {

/// The bits of a number without its sign. They are in the order of magnitudes, with infinity above every
/// number and NaN above infinity.
///
/// Numbers are passed by reference, here and below: with -ffinite-math-only a compiler may assume that an
/// argument is finite, but not a value in memory.
template <std::floating_point Number>
[[nodiscard]] constexpr auto magnitude_bits(const Number& number) noexcept {
    using Bits = std::conditional_t<sizeof(Number) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
    static_assert(sizeof(Number) == sizeof(Bits) && std::numeric_limits<Number>::is_iec559);
    return static_cast<Bits>(std::bit_cast<Bits>(number) & (~Bits{0} >> 1U));
}

/// The bits of infinity.
template <std::floating_point Number>
inline constexpr auto kInfinityBits = magnitude_bits(std::numeric_limits<Number>::infinity());

/// Whether a number is neither NaN nor infinite. Works with any compiler flags, whereas std::isfinite is
/// always true under -ffast-math.
template <std::floating_point Number>
[[nodiscard]] constexpr bool is_finite(const Number& number) noexcept {
    return magnitude_bits(number) < kInfinityBits<Number>;
}

/// Whether a number is NaN. Works with any compiler flags, whereas std::isnan is always false under
/// -ffast-math.
template <std::floating_point Number>
[[nodiscard]] constexpr bool is_nan(const Number& number) noexcept {
    return magnitude_bits(number) > kInfinityBits<Number>;
}

/// Whether a number lies in [low, high], both finite. False for NaN and infinity, with any compiler flags.
template <std::floating_point Number>
[[nodiscard]] constexpr bool is_within(const Number& number, std::type_identity_t<Number> low,
                                       std::type_identity_t<Number> high) noexcept {
    return is_finite(number) && number >= low && number <= high;
}

} // namespace fgagt::detail
