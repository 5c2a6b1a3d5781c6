#include "cells.hpp"

#include <fgagt/backbone/channel_backbone.hpp>
#include <fgagt/backbone/colour_backbone.hpp>

#if CV_VERSION_MAJOR >= 5
#include <opencv2/xobjdetect.hpp>
#else
#include <opencv2/objdetect.hpp>
#endif

namespace fgagt::bench {
namespace {

template <class Backbone>
auto ours(const cv::Mat& frame) {
    return [frame, backbone = Backbone(), map = typename Backbone::Map()]() mutable {
        backbone.extract(frame, map);
    };
}

} // namespace

void add_backbone() {
    add("channel_backbone/1080p/ours", [] { return ours<ChannelBackbone>(frames()[0]); });
    add("channel_backbone/1080p/hog", [] {
        return [frame = frames()[0], descriptors = std::vector<float>(),
                hog = cv::HOGDescriptor({1920, 1080}, {16, 16}, {8, 8}, {8, 8}, 9)]() mutable {
            hog.compute(frame, descriptors);
        };
    });
    for (const int height : kScalingHeights) {
        const std::string size = std::to_string(height);
        add("scaling/channel_backbone/" + size,
            [height] { return ours<ChannelBackbone>(scaled_frame(0, height)); });
        add("scaling/colour_backbone/" + size,
            [height] { return ours<ColourBackbone>(scaled_frame(0, height)); });
    }
}

} // namespace fgagt::bench
