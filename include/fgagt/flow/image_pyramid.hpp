#pragma once

#include <fgagt/core/detail/frame_type.hpp>
#include <fgagt/core/detail/simd.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/flow/detail/halve_avx2.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace fgagt {

/// Read-only view of an 8-bit grey image with a border of pixels beyond every edge.
struct GreyView {
    const std::uint8_t* origin = nullptr; ///< pixel (0, 0)
    std::ptrdiff_t stride = 0;            ///< bytes from one row to the next
    int width = 0;                        ///< pixels, without the border
    int height = 0;                       ///< pixels, without the border

    /// Pixel in column x and row y; both may lie in the border.
    [[nodiscard]] const std::uint8_t* at(int x, int y) const noexcept { return origin + y * stride + x; }
};

/// An 8-bit grey image at full, half, quarter, ... size, each level mirrored beyond its edges.
///
/// Level l + 1 is level l smoothed by the 5x5 binomial and taken at even pixels (`cv::pyrDown`), so a point
/// at x in integer-centre coordinates is at x / 2 there. The border is wide enough for a tracking window that
/// just touches the image, so inner loops need no bounds checks. A value: a copy has its own pixels.
class GreyPyramid {
public:
    /// Fills the pyramid; memory is reused while the size stays the same.
    ///
    /// @param grey            CV_8UC1, not empty; no reference to it is kept
    /// @param further_levels  levels wanted beyond the first, >= 0; there are fewer if the next one would not
    ///                        be larger than the window in both directions
    /// @param window          side of the tracking window, pixels, >= 1
    /// @throws InvalidArgument  the image is empty or of another type, or a number is out of range
    void build(const cv::Mat& grey, int further_levels, int window) {
        if (grey.empty() || grey.type() != CV_8UC1)
            detail::throw_invalid("GreyPyramid::build: expected a non-empty CV_8UC1 image, got ", grey.cols,
                                  'x', grey.rows, " of type ", grey.type(), "; convert it with as_grey");
        if (further_levels < 0 || window < 1)
            detail::throw_invalid("GreyPyramid::build: expected further_levels >= 0 and window >= 1, got ",
                                  further_levels, " and ", window);
        // One more than the window reaches, because derivatives need neighbours.
        border_ = window + 1;
        margin_ = (border_ + kWord - 1) / kWord * kWord;
        lay_out(grey.size(), further_levels, window);
        int copied = 0; // rows of level 0, just before level 1 needs them in the cache
        const auto copy_to = [&](int row) {
            for (; copied <= row; ++copied) {
                copy_row(grey, copied);
                mirror_sides(levels_[0], copied);
            }
        };
        for (std::size_t level = 1; level < levels_.size(); ++level)
            halve(levels_[level - 1], levels_[level], [&](int row) {
                if (level == 1) copy_to(row);
            });
        copy_to(grey.rows - 1);
        for (Level& level : levels_)
            mirror_ends(level);
    }

    /// Whether no image has been built yet.
    [[nodiscard]] bool empty() const noexcept { return levels_.empty(); }
    /// Size of level 0; 0 x 0 when empty.
    [[nodiscard]] cv::Size size() const { return empty() ? cv::Size() : levels_.front().size; }
    /// Number of levels, the first included.
    [[nodiscard]] int levels() const noexcept { return static_cast<int>(levels_.size()); }
    /// Width of the border beyond each edge of every level, pixels.
    [[nodiscard]] int border() const noexcept { return border_; }

    /// A level; valid until the pyramid is rebuilt, assigned or destroyed.
    [[nodiscard]] GreyView level(int index) const {
        const Level& level = at(index);
        return {row_of(level, 0), stride_of(level), level.size.width, level.size.height};
    }

    /// A level as an OpenCV image without the border; for reading only.
    [[nodiscard]] cv::Mat image(int index) const { return header(at(index)); }

