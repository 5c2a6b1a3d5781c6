#pragma once

#include <fgagt/core/concepts.hpp>

#include <opencv2/core.hpp>

namespace fgagt {

/// The map of trackers that read no pixels.
struct NoMap {};

/// Makes no map: for trackers that use the caller's features, or geometry alone.
class NoBackbone {
public:
    using Map = NoMap;

    /// Does nothing.
    void extract(const cv::Mat& /*frame*/, NoMap& /*map*/) const {}
};

static_assert(Backbone<NoBackbone>);

} // namespace fgagt
