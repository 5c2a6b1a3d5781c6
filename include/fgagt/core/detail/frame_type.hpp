#pragma once

#include <fgagt/core/errors.hpp>

#include <opencv2/core.hpp>

namespace fgagt::detail {

/// Throws InvalidArgument unless the frame is a non-empty CV_8UC1, CV_8UC3 or CV_8UC4 image.
inline void require_frame(const cv::Mat& frame, const char* function) {
    const bool known = frame.type() == CV_8UC1 || frame.type() == CV_8UC3 || frame.type() == CV_8UC4;
    if (frame.empty() || frame.dims != 2 || !known)
        throw_invalid(function, ": expected a non-empty CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA) frame, got ",
                      frame.cols, " x ", frame.rows, " of OpenCV type ", frame.type(),
                      "; convert it with cv::Mat::convertTo or cv::cvtColor");
}

} // namespace fgagt::detail
