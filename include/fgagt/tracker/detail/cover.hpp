#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace fgagt::detail {

/// How much of a track's box is covered by tracks nearer to the camera. A track is nearer if its feet are
/// lower in the image.
class Cover {
public:
    /// Collects the tracks that are seen in this frame.
    void set(std::span<const Track> tracks) {
        search_.clear();
        for (std::size_t t = 0; t < tracks.size(); ++t)
            if (tracks[t].detection) search_.add(tracks[t].observed, t);
        search_.sort();
    }

    /// Largest share of a track's observed box that the box of a single nearer track covers, [0, 1].
    ///
    /// @param tracks  the same as given to `set`
    [[nodiscard]] float share(std::span<const Track> tracks, std::size_t t) {
        const Box& box = tracks[t].observed;
        double covered = 0;
        for (const std::size_t other : search_.overlapping(box)) {
            const Box& nearer = tracks[other].observed;
            if (nearer.bottom() > box.bottom()) covered = std::max(covered, intersection_area(nearer, box));
        }
        return static_cast<float>(covered / area(box));
    }

private:
    OverlapSearch search_;
};

} // namespace fgagt::detail
