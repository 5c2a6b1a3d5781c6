#pragma once

/// FGAGT_AVX2 marks functions that are compiled for AVX2 with fused multiply-add whatever the rest is
/// compiled for; they may be called where `detail::has_avx2()`. FGAGT_AVX512 likewise. They are not defined
/// on other processors and compilers, nor where FGAGT_NO_SIMD is.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(FGAGT_NO_SIMD)
#define FGAGT_AVX2 __attribute__((target("avx2,fma")))
#define FGAGT_AVX512 __attribute__((target("avx512f,avx2,fma")))

namespace fgagt::detail {

/// Whether this processor and its operating system know AVX2 and fused multiply-add.
[[nodiscard]] inline bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

/// The same for the first part of AVX-512.
[[nodiscard]] inline bool has_avx512() noexcept {
    return has_avx2() && __builtin_cpu_supports("avx512f") != 0;
}

} // namespace fgagt::detail
#endif
