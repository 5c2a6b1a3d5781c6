#pragma once

#include <opencv2/core.hpp>

#include <vector>

/// The same code, compiled for several instruction sets, each in its own namespace with its own result.
namespace fgagt::test {

/// The input of every unit. Plain numbers, because Eigen's matrices must not be passed between such units.
struct UnitInput {
    cv::Mat previous, current;      ///< CV_8UC1, of the same size
    cv::Mat frame;                  ///< CV_8UC3
    std::vector<float> left, right; ///< [kRows x kDepth] each, in [0, 1)

    static constexpr int kRows = 50, kDepth = 70;
};

/// The results of a unit.
struct UnitResult {
    /// Integers; pixel positions; pixel positions and errors.
    std::vector<double> pyramid, corners, flow;
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
