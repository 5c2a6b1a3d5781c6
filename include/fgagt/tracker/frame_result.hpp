#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/rejection.hpp>

#include <cstdint>
#include <vector>

namespace fgagt {

/// Time that one frame spent in each stage, microseconds.
struct StageTimes {
    double detect = 0;    ///< detections and map of a backbone that is also a detector
    double backbone = 0;  ///< feature map
    double flow = 0;      ///< pyramid, camera motion, propagation and motion model
    double pool = 0;      ///< features of detections and tracks
    double graph = 0;     ///< overlaps and similarities
    double assign = 0;    ///< association
    double lifecycle = 0; ///< births, losses, removals, motion and appearance of tracks
    double total = 0;     ///< the whole frame
};

/// A tracker's result for one frame.
struct FrameResult {
    std::int64_t frame = 0;          ///< frames before this one, since construction or `reset`
    std::vector<Track> tracks;       ///< the reported ones, in order of ID
    Events events;                   ///< of all tracks, reported or not
    std::vector<Rejection> rejected; ///< detections that were skipped, in order of index
    StageTimes times;                ///< how long it took
};

} // namespace fgagt