    /// For snapshots: level 0, and how to rebuild the others from it.
    template <class Archive>
    friend void transfer(Archive& archive, GreyPyramid& pyramid) {
        cv::Size size = pyramid.size();
        int levels = pyramid.levels(), window = pyramid.border_ - 1;
        std::vector<std::uint8_t> pixels;
        if (!pyramid.empty()) pyramid.copy_pixels(pixels);
        archive(size.width, size.height, levels, window, pixels);
        if constexpr (Archive::kReads) {
            pyramid = {};
            if (levels == 0) {
                archive.require(size == cv::Size() && window == -1 && pixels.empty(),
                                "either no image or a whole one");
                return;
            }
            archive.require(size.width >= 1 && size.height >= 1 && levels >= 1 && levels <= kMostLevels &&
                                window >= 1 && window <= kWidestWindow &&
                                pixels.size() / static_cast<std::size_t>(size.width) ==
                                    static_cast<std::size_t>(size.height) &&
                                pixels.size() % static_cast<std::size_t>(size.width) == 0,
                            "a grey image and its pyramid");
            pyramid.build(cv::Mat(size, CV_8UC1, pixels.data()), levels - 1, window);
            archive.require(pyramid.levels() == levels, "as many levels as an image of that size has");
        }
    }

private:
    static constexpr int kMostLevels = 31, kWidestWindow = 1023; // in a snapshot
    static constexpr std::size_t kSlack = 64; ///< bytes after the last pixel that may be read
    static constexpr int kAhead = 2;          ///< rows from the one copied to the one prefetched
    static constexpr int kWord = 8;           ///< pixels mirrored at once

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

    /// Copies a row to level 0 and prefetches a later one. Prefetching beyond the last row does no harm.
    void copy_row(const cv::Mat& grey, int y) {
        constexpr int kCacheLine = 64;
        const std::uint8_t* const from = grey.ptr(y);
        std::uint8_t* const to = row_of(levels_[0], y);
        const auto ahead = static_cast<std::ptrdiff_t>(kAhead * grey.step);
        int x = 0;
        for (; x + kCacheLine <= grey.cols; x += kCacheLine) {
            detail::prefetch(from + x + ahead);
            detail::prefetch_to_write(to + x + kAhead * stride_of(levels_[0]));
            std::memcpy(to + x, from + x, kCacheLine);
        }
        std::copy(from + x, from + grey.cols, to + x);
    }

    /// Smooths and takes the even pixels. `prepare(row)` is called before that row of `from`, or one above
    /// it, is read.
    template <class Prepare>
    void halve(const Level& from, Level& to, Prepare prepare) {
#ifdef FGAGT_AVX2
        if (to.size.width >= detail::avx2::kHalveBlock && detail::has_avx2())
            return halve_by_rows(from, to, prepare);
#endif
        prepare(from.size.height - 1);
        cv::pyrDown(header(from), header(to), to.size);
        for (int y = 0; y < to.size.height; ++y)
            mirror_sides(to, y);
    }

#ifdef FGAGT_AVX2
    template <class Prepare>
    void halve_by_rows(const Level& from, Level& to, Prepare prepare) {
        const int width = to.size.width;
        sums_.resize(5 * static_cast<std::size_t>(width));
        const auto sums = [&](int row) { return sums_.data() + (row + 5) % 5 * width; };
        const auto take = [&](int row) {
            const int from_row = mirrored(row, from.size.height);
            prepare(from_row);
            detail::avx2::binomial_across(row_of(from, from_row), sums(row), width);
        };
        for (int row = -2; row < 1; ++row)
            take(row);
        for (int y = 0; y < to.size.height; ++y) {
            const int row = 2 * y;
            take(row + 1);
            take(row + 2);
            detail::avx2::binomial_down(sums(row - 2), sums(row - 1), sums(row), sums(row + 1), sums(row + 2),
                                        row_of(to, y), width);
            mirror_sides(to, y);
        }
    }
#endif

    /// The index in [0, size) that an index outside is mirrored to, about the first or last pixel.
    [[nodiscard]] static int mirrored(int index, int size) {
        if (index >= 0 && index < size) return index;
        return cv::borderInterpolate(index, size, cv::BORDER_REFLECT_101);
    }

