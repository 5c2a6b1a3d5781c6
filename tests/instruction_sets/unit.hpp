#pragma once

#include <opencv2/core.hpp>

#include <vector>

/// The same code, compiled for several instruction sets, each in a namespace and with a result of its own.
namespace fgagt::test {

/// What every unit is given. Plain numbers: matrices of Eigen's must not pass between such units.
struct UnitInput {
    cv::Mat previous, current;      ///< CV_8UC1, of the same size
    cv::Mat frame;                  ///< CV_8UC3
    std::vector<float> left, right; ///< [kRows x kDepth] each, in [0, 1)

    static constexpr int kRows = 50, kDepth = 70;
};

/// What a unit makes of it.
struct UnitResult {
    std::vector<double> pyramid, corners, flow; ///< integers; places in pixels; places in pixels and errors
    std::vector<double> product, channels, roi_align, stripes, embedded, graph;
    std::vector<double> assignment; ///< columns
};

namespace base {
UnitResult run(const UnitInput& input);
}
namespace no_simd {
UnitResult run(const UnitInput& input);
}
namespace avx2 {
UnitResult run(const UnitInput& input);
}
namespace native {
UnitResult run(const UnitInput& input);
}

} // namespace fgagt::test
