#pragma once

#include <fgagt/core/detail/halving.hpp>
#include <fgagt/core/detail/simd.hpp>
#include <fgagt/flow/detail/grey_avx2.hpp>
#include <fgagt/flow/image_pyramid.hpp>

#include <opencv2/core.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt::detail {

/// Memory for the result of `small_grey`.
struct GreyBuffers {
    std::vector<std::uint8_t> full, half;
    Halver halve;
};

inline namespace FGAGT_KERNELS {

#ifdef FGAGT_AVX2
/// Converts a colour frame to a grey image of half its size. An odd side loses its last row or column.
template <int Channels>
void halve_colours(const cv::Mat& frame, cv::Mat& half) {
    const auto ahead = static_cast<std::ptrdiff_t>(2 * frame.step);
    for (int y = 0; y < half.rows; ++y)
        avx2::halve_colours<Channels>(frame.ptr(2 * y), frame.ptr(2 * y + 1), half.ptr(y), half.cols, ahead);
}
#endif

/// Tries to convert the frame to `half` directly, without a grey image of the full size. Returns whether it
/// did.
[[nodiscard]] inline bool try_halve([[maybe_unused]] const cv::Mat& frame, [[maybe_unused]] cv::Mat& half) {
#ifdef FGAGT_AVX2
    if (half.cols >= avx2::kGreyBlock && has_avx2()) {
        if (frame.type() == CV_8UC3) return halve_colours<3>(frame, half), true;
        if (frame.type() == CV_8UC4) return halve_colours<4>(frame, half), true;
    }
#endif
    return false;
}

} // namespace FGAGT_KERNELS

/// The frame as a grey image, halved `halvings` times.
///
/// @param frame  has passed require_frame
/// @return  shares the pixels of the frame or the buffers
[[nodiscard]] inline cv::Mat small_grey(const cv::Mat& frame, int halvings, GreyBuffers& buffers) {
    if (halvings > 0) {
        const cv::Size size = frame.size() / 2;
        buffers.half.resize(static_cast<std::size_t>(size.area()));
        cv::Mat half(size, CV_8UC1, buffers.half.data());
        if (try_halve(frame, half)) return buffers.halve(half, halvings - 1);
    }
    return buffers.halve(as_grey(frame, buffers.full), halvings);
}

} // namespace fgagt::detail
