#pragma once

#include <fgagt/backbone/dnn_backbone.hpp>

#include <opencv2/core.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace fgagt::ablation {

/// Computes each map of a network once: maps do not depend on the detections, and all runs use the same
/// frames.
class NetworkMaps {
public:
    explicit NetworkMaps(const DnnBackboneOptions& options) : backbone_(options) {}

    [[nodiscard]] const FeatureMap& of(const cv::Mat& frame) {
        const std::lock_guard lock(mutex_);
        const auto [entry, is_new] = maps_.try_emplace(frame.data);
        if (is_new) {
            entry->second.frame = frame;
            backbone_.extract(frame, entry->second.map);
        }
        return entry->second.map;
    }

private:
    struct Entry {
        cv::Mat frame; ///< kept so that no other frame reuses its memory
        FeatureMap map;
    };

    std::mutex mutex_;
    DnnBackbone backbone_;
    std::map<const unsigned char*, Entry> maps_;
};

/// Features of a network, from maps that copies share.
class NetworkFeatures {
public:
    using Map = FeatureMap;

    NetworkFeatures() = default;
    explicit NetworkFeatures(std::shared_ptr<NetworkMaps> maps) : maps_(std::move(maps)) {}

    void extract(const cv::Mat& frame, FeatureMap& map) { map = maps_->of(frame); }

private:
    std::shared_ptr<NetworkMaps> maps_;
};
static_assert(Backbone<NetworkFeatures>);

} // namespace fgagt::ablation
