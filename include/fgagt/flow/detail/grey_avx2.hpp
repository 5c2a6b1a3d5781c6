#pragma once

#include <fgagt/core/detail/simd.hpp>

#ifdef FGAGT_AVX2
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <immintrin.h>

/// @file
/// Rows of `cv::cvtColor` to grey and of `cv::resize` by INTER_AREA to half the size, 16 pixels at a time.
/// The results are bit-identical.
namespace fgagt::detail::avx2 {
inline namespace FGAGT_KERNELS {

inline constexpr std::ptrdiff_t kGreyBlock = 16; ///< minimum width of a row of the result
inline constexpr int kCacheLine = 64;            ///< bytes

/// Eight pixels, BGR or BGRA.
template <int Channels>
[[nodiscard]] FGAGT_AVX2 inline __m256i load_colours(const std::uint8_t* pixels) noexcept {
    // With three channels, the pixels of the second load begin at its fifth byte.
    constexpr int kSecond = Channels == 3 ? 8 : 16;
    return _mm256_set_m128i(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels + kSecond)),
                            _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels)));
}

/// Grey levels of eight pixels: 0.114 B + 0.587 G + 0.299 R.
template <int Channels>
[[nodiscard]] FGAGT_AVX2 inline __m256i take_grey(const std::uint8_t* pixels) noexcept {
    constexpr int kBits = 15, kBlue = 3735, kGreen = 19235, kRed = 9798;
    constexpr char kNone = -1;
    constexpr char kFirst = Channels == 3 ? 4 : 0; // of the second four pixels
    constexpr char kStep = Channels;
    const auto place = [](char channel, char i) { return static_cast<char>(channel + i * kStep); };
    const __m256i blue_green = _mm256_setr_epi8(
        place(0, 0), kNone, place(1, 0), kNone, place(0, 1), kNone, place(1, 1), kNone, place(0, 2), kNone,
        place(1, 2), kNone, place(0, 3), kNone, place(1, 3), kNone, place(kFirst, 0), kNone,
        place(kFirst + 1, 0), kNone, place(kFirst, 1), kNone, place(kFirst + 1, 1), kNone, place(kFirst, 2),
        kNone, place(kFirst + 1, 2), kNone, place(kFirst, 3), kNone, place(kFirst + 1, 3), kNone);
    const __m256i red =
        _mm256_setr_epi8(place(2, 0), kNone, kNone, kNone, place(2, 1), kNone, kNone, kNone, place(2, 2),
                         kNone, kNone, kNone, place(2, 3), kNone, kNone, kNone, place(kFirst + 2, 0), kNone,
                         kNone, kNone, place(kFirst + 2, 1), kNone, kNone, kNone, place(kFirst + 2, 2), kNone,
                         kNone, kNone, place(kFirst + 2, 3), kNone, kNone, kNone);
    const __m256i colours = load_colours<Channels>(pixels);
    const __m256i sum = _mm256_add_epi32(
        _mm256_madd_epi16(_mm256_shuffle_epi8(colours, blue_green), _mm256_set1_epi32(kGreen << 16 | kBlue)),
        _mm256_madd_epi16(_mm256_shuffle_epi8(colours, red), _mm256_set1_epi32(kRed)));
    return _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(1 << (kBits - 1))), kBits);
}

/// Sums of the grey levels of vertical neighbours, for eight pixels of two rows.
template <int Channels>
[[nodiscard]] FGAGT_AVX2 inline __m256i sum_grey(const std::uint8_t* upper,
                                                 const std::uint8_t* lower) noexcept {
    return _mm256_add_epi32(take_grey<Channels>(upper), take_grey<Channels>(lower));
}

/// Rounded means of the grey levels of 2x2 pixels, from two rows of colours; `width` is that of the result.
/// Meanwhile it prefetches the pixels `ahead` bytes after the rows, so that memory access overlaps with
/// computation. Addresses beyond the frame do no harm.
template <int Channels>
FGAGT_AVX2 inline void halve_colours(const std::uint8_t* upper, const std::uint8_t* lower,
                                     std::uint8_t* result, std::ptrdiff_t width,
                                     std::ptrdiff_t ahead) noexcept {
    constexpr int kEight = 8 * Channels;
    const __m128i order = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    for (std::ptrdiff_t x = 0;; x = std::min(x + kGreyBlock, width - kGreyBlock)) {
        const std::uint8_t *const a = upper + 2 * Channels * x, *const b = lower + 2 * Channels * x;
        for (int byte = 0; byte < 4 * kEight; byte += kCacheLine) {
            prefetch(a + ahead + byte);
            prefetch(b + ahead + byte);
        }
        const __m256i left =
            _mm256_packus_epi32(sum_grey<Channels>(a, b), sum_grey<Channels>(a + kEight, b + kEight));
        const __m256i right = _mm256_packus_epi32(sum_grey<Channels>(a + 2 * kEight, b + 2 * kEight),
                                                  sum_grey<Channels>(a + 3 * kEight, b + 3 * kEight));
        const __m256i sum =
            _mm256_hadd_epi16(left, right); // the lower halves of all four, then the upper ones
        const __m256i mean = _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(2)), 2);
        const __m128i bytes =
            _mm_packus_epi16(_mm256_castsi256_si128(mean), _mm256_extracti128_si256(mean, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(result + x), _mm_shuffle_epi8(bytes, order));
        if (x == width - kGreyBlock) break;
    }
}

} // namespace FGAGT_KERNELS
} // namespace fgagt::detail::avx2
#endif
