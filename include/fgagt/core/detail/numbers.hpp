#pragma once

#include <fgagt/core/detail/language.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace fgagt::detail {

/// The bits of a number without its sign: in the order of magnitudes, infinity above every number and NaN
/// above infinity.
///
/// By reference, here and below: with -ffinite-math-only a compiler may take an argument for finite, but not
/// what lies in memory.
template <std::floating_point Number>
[[nodiscard]] constexpr auto magnitude_bits(const Number& number) noexcept {
    using Bits = std::conditional_t<sizeof(Number) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
    static_assert(sizeof(Number) == sizeof(Bits) && std::numeric_limits<Number>::is_iec559);
    return static_cast<Bits>(std::bit_cast<Bits>(number) & (~Bits{0} >> 1U));
}

/// The bits of infinity.
template <std::floating_point Number>
inline constexpr auto kInfinityBits = magnitude_bits(std::numeric_limits<Number>::infinity());

/// Whether a number is neither NaN nor infinite. With any flags: std::isfinite is always true under
/// -ffast-math.
template <std::floating_point Number>
[[nodiscard]] constexpr bool is_finite(const Number& number) noexcept {
    return magnitude_bits(number) < kInfinityBits<Number>;
}

/// Whether a number is NaN. With any flags: std::isnan is always false under -ffast-math.
template <std::floating_point Number>
[[nodiscard]] constexpr bool is_nan(const Number& number) noexcept {
    return magnitude_bits(number) > kInfinityBits<Number>;
}

/// Whether a number lies in [low, high], which are finite; false for NaN and infinity, with any flags.
template <std::floating_point Number>
[[nodiscard]] constexpr bool is_within(const Number& number, std::type_identity_t<Number> low,
                                       std::type_identity_t<Number> high) noexcept {
    return is_finite(number) && number >= low && number <= high;
}

} // namespace fgagt::detail
