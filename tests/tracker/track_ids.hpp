#pragma once

#include <fgagt/tracker/frame_result.hpp>

#include <vector>

namespace fgagt::test {

/// The IDs of the reported tracks, in the result's order.
[[nodiscard]] inline std::vector<TrackId> ids(const FrameResult& result) {
    std::vector<TrackId> found;
    for (const Track& track : result.tracks)
        found.push_back(track.id);
    return found;
}

} // namespace fgagt::test
