#pragma once

#include <fgagt/core/types.hpp>

namespace fgagt::test {

/// A track 20 wide and 40 high whose foot is at a point.
[[nodiscard]] inline Track standing(TrackId id, cv::Point2f foot, int class_id = 0) {
    Track track;
    track.id = id;
    track.class_id = class_id;
    track.box = {foot.x - 10, foot.y - 40, 20, 40};
    return track;
}

} // namespace fgagt::test
