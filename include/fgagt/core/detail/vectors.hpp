#pragma once

#include <fgagt/core/detail/simd.hpp>

#ifndef FGAGT_NO_SIMD
#include <opencv2/core/hal/intrin.hpp>
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>

#if !defined(FGAGT_NO_SIMD) && defined(CV_SIMD128) && CV_SIMD128
#define FGAGT_SIMD128
#endif

/// @file
/// Vectors of 128 bits (SSE2, NEON): four floats, four 32-bit integers or eight 16-bit ones.
///
/// Kernels calculate only with the functions below, never with operators on OpenCV's vectors. Those differ
/// between versions and processors: OpenCV 4.5 to 4.8 have only operators; OpenCV 4.9 and later have only
/// functions on NEON, and OpenCV 5 has only functions everywhere.
///
/// With FGAGT_NO_SIMD, or if OpenCV has no vectors of 128 bits, Floats is an array and FGAGT_SIMD128 is not
/// defined.
namespace fgagt::detail {
inline namespace FGAGT_KERNELS {

inline constexpr std::size_t kFloats = 4; ///< floats per vector

#ifdef FGAGT_SIMD128

using Floats = cv::v_float32x4;
using Integers = cv::v_int32x4;
using Shorts = cv::v_int16x8;

template <class Type>
concept Vector = std::same_as<Type, Floats> || std::same_as<Type, Integers> || std::same_as<Type, Shorts> ||
    std::same_as<Type, cv::v_uint16x8>;

template <Vector V>
[[nodiscard]] V add(const V& a, const V& b) noexcept {
    if constexpr (requires { v_add(a, b); })
        return v_add(a, b);
    else
        return a + b;
}
template <Vector V>
[[nodiscard]] V subtract(const V& a, const V& b) noexcept {
    if constexpr (requires { v_sub(a, b); })
        return v_sub(a, b);
    else
        return a - b;
}
template <Vector V>
requires std::same_as<V, Floats>
[[nodiscard]] V multiply(const V& a, const V& b) noexcept {
    if constexpr (requires { v_mul(a, b); })
        return v_mul(a, b);
    else
        return a * b;
}
template <Vector V>
[[nodiscard]] V bit_and(const V& a, const V& b) noexcept {
    if constexpr (requires { v_and(a, b); })
        return v_and(a, b);
    else
        return a & b;
}
/// Sets all bits of a lane where a > b, none elsewhere.
template <Vector V>
[[nodiscard]] V greater(const V& a, const V& b) noexcept {
    if constexpr (requires { v_gt(a, b); })
        return v_gt(a, b);
    else
        return a > b;
}

[[nodiscard]] inline Floats load(const float* four) noexcept {
    return cv::v_load(four);
}
inline void store(float* four, const Floats& vector) noexcept {
    cv::v_store(four, vector);
}
[[nodiscard]] inline Floats all_lanes(float value) noexcept {
    return cv::v_setall_f32(value);
}
[[nodiscard]] inline Floats minimum(const Floats& a, const Floats& b) noexcept {
    return cv::v_min(a, b);
}
[[nodiscard]] inline Floats maximum(const Floats& a, const Floats& b) noexcept {
    return cv::v_max(a, b);
}
[[nodiscard]] inline Floats magnitude(const Floats& a) noexcept {
    return cv::v_abs(a);
}
[[nodiscard]] inline Floats square_root(const Floats& a) noexcept {
    return cv::v_sqrt(a);
}

/// Eight integers, split into those at even and at odd positions.
struct EvenAndOdd {
    Floats even, odd;
};
[[nodiscard]] inline EvenAndOdd load_in_turn(const std::int16_t* eight) noexcept {
    const Integers pairs = cv::v_reinterpret_as_s32(cv::v_load(eight));
    return {cv::v_cvt_f32(cv::v_shr<16>(cv::v_shl<16>(pairs))), cv::v_cvt_f32(cv::v_shr<16>(pairs))};
}

#else

struct Floats {
    std::array<float, kFloats> lanes;
};

/// Applies a function lane by lane.
template <class Function>
[[nodiscard]] Floats each_lane(Function function) noexcept {
    Floats result;
    for (std::size_t k = 0; k < kFloats; ++k)
        result.lanes[k] = function(k);
    return result;
}

[[nodiscard]] inline Floats add(const Floats& a, const Floats& b) noexcept {
    return each_lane([&](std::size_t k) { return a.lanes[k] + b.lanes[k]; });
}
[[nodiscard]] inline Floats subtract(const Floats& a, const Floats& b) noexcept {
    return each_lane([&](std::size_t k) { return a.lanes[k] - b.lanes[k]; });
}
[[nodiscard]] inline Floats multiply(const Floats& a, const Floats& b) noexcept {
    return each_lane([&](std::size_t k) { return a.lanes[k] * b.lanes[k]; });
}
[[nodiscard]] inline Floats load(const float* four) noexcept {
    return each_lane([&](std::size_t k) { return four[k]; });
}
inline void store(float* four, const Floats& vector) noexcept {
    std::copy_n(vector.lanes.data(), kFloats, four);
}
[[nodiscard]] inline Floats all_lanes(float value) noexcept {
    return each_lane([&](std::size_t) { return value; });
}
[[nodiscard]] inline Floats minimum(const Floats& a, const Floats& b) noexcept {
    return each_lane([&](std::size_t k) { return std::min(a.lanes[k], b.lanes[k]); });
}
[[nodiscard]] inline Floats maximum(const Floats& a, const Floats& b) noexcept {
    return each_lane([&](std::size_t k) { return std::max(a.lanes[k], b.lanes[k]); });
}
[[nodiscard]] inline Floats magnitude(const Floats& a) noexcept {
    return each_lane([&](std::size_t k) { return std::abs(a.lanes[k]); });
}
[[nodiscard]] inline Floats square_root(const Floats& a) noexcept {
    return each_lane([&](std::size_t k) { return std::sqrt(a.lanes[k]); });
}

/// Eight integers, split into those at even and at odd positions.
struct EvenAndOdd {
    Floats even, odd;
};
[[nodiscard]] inline EvenAndOdd load_in_turn(const std::int16_t* eight) noexcept {
    return {each_lane([&](std::size_t k) { return static_cast<float>(eight[2 * k]); }),
            each_lane([&](std::size_t k) { return static_cast<float>(eight[2 * k + 1]); })};
}

#endif

/// sum + a b, lane by lane.
[[nodiscard]] inline Floats add_product(const Floats& sum, const Floats& a, const Floats& b) noexcept {
    return add(sum, multiply(a, b));
}

/// Sum of the lanes, in the same order on every processor.
[[nodiscard]] inline float sum_of_lanes(const Floats& vector) noexcept {
    std::array<float, kFloats> lanes;
    store(lanes.data(), vector);
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}
[[nodiscard]] inline float largest_lane(const Floats& vector) noexcept {
    std::array<float, kFloats> lanes;
    store(lanes.data(), vector);
    return std::max(std::max(lanes[0], lanes[1]), std::max(lanes[2], lanes[3]));
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
