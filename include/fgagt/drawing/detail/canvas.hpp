#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/drawing/track_colour.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

namespace fgagt::detail {

/// Draws on one frame, in continuous coordinates. Line widths and letters grow with the frame's height.
class Canvas {
public:
    /// @param caller  name of the public function, for error messages
    /// @throws InvalidArgument  the frame is empty, or not CV_8UC3
    Canvas(cv::Mat& frame, std::string_view caller) : frame_(frame) {
        if (frame.empty() || frame.type() != CV_8UC3)
            throw_invalid(caller, ": expected a frame of type CV_8UC3, got ",
                          frame.empty() ? std::string("an empty one") : cv::typeToString(frame.type()),
                          "; convert it with cv::cvtColor");
        unit_ = std::max(frame.rows, 240) / 480.;
    }

    /// @param units  line width, in units of 1/480 of the frame's height
    void line(cv::Point2f a, cv::Point2f b, const cv::Scalar& colour, double units) {
        cv::line(frame_, fixed(a), fixed(b), colour, thickness(units), cv::LINE_AA, kShift);
    }

    /// Draws a dashed line with a dash at both ends.
    void dashes(cv::Point2f a, cv::Point2f b, const cv::Scalar& colour, double units) {
        constexpr double kMost = 2000; // limit for boxes far outside the frame
        const cv::Point2f way = b - a;
        const double length = std::hypot(way.x, way.y);
        const int count = std::max(1, cvRound(std::min(kMost, (length / (6 * unit_) + 1) / 2)));
        const auto parts = static_cast<float>(2 * count - 1);
        for (int i = 0; i < count; ++i)
            line(a + way * (static_cast<float>(2 * i) / parts),
                 a + way * (static_cast<float>(2 * i + 1) / parts), colour, units);
    }

    /// @param direction  of length 1
    /// @param units      line width; the arrow is 12 times as long
    void arrow(cv::Point2f start, cv::Point2f direction, const cv::Scalar& colour, double units) {
        const auto length = static_cast<float>(12 * units * unit_);
        const cv::Point2f tip = start + direction * length, aside(-direction.y, direction.x);
        line(start, tip, colour, units);
        for (const float side : {-0.25F, 0.25F})
            line(tip, tip - direction * (0.35F * length) + aside * (side * length), colour, units);
    }

    /// Draws text on a filled plate with its lower left corner at `corner`. If there is no room above, the
    /// plate goes below `corner`. It always lies entirely in the frame.
    void label(cv::Point2f corner, const std::string& text, const cv::Scalar& colour) {
        const double size = .42 * unit_;
        const int font = cv::FONT_HERSHEY_DUPLEX, stroke = thickness(.8), padding = thickness(3);
        int below = 0;
        const cv::Size letters = cv::getTextSize(text, font, size, stroke, &below);
        const cv::Size plate(letters.width + 2 * padding, letters.height + 2 * padding);
        const int line = thickness(2) / 2;
        cv::Point place(cvRound(corner.x) - line, cvRound(corner.y) - plate.height - line);
        if (place.y < 0) place.y = cvRound(corner.y) + line;
        place.x = std::clamp(place.x, 0, std::max(0, frame_.cols - plate.width));
        place.y = std::clamp(place.y, 0, std::max(0, frame_.rows - plate.height));
        const cv::Scalar ink = text_colour_on(colour);
        cv::rectangle(frame_, cv::Rect(place, plate), colour, cv::FILLED);
        cv::rectangle(frame_, cv::Rect(place, plate), ink, 1);
        cv::putText(frame_, text, place + cv::Point(padding, plate.height - padding), font, size, ink, stroke,
                    cv::LINE_AA);
    }

private:
    // OpenCV draws in units of 1/16 pixel, with integers at pixel centres.
    static constexpr int kShift = 4;

    static cv::Point fixed(cv::Point2f continuous) {
        constexpr float kScale = 1 << kShift;
        return {cvRound((continuous.x - .5F) * kScale), cvRound((continuous.y - .5F) * kScale)};
    }
    [[nodiscard]] int thickness(double units) const { return std::max(1, cvRound(units * unit_)); }

    cv::Mat& frame_;
    double unit_ = 1; ///< frame height in units of 480 pixels
};

} // namespace fgagt::detail
