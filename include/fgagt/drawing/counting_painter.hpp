#pragma once

#include <fgagt/counting/line_counter.hpp>
#include <fgagt/counting/zone.hpp>
#include <fgagt/drawing/detail/canvas.hpp>
#include <fgagt/drawing/track_colour.hpp>

#include <opencv2/core.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace fgagt {

/// Draws a line, an arrow from its middle to its right, and the number of tracks of all classes that crossed it,
/// first to its right, then to its left.
///
/// @param frame    CV_8UC3, modified
/// @param counter  counter to draw
/// @param colour   blue, green, red
/// @throws InvalidArgument  the frame is empty or of another type
inline void draw_line_counter(cv::Mat& frame, const LineCounter& counter,
                              const cv::Scalar& colour = {0, 215, 255}) {
    detail::Canvas canvas(frame, "draw_line_counter");
    const cv::Point2f start = counter.options().start, end = counter.options().end;
    const cv::Point2f way = end - start;
    const cv::Point2f to_right =
        cv::Point2f(-way.y, way.x) * static_cast<float>(1 / std::hypot(way.x, way.y));
    canvas.line(start, end, text_colour_on(colour), 4);
    canvas.line(start, end, colour, 2);
    canvas.arrow((start + end) * 0.5F, to_right, colour, 2);
    const LineCounts counts = counter.total();
    canvas.label(end, "right " + std::to_string(counts.to_right) + "  left " + std::to_string(counts.to_left),
                 colour);
}

/// Draws a zone's border and the number of tracks in it.
///
/// @param frame   CV_8UC3, modified
/// @param zone    zone to draw
/// @param colour  blue, green, red
/// @throws InvalidArgument  the frame is empty or of another type
inline void draw_zone(cv::Mat& frame, const Zone& zone, const cv::Scalar& colour = {0, 215, 255}) {
    detail::Canvas canvas(frame, "draw_zone");
    const std::vector<cv::Point2f>& corners = zone.polygon().corners();
    for (const auto& [line_colour, units] : {std::pair(text_colour_on(colour), 4), std::pair(colour, 2)})
        for (std::size_t i = 0; i < corners.size(); ++i)
            canvas.line(corners[i], corners[(i + 1) % corners.size()], line_colour, units);
    canvas.label(corners.front(), std::to_string(zone.visits().size()) + " inside", colour);
}

} // namespace fgagt
