#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>

namespace fgagt {

/// Which pixels of a frame an object covers.
struct InstanceMask {
    cv::Rect
        area{}; ///< pixels of the frame within which the object lies; empty where none of it is in the frame
    cv::Mat values{}; ///< [area] CV_8U: 255 where the object is, else 0
};

} // namespace fgagt
