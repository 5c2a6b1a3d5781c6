#pragma once

#include <fgagt/core/detail/language.hpp>

/// FGAGT_AVX2 marks functions that are compiled for AVX2 with fused multiply-add, whatever the other code is
/// compiled for. Call them only if `detail::has_avx2()`. FGAGT_AVX512 does the same for AVX-512. Neither is
/// defined on other processors and compilers, or if FGAGT_NO_SIMD is defined, which leaves only plain loops.
/// Neither is defined with g++ for Windows, which does not align vectors of 256 bits on the stack (GCC bug
/// 54412).
///
/// FGAGT_KERNELS names the inline namespace of all such functions, of the plain loops that replace them, and
/// of the code that chooses between them. Translation units compiled for different processors thus use
/// different functions.
#if defined(__x86_64__) && defined(__GNUC__) && !(defined(_WIN32) && !defined(__clang__)) &&                 \
    !defined(FGAGT_NO_SIMD)
#define FGAGT_AVX2 __attribute__((target("avx2,fma")))
#define FGAGT_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")))
#endif

#if defined(FGAGT_NO_SIMD)
#define FGAGT_KERNELS kernels_plain
#elif !defined(FGAGT_AVX2)
#define FGAGT_KERNELS kernels_from_simd128
#elif defined(__AVX512F__)
#define FGAGT_KERNELS kernels_from_avx512
#elif defined(__AVX2__)
#define FGAGT_KERNELS kernels_from_avx2
#elif defined(__AVX__)
#define FGAGT_KERNELS kernels_from_avx
#else
#define FGAGT_KERNELS kernels_from_sse2
#endif

#ifdef FGAGT_AVX2
namespace fgagt::detail {
inline namespace FGAGT_KERNELS {

/// Whether this processor and its operating system support AVX2 and fused multiply-add.
[[nodiscard]] inline bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

/// Whether they support AVX-512, including its instructions for 16-bit words and their products.
[[nodiscard]] inline bool has_avx512() noexcept {
    return has_avx2() && __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
           __builtin_cpu_supports("avx512vnni") != 0;
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
#endif

namespace fgagt::detail {

/// Asks the processor to fetch a cache line, if the compiler supports that. Any address is allowed.
inline void prefetch([[maybe_unused]] const void* address) noexcept {
#ifdef __GNUC__
    __builtin_prefetch(address);
#endif
}
/// The same for a cache line that is about to be written.
inline void prefetch_to_write([[maybe_unused]] void* address) noexcept {
#ifdef __GNUC__
    __builtin_prefetch(address, 1);
#endif
}

} // namespace fgagt::detail
