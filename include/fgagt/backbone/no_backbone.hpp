#pragma once

#include <fgagt/core/concepts.hpp>

#include <opencv2/core.hpp>

namespace fgagt {

/// The map of trackers that look at no pixels.
struct NoMap {};

/// Makes no map: for trackers whose features are the caller's own, or that use geometry alone.
class NoBackbone {
public:
    using Map = NoMap;

    /// Leaves the frame alone.
    void extract(const cv::Mat& /*frame*/, NoMap& /*map*/) const {}
};

static_assert(Backbone<NoBackbone>);

} // namespace fgagt
