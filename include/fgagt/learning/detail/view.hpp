#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>

namespace fgagt::detail {

/// A look of an object that generated scenes show.
struct View {
    cv::Mat pixels;          ///< CV_8UC3 (BGR)
    cv::Mat mask;            ///< CV_8UC1, from 0 where the object is not to 255 where it is
    bool soft_edges = false; ///< whether what is behind shines through where the mask lies between
};

} // namespace fgagt::detail
