#pragma once

#include <fgagt/core/detail/simd.hpp>
#include <fgagt/flow/detail/lucas_kanade_avx2.hpp>
#include <fgagt/flow/detail/lucas_kanade_avx512.hpp>
#include <fgagt/flow/detail/lucas_kanade_plain.hpp>
#include <fgagt/flow/detail/lucas_kanade_simd128.hpp>

namespace fgagt::detail {
inline namespace FGAGT_KERNELS {

/// One implementation of the inner loops of Lucas-Kanade.
struct LucasKanadeKernels {
    decltype(&plain::take_derivatives) take_derivatives = plain::take_derivatives;
    decltype(&plain::interpolate) interpolate = plain::interpolate;
    decltype(&plain::sum_tensor) sum_tensor = plain::sum_tensor;
    decltype(&plain::correlate) correlate = plain::correlate;
    decltype(&plain::sum_differences) sum_differences = plain::sum_differences;
};

/// The fastest implementation that needs only baseline instructions (SSE2, NEON).
[[nodiscard]] inline LucasKanadeKernels portable_lucas_kanade_kernels() noexcept {
#ifdef FGAGT_SIMD128
    return {simd128::take_derivatives, simd128::interpolate, simd128::sum_tensor, simd128::correlate,
            plain::sum_differences};
#else
    return {};
#endif
}

/// The fastest implementation that this processor supports, for windows of any size.
[[nodiscard]] inline LucasKanadeKernels lucas_kanade_kernels() noexcept {
#ifdef FGAGT_AVX2
    if (has_avx2())
        return {avx2::take_derivatives, avx2::interpolate, avx2::sum_tensor, avx2::correlate,
                avx2::sum_differences};
#endif
    return portable_lucas_kanade_kernels();
}

/// The fastest implementation that this processor supports, for windows with this side.
[[nodiscard]] inline LucasKanadeKernels lucas_kanade_kernels([[maybe_unused]] int window) noexcept {
#ifdef FGAGT_AVX512
    if (avx512::suits(window) && has_avx512())
        return {avx512::take_derivatives, avx512::interpolate, avx2::sum_tensor, avx512::correlate,
                avx2::sum_differences};
#endif
    return lucas_kanade_kernels();
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
