#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>

namespace fgagt::detail {

/// A view of an object in generated scenes.
struct View {
    cv::Mat pixels; ///< CV_8UC3 (BGR)
    cv::Mat mask;   ///< CV_8UC1, 0 outside the object, 255 inside
    /// Whether the background shows through where the mask is between 0 and 255.
    bool soft_edges = false;
};

} // namespace fgagt::detail
