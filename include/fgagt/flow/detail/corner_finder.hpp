#pragma once

#include <fgagt/core/detail/simd.hpp>
#include <fgagt/flow/detail/corner_avx2.hpp>
#include <fgagt/flow/detail/corner_plain.hpp>
#include <fgagt/flow/image_pyramid.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt::detail {

inline namespace FGAGT_KERNELS {

/// One implementation of the inner loops of the corner search.
struct CornerKernels {
    decltype(&plain::take_sobel) take_sobel = plain::take_sobel;
    decltype(&plain::sum_products) sum_products = plain::sum_products;
    decltype(&plain::take_eigenvalues) take_eigenvalues = plain::take_eigenvalues;
    decltype(&plain::find_peaks) find_peaks = plain::find_peaks;
};

/// The fastest implementation that this processor supports.
[[nodiscard]] inline CornerKernels corner_kernels() noexcept {
#ifdef FGAGT_AVX2
    if (has_avx2()) return {avx2::take_sobel, avx2::sum_products, avx2::take_eigenvalues, avx2::find_peaks};
#endif
    return {};
}

} // namespace FGAGT_KERNELS

/// Finds the same corners as `cv::goodFeaturesToTrack`: peaks of the smaller eigenvalue of the structure
/// tensor, over 3x3 pixels of Sobel derivatives, strongest first, at a minimum distance from each other (Shi
/// & Tomasi, "Good features to track", CVPR 1994). The result may differ for peaks of equal strength and for
/// the outermost pixels, where the image is mirrored.
class CornerFinder {
public:
    /// Returns the mask of wanted pixels, with all pixels wanted.
    ///
    /// @return  valid until the next `find`
    cv::Mat& reset(cv::Size size) {
        stride_ = size.width + kCornerBlock;
        wanted_pixels_.assign(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(size.height), 0);
        wanted_ = cv::Mat(size, CV_8UC1, wanted_pixels_.data(), static_cast<std::size_t>(stride_));
        return wanted_ = 255; // the padding after a row stays 0
    }

    /// Finds corners among the wanted pixels of an image that has at least two more pixels beyond every edge.
    ///
    /// @param count     maximum number of corners
    /// @param quality   minimum strength, as a share of the strongest
    /// @param distance  minimum distance between two corners, pixels
    /// @param corners   set to their coordinates, strongest first
    void find(const GreyView& image, int count, float quality, float distance,
              std::vector<cv::Point2f>& corners) {
        corners.clear();
        if (image.width < 3 || image.height < 3) return;
        collect(image, quality * take_strengths(image));
        // A distance beyond the whole image has the same effect.
        distance = std::min(distance, static_cast<float>(image.width + image.height));
        while (!candidates_.empty() && static_cast<int>(corners.size()) < count) {
            std::pop_heap(candidates_.begin(), candidates_.end());
            const int index = index_of(candidates_.back());
            candidates_.pop_back();
            const cv::Point corner(index % stride_, index / stride_);
            if (wanted_.at<std::uint8_t>(corner) == 0) continue;
            corners.emplace_back(corner);
            refuse_around(corner, distance);
        }
    }

private:
    /// A peak as one number: its strength, which is positive, then its index to break ties.
    [[nodiscard]] static std::uint64_t candidate(float strength, int index) noexcept {
        return std::uint64_t{std::bit_cast<std::uint32_t>(strength)} << 32 |
               static_cast<std::uint32_t>(index);
    }
    [[nodiscard]] static int index_of(std::uint64_t candidate) noexcept {
        return static_cast<int>(candidate & 0xFFFFFFFFU);
    }

    /// Computes the strengths. Returns the greatest one of a wanted pixel.
    [[nodiscard]] float take_strengths(const GreyView& image) {
        const int columns = image.width + 2;
        const int padded_columns = columns + kCornerBlock;
        const auto row_size = static_cast<std::size_t>(padded_columns);
        for (std::size_t i = 0; i < 3; ++i) {
            dx_[i].resize(row_size);
            dy_[i].resize(row_size);
            sums_[i].resize(row_size + kCornerBlock);
        }
        strengths_.resize(wanted_pixels_.size());
        const auto take = [&](int row) {
            const auto slot = static_cast<std::size_t>(row + 3) % 3;
            kernels_.take_sobel(image.at(-1, row), image.stride, columns, dx_[slot].data(), dy_[slot].data());
        };
        take(-1);
        take(0);
        float strongest = 0;
        for (int y = 0; y < image.height; ++y) {
            take(y + 1);
            kernels_.sum_products({{dx_[0].data(), dx_[1].data(), dx_[2].data()},
                                   {dy_[0].data(), dy_[1].data(), dy_[2].data()}},
                                  columns, {sums_[0].data(), sums_[1].data(), sums_[2].data()});
            const float greatest =
                kernels_.take_eigenvalues({sums_[0].data(), sums_[1].data(), sums_[2].data()}, wanted_.ptr(y),
                                          image.width, strengths_.data() + y * stride_);
            strongest = std::max(strongest, greatest);
        }
        return strongest;
    }

    /// Builds a heap of the wanted peaks above the limit.
    void collect(const GreyView& image, float limit) {
        candidates_.clear();
        const int columns = image.width - 2;
        const int blocks = columns / kCornerBlock + 1;
        peaks_.resize(static_cast<std::size_t>(blocks));
        for (int y = 1; y < image.height - 1; ++y) {
            const int first = y * stride_ + 1;
            kernels_.find_peaks(strengths_.data() + first, stride_, limit, columns, peaks_.data());
            for (int i = 0; i < columns; i += kCornerBlock)
                for (unsigned bits = peaks_[static_cast<std::size_t>(i / kCornerBlock)]; bits != 0;
                     bits &= bits - 1) {
                    const int x = i + std::countr_zero(bits);
                    if (x >= columns || wanted_.at<std::uint8_t>(y, x + 1) == 0) continue;
                    const int index = first + x;
                    candidates_.push_back(candidate(strengths_[static_cast<std::size_t>(index)], index));
                }
        }
        std::make_heap(candidates_.begin(), candidates_.end());
    }

    /// Marks pixels nearer to the corner than the distance as not wanted.
    void refuse_around(cv::Point corner, float distance) {
        const int reach = static_cast<int>(std::ceil(distance)) - 1;
        for (int y = std::max(corner.y - reach, 0); y <= std::min(corner.y + reach, wanted_.rows - 1); ++y) {
            const auto dy = static_cast<float>(y - corner.y);
            const int half = static_cast<int>(std::ceil(std::sqrt(distance * distance - dy * dy))) - 1;
            const int first = std::max(corner.x - half, 0),
                      last = std::min(corner.x + half, wanted_.cols - 1);
            if (first <= last) std::fill_n(wanted_.ptr(y) + first, last - first + 1, std::uint8_t{0});
        }
    }

    CornerKernels kernels_ = corner_kernels();
    int stride_ = 0;                                   ///< from one row of pixels to the next
    std::vector<std::uint8_t> wanted_pixels_, peaks_;  ///< peaks: of one row
    cv::Mat wanted_;                                   ///< a header of wanted_pixels_
    std::array<std::vector<std::int16_t>, 3> dx_, dy_; ///< of the rows above, here and below
    std::array<std::vector<std::int32_t>, 3> sums_;    ///< xx, xy, yy of these rows
    std::vector<float> strengths_;
    std::vector<std::uint64_t> candidates_;
};

} // namespace fgagt::detail
