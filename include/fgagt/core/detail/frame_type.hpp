#pragma once

#include <fgagt/core/errors.hpp>

#include <opencv2/core.hpp>

namespace fgagt::detail {

/// @throws InvalidArgument  the frame is empty, not two-dimensional, or not of type CV_8UC1, CV_8UC3 or
///                          CV_8UC4
inline void require_frame(const cv::Mat& frame, const char* function) {
    if (frame.empty())
        throw_invalid(function,
                      ": expected a frame, got an empty one; check that the image was read, and skip "
                      "frames that could not be read");
    if (frame.dims != 2)
        throw_invalid(function, ": expected a frame of two dimensions, got ", frame.dims,
                      "; pass one plane of it");
    if (frame.type() != CV_8UC1 && frame.type() != CV_8UC3 && frame.type() != CV_8UC4)
        throw_invalid(function, ": expected a frame of type CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA), got ",
                      cv::typeToString(frame.type()), "; convert it with cv::Mat::convertTo or cv::cvtColor");
}

} // namespace fgagt::detail
