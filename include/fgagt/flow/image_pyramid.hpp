#pragma once

#include <fgagt/errors.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt {

/// Read-only look at an 8-bit grey image whose pixels go on beyond every edge.
struct GreyView {
    const std::uint8_t* origin = nullptr; ///< pixel (0, 0)
    std::ptrdiff_t stride = 0;            ///< bytes from one row to the next
    int width = 0;                        ///< pixels, without the border
    int height = 0;                       ///< pixels, without the border

    /// Pixel in column x and row y; both may lie in the border.
    [[nodiscard]] const std::uint8_t* at(int x, int y) const noexcept { return origin + y * stride + x; }
};

/// An 8-bit grey image at full, half, quarter, … size, each level mirrored beyond its edges.
///
/// Level l + 1 is level l smoothed by the 5x5 binomial and taken at even pixels (`cv::pyrDown`), so a point
/// at x in integer-centre coordinates is at x / 2 there. The border is wide enough for a tracking window that
/// just touches the image, which spares its inner loops every bounds check. A value: a copy has its own
/// pixels.
class GreyPyramid {
public:
    /// Fills the pyramid; memory is reused while the size stays the same.
    ///
    /// @param grey            CV_8UC1, not empty; no reference to it is kept
    /// @param further_levels  levels wanted beyond the first, >= 0; there are fewer where the next one
    ///                        would not be larger than the window in both directions
    /// @param window          side of the tracking window, pixels, >= 1
    /// @throws InvalidArgument  another type, an empty image, or a number out of range
    void build(const cv::Mat& grey, int further_levels, int window) {
        if (grey.empty() || grey.type() != CV_8UC1)
            detail::throw_invalid("GreyPyramid::build: expected a non-empty CV_8UC1 image, got ", grey.cols,
                                  'x', grey.rows, " of type ", grey.type(), "; convert it with as_grey");
        if (further_levels < 0 || window < 1)
            detail::throw_invalid("GreyPyramid::build: expected further_levels >= 0 and window >= 1, got ",
                                  further_levels, " and ", window);
        border_ = window + 1; // one more than the window reaches: derivatives look at neighbours
        lay_out(grey.size(), further_levels, window);
        for (std::size_t level = 0; level < levels_.size(); ++level) {
            cv::Mat inside = header(levels_[level]);
            if (level == 0)
                grey.copyTo(inside);
            else
                cv::pyrDown(header(levels_[level - 1]), inside, inside.size());
            cv::Mat whole = whole_header(levels_[level]);
            cv::copyMakeBorder(inside, whole, border_, border_, border_, border_,
                               cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
        }
    }

    /// Whether no image was ever built.
    [[nodiscard]] bool empty() const noexcept { return levels_.empty(); }
    /// Size of level 0; 0 x 0 when empty.
    [[nodiscard]] cv::Size size() const { return empty() ? cv::Size() : levels_.front().size; }
    /// Number of levels, the first included.
    [[nodiscard]] int levels() const noexcept { return static_cast<int>(levels_.size()); }
    /// Pixels that every level goes on beyond each edge.
    [[nodiscard]] int border() const noexcept { return border_; }

    /// Valid until the pyramid is built anew, assigned or destroyed.
    [[nodiscard]] GreyView level(int index) const {
        const Level& level = at(index);
        const std::ptrdiff_t stride = stride_of(level);
        return {level.pixels.data() + border_ * stride + border_, stride, level.size.width,
                level.size.height};
    }

    /// The same as an OpenCV image without the border; for reading only.
    [[nodiscard]] cv::Mat image(int index) const { return header(at(index)); }

private:
    static constexpr std::size_t kSlack = 64; ///< bytes after the last pixel that may be read

    struct Level {
        cv::Size size;
        std::vector<std::uint8_t> pixels; ///< border included
    };

    void lay_out(cv::Size size, int further_levels, int window) {
        levels_.resize(static_cast<std::size_t>(further_levels) + 1);
        std::size_t count = 0;
        for (Level& level : levels_) {
            if (count > 0 && (size.width <= window || size.height <= window)) break;
            level.size = size;
            level.pixels.resize(static_cast<std::size_t>(stride_of(level)) *
                                    static_cast<std::size_t>(size.height + 2 * border_) +
                                kSlack);
            size = {(size.width + 1) / 2, (size.height + 1) / 2};
            ++count;
        }
        levels_.resize(count);
    }

    [[nodiscard]] const Level& at(int index) const {
        FGAGT_ASSERT(index >= 0 && index < levels());
        return levels_[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] std::ptrdiff_t stride_of(const Level& level) const noexcept {
        return level.size.width + 2 * border_;
    }
    // cv::Mat has no read-only headers; who gets one from a const pyramid only reads.
    [[nodiscard]] cv::Mat whole_header(const Level& level) const {
        return {level.size.height + 2 * border_, level.size.width + 2 * border_, CV_8UC1,
                const_cast<std::uint8_t*>(level.pixels.data())};
    }
    [[nodiscard]] cv::Mat header(const Level& level) const {
        return whole_header(level)(cv::Rect({border_, border_}, level.size));
    }

    std::vector<Level> levels_;
    int border_ = 0;
};

/// The frame as an 8-bit grey image: the frame itself where it is one, else converted into `buffer`.
///
/// @param frame   non-empty CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA)
/// @param buffer  holds the result's pixels; must outlive it
/// @throws InvalidArgument  an empty frame or another type
[[nodiscard]] inline cv::Mat as_grey(const cv::Mat& frame, std::vector<std::uint8_t>& buffer) {
    const int type = frame.type();
    if (frame.empty() || frame.dims != 2 || (type != CV_8UC1 && type != CV_8UC3 && type != CV_8UC4))
        detail::throw_invalid("as_grey: expected a non-empty CV_8UC1, CV_8UC3 or CV_8UC4 frame, got ",
                              frame.cols, 'x', frame.rows, " of type ", type, "; convert it first");
    if (type == CV_8UC1) return frame;
    buffer.resize(frame.total());
    cv::Mat grey(frame.size(), CV_8UC1, buffer.data());
    cv::cvtColor(frame, grey, type == CV_8UC3 ? cv::COLOR_BGR2GRAY : cv::COLOR_BGRA2GRAY);
    return grey;
}

} // namespace fgagt
