#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// A backbone that is chosen at run time and produces a FeatureMap. Copies share the backbone.
class AnyBackbone {
public:
    using Map = FeatureMap;

    template <class B>
    requires(!std::same_as<B, AnyBackbone>) && Backbone<B> // the concept check itself needs copies
        explicit AnyBackbone(B backbone) {
        const auto shared = std::make_shared<B>(std::move(backbone));
        extract_ = [shared](const cv::Mat& frame, FeatureMap& map) { shared->extract(frame, map); };
        if constexpr (DetectingBackbone<B>)
            detect_ = [shared](const cv::Mat& frame, FeatureMap& map, std::vector<Detection>& detections) {
                shared->detect(frame, map, detections);
            };
    }

    /// Whether the backbone is also a detector.
    [[nodiscard]] bool detects() const { return static_cast<bool>(detect_); }

    void extract(const cv::Mat& frame, FeatureMap& map) { extract_(frame, map); }

    /// @throws InvalidArgument  the backbone is not a detector
    void detect(const cv::Mat& frame, FeatureMap& map, std::vector<Detection>& detections) {
        if (!detects())
            throw InvalidArgument("AnyBackbone: expected a backbone that is also a detector; "
                                  "pass detections to update() instead");
        detect_(frame, map, detections);
    }

private:
    std::function<void(const cv::Mat&, FeatureMap&)> extract_;
    // Empty if the backbone is not a detector.
    std::function<void(const cv::Mat&, FeatureMap&, std::vector<Detection>&)> detect_;
};

} // namespace fgagt::examples
