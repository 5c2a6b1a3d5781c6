#pragma once

/// FGAGT_AVX2 marks functions that are compiled for AVX2 whatever the rest is compiled for; they may be
/// called where `detail::has_avx2()`. It is not defined on other processors and compilers, nor where
/// FGAGT_NO_SIMD is, which leaves plain loops of the same results.
///
/// FGAGT_KERNELS names the inline namespace of all such functions, of the plain loops in their place and of
/// what chooses: translation units that compile them differently have different ones.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(FGAGT_NO_SIMD)
#define FGAGT_AVX2 __attribute__((target("avx2")))
#endif

#if !defined(FGAGT_AVX2)
#define FGAGT_KERNELS kernels_plain
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

/// Whether this processor and its operating system know AVX2.
[[nodiscard]] inline bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2") != 0;
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail
#endif
