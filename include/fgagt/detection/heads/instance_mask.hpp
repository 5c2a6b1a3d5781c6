#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>

namespace fgagt {

/// Which pixels of a frame an object covers.
struct InstanceMask {
    /// Pixels of the frame that enclose the object; empty if the object is outside.
    cv::Rect area{};
    cv::Mat values{}; ///< [area] CV_8U: 255 on the object, 0 elsewhere
};

} // namespace fgagt
