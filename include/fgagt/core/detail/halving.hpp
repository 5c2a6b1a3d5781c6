#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt::detail {

/// How often to halve a frame to bring its area nearest to `pixels`, as a ratio: 0 for up to twice as many.
///
/// Halving is many times faster than scaling by a factor that is not an integer.
[[nodiscard]] inline int halvings_to(cv::Size frame, int pixels) {
    int times = 0;
    for (; static_cast<std::int64_t>(frame.width) * frame.height > 2 * std::int64_t{pixels}; ++times) {
        if (std::min(frame.width, frame.height) < 2) break;
        frame = frame / 2;
    }
    return times;
}

/// Halves images. Reuses its memory from image to image.
class Halver {
public:
    /// Halves the image `times` times; each pixel is the mean of four. An odd side loses its last row or
    /// column.
    ///
    /// @param image  of 8-bit pixels; both sides at least 2^times
    /// @param times  >= 0
    /// @return  valid until the next call; the image itself if `times` is 0
    [[nodiscard]] const cv::Mat& operator()(const cv::Mat& image, int times) {
        if (halves_.size() < static_cast<std::size_t>(times)) halves_.resize(static_cast<std::size_t>(times));
        const cv::Mat* from = &image;
        for (int i = 0; i < times; ++i) {
            cv::Mat& to = halves_[static_cast<std::size_t>(i)];
            const cv::Size half = from->size() / 2;
            cv::resize((*from)(cv::Rect({}, half * 2)), to, half, 0, 0, cv::INTER_AREA);
            from = &to;
        }
        return *from;
    }

private:
    std::vector<cv::Mat> halves_; ///< one per halving
};

} // namespace fgagt::detail
