#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>

#include <string>

namespace fgagt {

/// One output tensor of a network, from any inference engine.
struct NetworkOutput {
    /// Name in the network. Heads distinguish tensors by shape, and by name where shapes are equal.
    std::string name;
    /// CV_32F, continuous, any number of dimensions; may refer to the caller's memory.
    cv::Mat values;
};

} // namespace fgagt
