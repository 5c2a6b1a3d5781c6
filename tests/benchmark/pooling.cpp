#include "cells.hpp"
#include "rivals.hpp"

#include <fgagt/pooling/roi_align.hpp>

#include <cstdint>

namespace fgagt::bench {
namespace {

auto ours(std::size_t boxes, int channels) {
    return [map = feature_map(channels), boxes = people(boxes), roi_align = RoiAlign(), features = Matrix(),
            valid = std::vector<std::uint8_t>()]() mutable { roi_align.pool(map, boxes, features, valid); };
}

} // namespace

void add_pooling() {
    for (const int channels : kRoiAlignChannels) {
        const std::string cell = "roi_align/" + std::to_string(channels);
        add(cell + "/ours", [channels] { return ours(100, channels); });
        add(cell + "/plain", [channels] {
            const FeatureMap map = feature_map(channels);
            return [map, data = channels_first(map), boxes = people(100),
                    pooled = std::vector<float>()]() mutable { plain_roi_align(map, data, boxes, pooled); };
        });
    }
    for (const std::size_t objects : kScalingObjects)
        add("scaling/roi_align/" + std::to_string(objects), [objects] { return ours(objects, 64); });
}

} // namespace fgagt::bench
