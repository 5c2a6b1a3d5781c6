#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fgagt {

/// How a heatmap counts, and how it is drawn.
struct HeatmapOptions {
    cv::Size frame_size;  ///< pixels, each side in [1, 32768]
    int cell = 8;         ///< side of a cell that counts foot points, pixels, [1, 1024]
    double blur = 1.5;    ///< standard deviation of the smoothing, cells, [0, 100]
    double opacity = 0.7; ///< opacity of the most visited place, [0, 1]
};

/// Where tracks go: counts the frames that their foot points (middle of the bottom edge) spend in each cell
/// of the image.
///
///     Heatmap heatmap({.frame_size = frame.size()});
///     for (...) heatmap.add(result.tracks);
///     heatmap.draw(picture);
class Heatmap {
public:
    using Options = HeatmapOptions;

    /// @throws InvalidArgument  an option is out of range
    explicit Heatmap(Options options) : options_(options) {
        const auto require = [](const char* name, double value, double least, double most) {
            if (!detail::is_within(value, least, most))
                detail::throw_invalid("Heatmap: expected ", name, " in [", least, ", ", most, "], got ",
                                      value);
        };
        require("a frame width", options.frame_size.width, 1, 32'768);
        require("a frame height", options.frame_size.height, 1, 32'768);
        require("cell", options.cell, 1, 1024);
        require("blur", options.blur, 0, 100);
        require("opacity", options.opacity, 0, 1);
        grid_ = {cells(options.frame_size.width), cells(options.frame_size.height)};
        counts_.resize(static_cast<std::size_t>(grid_.area()));
    }

    /// Counts the tracks of one frame. Ignores tracks whose foot point lies outside the image, or whose box
    /// is unusable, see is_usable().
    void add(std::span<const Track> tracks) {
        for (const Track& track : tracks) {
            if (!is_usable(track.box)) continue;
            const cv::Point2f foot(track.box.centre().x, track.box.bottom());
            const bool inside = foot.x >= 0 && foot.y >= 0 &&
                                foot.x < static_cast<float>(options_.frame_size.width) &&
                                foot.y < static_cast<float>(options_.frame_size.height);
            if (!inside) continue;
            const int row = static_cast<int>(foot.y) / options_.cell;
            const int column = static_cast<int>(foot.x) / options_.cell;
            const int place = row * grid_.width + column;
            ++counts_[static_cast<std::size_t>(place)];
        }
    }

    /// Number of frames that tracks spent in each cell. Cell (row, column) covers `cell` x `cell` pixels,
    /// starting at (column, row) times `cell`.
    [[nodiscard]] cv::Mat_<double> counts() const { return cv::Mat(counts_, true).reshape(1, grid_.height); }

    /// Overlays the counts on a frame as colours: from blue through green to red at the most visited place.
    /// Cells without visits stay unchanged.
    ///
    /// @param frame  CV_8UC3 of any size; the map is stretched to fit
    /// @throws InvalidArgument  the frame is empty or of another type
    void draw(cv::Mat& frame) const {
        if (frame.empty() || frame.type() != CV_8UC3)
            detail::throw_invalid("Heatmap::draw: expected a non-empty frame of type CV_8UC3; "
                                  "convert it with cv::cvtColor");
        const cv::Mat_<float> heat = smooth_shares(frame.size());
        cv::Mat bytes, colours;
        heat.convertTo(bytes, CV_8U, 255);
        cv::applyColorMap(bytes, colours, cv::COLORMAP_JET);
        for (int row = 0; row < frame.rows; ++row)
            for (int column = 0; column < frame.cols; ++column) {
                auto& pixel = frame.at<cv::Vec3b>(row, column);
                const double share = options_.opacity * std::sqrt(heat(row, column));
                for (int channel = 0; channel < 3; ++channel)
                    pixel[channel] = cv::saturate_cast<std::uint8_t>(
                        (1 - share) * pixel[channel] + share * colours.at<cv::Vec3b>(row, column)[channel]);
            }
    }

private:
    [[nodiscard]] int cells(int pixels) const { return (pixels - 1) / options_.cell + 1; }

    /// Smoothed counts as fractions of the largest, in [0, 1].
    [[nodiscard]] cv::Mat_<float> smooth_shares(cv::Size size) const {
        cv::Mat smooth = counts();
        if (options_.blur > 0)
            cv::GaussianBlur(smooth, smooth, {}, options_.blur, options_.blur, cv::BORDER_ISOLATED);
        double most = 0;
        cv::minMaxLoc(smooth, nullptr, &most);
        smooth.convertTo(smooth, CV_32F, most > 0 ? 1 / most : 0);
        const cv::Size covered = grid_ * options_.cell;
        cv::resize(smooth, smooth, covered, 0, 0, cv::INTER_LINEAR);
        // The last cells may extend beyond the frame.
        smooth = smooth(cv::Rect({}, options_.frame_size));
        if (size != options_.frame_size) cv::resize(smooth, smooth, size, 0, 0, cv::INTER_LINEAR);
        return smooth;
    }

    Options options_;
    cv::Size grid_;              ///< cells
    std::vector<double> counts_; ///< row by row
};

} // namespace fgagt
