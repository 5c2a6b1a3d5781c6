#pragma once

#include <fgagt/core/detail/simd.hpp>

#ifdef FGAGT_AVX2
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <immintrin.h>

/// @file
/// The two passes of `cv::pyrDown` for 8-bit images, 16 pixels at a time. The results are bit-identical.
namespace fgagt::detail::avx2 {
inline namespace FGAGT_KERNELS {

inline constexpr int kHalveBlock = 16; ///< minimum width of the result

[[nodiscard]] FGAGT_AVX2 inline __m256i load_words(const void* from) noexcept {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

/// Binomial sums, 1 4 6 4 1, around the even pixels of a row; reads two more pixels before and 64 after it.
FGAGT_AVX2 inline void binomial_across(const std::uint8_t* pixels, std::int16_t* sums,
                                       std::ptrdiff_t width) noexcept {
    const __m256i before = _mm256_set1_epi16(0x0401), here = _mm256_set1_epi16(0x0406);
    const __m256i after = _mm256_set1_epi16(0x0001);
    for (std::ptrdiff_t x = 0;; x = std::min(x + kHalveBlock, width - kHalveBlock)) {
        const std::uint8_t* const at = pixels + 2 * x;
        const __m256i sum = _mm256_add_epi16(_mm256_maddubs_epi16(load_words(at - 2), before),
                                             _mm256_maddubs_epi16(load_words(at), here));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + x),
                            _mm256_add_epi16(sum, _mm256_maddubs_epi16(load_words(at + 2), after)));
        if (x == width - kHalveBlock) break;
    }
}

/// Rounded binomial means of five rows of such sums.
FGAGT_AVX2 inline void binomial_down(const std::int16_t* a, const std::int16_t* b, const std::int16_t* c,
                                     const std::int16_t* d, const std::int16_t* e, std::uint8_t* result,
                                     std::ptrdiff_t width) noexcept {
    for (std::ptrdiff_t x = 0;; x = std::min(x + kHalveBlock, width - kHalveBlock)) {
        const __m256i middle = load_words(c + x);
        const __m256i outer = _mm256_add_epi16(load_words(a + x), load_words(e + x));
        const __m256i inner =
            _mm256_add_epi16(_mm256_add_epi16(load_words(b + x), load_words(d + x)), middle);
        const __m256i sum = _mm256_add_epi16(_mm256_add_epi16(outer, _mm256_add_epi16(middle, middle)),
                                             _mm256_slli_epi16(inner, 2));
        const __m256i grey = _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(128)), 8);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(result + x),
                         _mm_packus_epi16(_mm256_castsi256_si128(grey), _mm256_extracti128_si256(grey, 1)));
        if (x == width - kHalveBlock) break;
    }
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail::avx2
#endif
