#pragma once

#include "measurement.hpp"
#include "sequence.hpp"

#include <fgagt/core/types.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/tracker/frame_result.hpp>
#include <fgagt/tracker/options.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fgagt::ablation {

/// Tracks a sequence from its start.
///
/// @param detections          of each frame; may differ from the sequence's
/// @param told_camera_motion  whether the tracker gets the sequence's camera motion
template <class AnyTracker>
[[nodiscard]] Outcome track_sequence(AnyTracker tracker, const Sequence& sequence,
                                     const std::vector<std::vector<Detection>>& detections,
                                     bool told_camera_motion) {
    std::vector<ResultRow> rows;
    double microseconds = 0;
    for (std::size_t k = 0; k < detections.size(); ++k) {
        FrameInfo info{.frame_size = sequence.frame_size};
        if (told_camera_motion && !sequence.camera_motion.empty())
            info.camera_motion = sequence.camera_motion[k];
        const FrameResult* result = nullptr;
        if constexpr (AnyTracker::kReadsFrames)
            result = &tracker.update(sequence.frames.at(k), detections[k], info);
        else
            result = &tracker.update(detections[k], info);
        microseconds += result->times.total;
        for (const Track& one : result->tracks)
            rows.push_back({static_cast<std::int64_t>(k) + 1, one.id, one.box, one.score});
    }
    return {ResultRows(std::move(rows)), microseconds / static_cast<double>(detections.size())};
}

} // namespace fgagt::ablation