    /// Writes the bytes of a word in reverse order.
    static void mirror_word(const std::uint8_t* from, std::uint8_t* to) noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, from, kWord);
        word = (word & 0x00FF'00FF'00FF'00FFU) << 8 | (word >> 8 & 0x00FF'00FF'00FF'00FFU);
        word = (word & 0x0000'FFFF'0000'FFFFU) << 16 | (word >> 16 & 0x0000'FFFF'0000'FFFFU);
        word = word << 32 | word >> 32;
        std::memcpy(to, &word, kWord);
    }

    void copy_pixels(std::vector<std::uint8_t>& pixels) const {
        for (int y = 0; y < size().height; ++y)
            pixels.insert(pixels.end(), row_of(levels_[0], y), row_of(levels_[0], y) + size().width);
    }

    void mirror_sides(Level& level, int y) const {
        const int width = level.size.width;
        std::uint8_t* const row = row_of(level, y);
        if (width > margin_) {
            for (int i = 1; i <= margin_; i += kWord) {
                mirror_word(row + i, row + 1 - i - kWord);
                mirror_word(row + width - i - kWord, row + width - 1 + i);
            }
            return;
        }
        for (int i = 1; i <= border_; ++i) {
            row[-i] = row[mirrored(-i, width)];
            row[width - 1 + i] = row[mirrored(width - 1 + i, width)];
        }
    }

    void mirror_ends(Level& level) const {
        const auto mirror = [&](int y) {
            std::copy_n(row_of(level, mirrored(y, level.size.height)) - margin_, stride_of(level),
                        row_of(level, y) - margin_);
        };
        for (int i = 1; i <= border_; ++i) {
            mirror(-i);
            mirror(level.size.height - 1 + i);
        }
    }

    [[nodiscard]] const Level& at(int index) const {
        FGAGT_ASSERT(index >= 0 && index < levels());
        return levels_[static_cast<std::size_t>(index)];
    }
    /// Pixel (0, y).
    [[nodiscard]] std::uint8_t* row_of(Level& level, int y) const noexcept {
        return level.pixels.data() + (border_ + y) * stride_of(level) + margin_;
    }
    [[nodiscard]] const std::uint8_t* row_of(const Level& level, int y) const noexcept {
        return level.pixels.data() + (border_ + y) * stride_of(level) + margin_;
    }
    [[nodiscard]] std::ptrdiff_t stride_of(const Level& level) const noexcept {
        return level.size.width + 2 * margin_;
    }
    // cv::Mat has no read-only headers. Headers from a const pyramid must only be read.
    [[nodiscard]] cv::Mat header(const Level& level) const {
        return {level.size, CV_8UC1, const_cast<std::uint8_t*>(row_of(level, 0)),
                static_cast<std::size_t>(stride_of(level))};
    }

    std::vector<Level> levels_;
    int border_ = 0;
    int margin_ = 0;                 ///< pixels before and after every row, at least the border
    std::vector<std::int16_t> sums_; ///< of the rows being halved
};

/// The frame as an 8-bit grey image: the frame itself if it is grey, otherwise converted into `buffer`.
///
/// @param frame   non-empty CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA)
/// @param buffer  holds the result's pixels; must outlive it
/// @throws InvalidArgument  the frame is empty or of another type
[[nodiscard]] inline cv::Mat as_grey(const cv::Mat& frame, std::vector<std::uint8_t>& buffer) {
    detail::require_frame(frame, "as_grey");
    const int type = frame.type();
    if (type == CV_8UC1) return frame;
    buffer.resize(frame.total());
    cv::Mat grey(frame.size(), CV_8UC1, buffer.data());
    cv::cvtColor(frame, grey, type == CV_8UC3 ? cv::COLOR_BGR2GRAY : cv::COLOR_BGRA2GRAY);
    return grey;
}

} // namespace fgagt
