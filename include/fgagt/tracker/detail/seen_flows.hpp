#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/tracker/detail/frame_time.hpp>
#include <fgagt/tracker/detail/require_kept.hpp>
#include <fgagt/tracker/intermediates.hpp>
#include <fgagt/tracker/tracker_state.hpp>

#include <cstddef>
#include <vector>

namespace fgagt::detail {

/// Flow of the tracks that were seen in the previous frame. Others are left out, because pixels of a hidden
/// track move with its occluder. Reuses its memory from frame to frame.
class SeenFlows {
public:
    /// Fills the flows of all tracks, unreliable for those that were not seen. Estimates the camera's motion
    /// if the caller did not give it.
    ///
    /// @throws InvalidArgument  the flow violates a requirement of its concept
    template <class Flow, class MotionState, class Image, class Map>
    void estimate(Flow& flow, const TrackerState<MotionState, Image>& previous, const Image& image,
                  FrameIntermediates<Map>& work) {
        seen_.clear();
        boxes_.clear();
        for (std::size_t t = 0; t < previous.tracks.size(); ++t) {
            if (previous.tracks[t].missed != 0) continue;
            seen_.push_back(t);
            boxes_.push_back(previous.tracks[t].box);
        }
        if (!work.camera_motion && !previous.tracks.empty()) {
            work.camera_motion = flow.camera_motion(previous.image, image, boxes_);
            if (work.camera_motion) require_finite(*work.camera_motion);
        }
        flow.propagate(previous.image, image, boxes_, flows_);
        require_kept(flows_.size() == boxes_.size(), "FlowPropagator", "one flow for each box");
        work.flows.assign(previous.tracks.size(), BoxFlow{});
        for (std::size_t k = 0; k < seen_.size(); ++k)
            work.flows[seen_[k]] = flows_[k];
    }

private:
    std::vector<std::size_t> seen_;
    std::vector<Box> boxes_;
    std::vector<BoxFlow> flows_;
};

} // namespace fgagt::detail
