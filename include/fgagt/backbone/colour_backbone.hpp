#pragma once

#include <fgagt/concepts.hpp>
#include <fgagt/backbone/frame_type.hpp>
#include <fgagt/errors.hpp>
#include <fgagt/types.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fgagt {

/// Options of ColourBackbone.
struct ColourBackboneOptions {
    int max_pixels = 960 * 540; ///< larger frames are scaled down to this area, pixels, >= 1
};

/// The frame itself as the map, in hue, saturation and value, scaled down to about half a megapixel. Grey
/// frames have hue and saturation 0; alpha is ignored.
class ColourBackbone {
public:
    using Map = ColourImage;
    using Options = ColourBackboneOptions;

    ColourBackbone() : ColourBackbone(ColourBackboneOptions{}) {}
    /// @throws InvalidArgument  an option is out of its range
    explicit ColourBackbone(ColourBackboneOptions options) : options_(options) {
        if (options.max_pixels < 1)
            detail::throw_invalid("ColourBackbone: expected max_pixels >= 1, got ", options.max_pixels);
    }

    [[nodiscard]] const ColourBackboneOptions& options() const noexcept { return options_; }

    /// @throws InvalidArgument  the frame is empty or of another type
    void extract(const cv::Mat& frame, ColourImage& map) {
        detail::require_frame(frame, "ColourBackbone::extract");
        const double pixels = static_cast<double>(frame.cols) * frame.rows;
        const double scale = std::min(1.0, std::sqrt(options_.max_pixels / pixels));
        map.columns = std::max(1, cvRound(frame.cols * scale));
        map.rows = std::max(1, cvRound(frame.rows * scale));
        map.scale_x = static_cast<float>(map.columns) / static_cast<float>(frame.cols);
        map.scale_y = static_cast<float>(map.rows) / static_cast<float>(frame.rows);
        map.data.resize(3 * static_cast<std::size_t>(map.columns) * static_cast<std::size_t>(map.rows));
        cv::Mat hsv(map.rows, map.columns, CV_8UC3, map.data.data());
        cv::cvtColor(as_bgr(scaled(frame, hsv.size())), hsv, cv::COLOR_BGR2HSV);
    }

private:
    const cv::Mat& scaled(const cv::Mat& frame, cv::Size size) {
        if (frame.size() == size) return frame;
        cv::resize(frame, small_, size, 0, 0, cv::INTER_AREA);
        return small_;
    }

    const cv::Mat& as_bgr(const cv::Mat& image) {
        if (image.channels() == 3) return image;
        cv::cvtColor(image, bgr_, image.channels() == 1 ? cv::COLOR_GRAY2BGR : cv::COLOR_BGRA2BGR);
        return bgr_;
    }

    ColourBackboneOptions options_;
    cv::Mat small_, bgr_;
};
static_assert(Backbone<ColourBackbone>);

} // namespace fgagt
