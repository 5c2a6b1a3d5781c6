#pragma once

#include "any_tracker.hpp"

#include <fgagt/tracker.hpp>

#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <utility>

namespace fgagt::examples {

/// One of the library's trackers behind the AnyTracker interface.
template <class T>
class TrackerOf final : public AnyTracker {
public:
    /// @param own_detections  whether the backbone is the detector
    TrackerOf(typename T::Components components, const TrackerOptions& options, bool own_detections)
        : tracker_(std::move(components), options),
          own_detections_(own_detections) {}

    [[nodiscard]] bool reads_frames() const override { return T::kReadsFrames; }

    const FrameResult& track(const cv::Mat& frame, std::optional<std::span<const Detection>> detections,
                             const FrameInfo& info) override {
        if constexpr (!T::kReadsFrames) {
            return detections ? tracker_.update(*detections, info) : tracker_.propagate(info);
        } else {
            if (!detections) return tracker_.propagate(frame, info);
            if constexpr (requires { tracker_.update(frame, info); })
                if (own_detections_) return tracker_.update(frame, info);
            return tracker_.update(frame, *detections, info);
        }
    }

    void reset() override { tracker_.reset(); }
    void save(std::ostream& stream) const override { tracker_.save(stream); }
    void restore(std::istream& stream) override { tracker_.restore(stream); }

private:
    T tracker_;
    bool own_detections_;
};

/// Makes a tracker of these components.
template <class T>
[[nodiscard]] std::unique_ptr<AnyTracker> tracker_of(typename T::Components components,
                                                     const TrackerChoice& choice) {
    return std::make_unique<TrackerOf<T>>(std::move(components), choice.options,
                                          choice.backbone && choice.backbone->detects());
}

} // namespace fgagt::examples
