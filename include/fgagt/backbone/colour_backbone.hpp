#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/frame_type.hpp>
#include <fgagt/core/detail/halving.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace fgagt {

/// Options of ColourBackbone.
struct ColourBackboneOptions {
    /// Frames are halved until their area comes nearest to this, pixels, >= 1.
    int pixels = 960 * 540;
};

/// The frame itself as the map, in hue, saturation and value, halved to about half a megapixel. Grey frames
/// have hue and saturation 0; alpha is ignored.
class ColourBackbone {
public:
    using Map = ColourImage;
    using Options = ColourBackboneOptions;

    ColourBackbone() : ColourBackbone(ColourBackboneOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit ColourBackbone(ColourBackboneOptions options) : options_(options) {
        if (options.pixels < 1)
            detail::throw_invalid("ColourBackbone: expected pixels >= 1, got ", options.pixels);
    }

    [[nodiscard]] const ColourBackboneOptions& options() const noexcept { return options_; }

    /// @throws InvalidArgument  the frame is empty or of another type
    void extract(const cv::Mat& frame, ColourImage& map) {
        detail::require_frame(frame, "ColourBackbone::extract");
        const int halvings = detail::halvings_to(frame.size(), options_.pixels);
        const cv::Mat& small = halve_(frame, halvings);
        map.columns = small.cols;
        map.rows = small.rows;
        map.scale_x = map.scale_y = std::ldexp(1.F, -halvings);
        map.data.resize(3 * small.total());
        cv::Mat hsv(small.size(), CV_8UC3, map.data.data());
        cv::cvtColor(as_bgr(small), hsv, cv::COLOR_BGR2HSV);
    }

private:
    const cv::Mat& as_bgr(const cv::Mat& image) {
        if (image.channels() == 3) return image;
        cv::cvtColor(image, bgr_, image.channels() == 1 ? cv::COLOR_GRAY2BGR : cv::COLOR_BGRA2BGR);
        return bgr_;
    }

    ColourBackboneOptions options_;
    detail::Halver halve_;
    cv::Mat bgr_;
};
static_assert(Backbone<ColourBackbone>);

} // namespace fgagt
