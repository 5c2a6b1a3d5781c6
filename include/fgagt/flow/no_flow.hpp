#pragma once

#include <fgagt/core/concepts.hpp>

#include <opencv2/core.hpp>

#include <optional>
#include <span>
#include <vector>

namespace fgagt {

/// Flow for trackers that read no frames: every box's flow is unreliable, and the camera's motion is unknown.
class NoFlow {
public:
    /// Nothing is kept of a frame.
    struct Image {
        /// For snapshots.
        template <class Archive>
        friend void transfer(Archive& /*archive*/, Image& /*image*/) {}
    };

    /// Does nothing.
    void prepare(const cv::Mat& /*frame*/, Image& /*image*/) const noexcept {}

    /// @param boxes  [N]
    /// @param flows  set to one unreliable flow per box
    void propagate(const Image& /*previous*/, const Image& /*current*/, std::span<const Box> boxes,
                   std::vector<BoxFlow>& flows) const {
        flows.assign(boxes.size(), BoxFlow{});
    }

    /// The camera's motion: always unknown.
    [[nodiscard]] std::optional<Affine> camera_motion(const Image& /*previous*/, const Image& /*current*/,
                                                      std::span<const Box> /*boxes*/) const noexcept {
        return std::nullopt;
    }
};
static_assert(FlowPropagator<NoFlow>);

} // namespace fgagt
