#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/tracker/detail/require_kept.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace fgagt::detail {

/// Copies the values of matched detections to their tracks, and computes how much of each track is covered by
/// tracks nearer to the camera. A track is nearer if its feet are lower in the image.
class Observations {
public:
    /// @param detections  those that the tracks' `detection` refers to
    /// @throws InvalidArgument  a track refers to a detection that does not exist
    void fill(std::span<Track> tracks, std::span<const UsableDetection> detections) {
        search_.clear();
        for (std::size_t t = 0; t < tracks.size(); ++t) {
            Track& track = tracks[t];
            if (!track.detection) continue;
            require_kept(*track.detection < detections.size(), "Lifecycle",
                         "indices of the given detections");
            const UsableDetection& taken = detections[*track.detection];
            track.observed = taken.box;
            track.score = taken.score;
            track.class_id = taken.class_id;
            track.tag = taken.tag;
            search_.add(track.observed, t);
        }
        search_.sort();
        for (Track& track : tracks)
            if (track.detection) track.covered = covered_share(tracks, track.observed);
    }

private:
    /// Largest share of a box that the box of a single nearer track covers, [0, 1].
    [[nodiscard]] float covered_share(std::span<const Track> tracks, const Box& box) {
        double covered = 0;
        for (const std::size_t other : search_.overlapping(box)) {
            const Box& nearer = tracks[other].observed;
            if (nearer.bottom() > box.bottom()) covered = std::max(covered, intersection_area(nearer, box));
        }
        return static_cast<float>(covered / area(box));
    }

    OverlapSearch search_;
};

} // namespace fgagt::detail
