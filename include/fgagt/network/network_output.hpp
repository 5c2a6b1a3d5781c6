#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>

#include <string>

namespace fgagt {

/// One tensor that a network gives, whatever ran it.
struct NetworkOutput {
    std::string
        name; ///< as the network has it; heads tell tensors apart by shape, and by name where it must be
    cv::Mat values; ///< CV_32F of any number of dimensions, continuous; may be over memory of the caller's
};

} // namespace fgagt
