#pragma once

#include <fgagt/core/detail/language.hpp>

#include <Eigen/Core>

#include <bit>
#include <cstdint>
#include <limits>

namespace fgagt::detail {

static_assert(std::numeric_limits<float>::is_iec559, "fgagt needs IEEE floats");

/// The number that a half (IEEE 754 binary16) stands for. Exact.
[[nodiscard]] inline float float_of_half(std::uint16_t half) noexcept {
    return static_cast<float>(std::bit_cast<Eigen::half>(half));
}

/// The half nearest to a number, of two equally near ones the even. From 65520 on it is infinite; NaN stays
/// NaN.
[[nodiscard]] inline std::uint16_t half_of_float(float value) noexcept {
    return std::bit_cast<std::uint16_t>(Eigen::half(value));
}

} // namespace fgagt::detail
