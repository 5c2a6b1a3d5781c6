#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/tracker/detail/require_kept.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace fgagt::detail {

/// Fills what tracks have of their detections, and how much of each is covered by tracks nearer to the
/// camera. A track is nearer if its feet are lower in the image. Reuses its memory from frame to frame.
class Observations {
public:
    /// @param detections  [M] in order of their index in the caller's list
    /// @throws InvalidArgument  a track refers to a detection that is not among them
    void fill(std::span<Track> tracks, std::span<const UsableDetection> detections) {
        search_.clear();
        rows_.assign(tracks.size(), std::nullopt);
        for (std::size_t t = 0; t < tracks.size(); ++t) {
            Track& track = tracks[t];
            if (!track.detection) continue;
            const auto taken =
                std::ranges::lower_bound(detections, *track.detection, {}, &UsableDetection::index);
            require_kept(taken != detections.end() && taken->index == *track.detection, "Lifecycle",
                         "indices of the given detections");
            rows_[t] = static_cast<std::size_t>(taken - detections.begin());
            track.observed = taken->box;
            track.score = taken->score;
            track.class_id = taken->class_id;
            track.tag = taken->tag;
            search_.add(track.observed, t);
        }
        search_.sort();
        for (Track& track : tracks)
            if (track.detection) track.covered = covered_share(tracks, track.observed);
    }

    /// Position of a track's detection among the given ones; empty if there is none.
    [[nodiscard]] std::optional<std::size_t> row(std::size_t t) const { return rows_[t]; }

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

    std::vector<std::optional<std::size_t>> rows_; // [tracks]
    OverlapSearch search_;
};

} // namespace fgagt::detail
