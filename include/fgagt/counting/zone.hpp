#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/counting/anchor.hpp>
#include <fgagt/counting/polygon.hpp>
#include <fgagt/tracker/frame_result.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// A part of the image.
struct ZoneOptions {
    std::vector<cv::Point2f> corners; ///< of a polygon, at least 3, continuous image coordinates, pixels
    Anchor anchor = Anchor::kFoot;    ///< which point of a box is inside or outside
    /// How far outside a track must be to have left, as a share of its box's height, >= 0.
    float slack = 0.05F;
};

/// One stay of one track in a zone. Frames are numbered as in FrameResult.
struct ZoneVisit {
    TrackId id = 0;               ///< of the track
    int class_id = 0;             ///< of the track, when it came in
    std::int64_t first_frame = 0; ///< in which it was inside
    std::int64_t last_frame = 0;  ///< in which it was inside; in between it may have been lost for a while

    /// Frames from the first to the last.
    [[nodiscard]] std::int64_t dwell() const noexcept { return last_frame - first_frame + 1; }
    friend bool operator==(const ZoneVisit&, const ZoneVisit&) = default;
};

/// How many stays began and ended. At any time, entered + appeared - left - vanished are inside.
struct ZoneCounts {
    std::int64_t entered = 0;      ///< came from outside
    std::int64_t appeared = 0;     ///< were inside when they were first seen
    std::int64_t left = 0;         ///< went outside
    std::int64_t vanished = 0;     ///< were removed while inside
    std::int64_t dwell_frames = 0; ///< sum of the stays that ended, frames

    friend bool operator==(const ZoneCounts&, const ZoneCounts&) = default;
};

/// Who is in a part of the image, who came and went, and for how long, by class.
///
/// A track is inside from the first frame in which its anchor is in the polygon, until its anchor is farther
/// outside than `slack` times its box's height, or the track is removed: whoever jitters on the border enters
/// once. A track that is lost for a while stays where it was.
///
///     Zone queue({.corners = {{100, 200}, {300, 200}, {300, 400}, {100, 400}}});
///     for (...) queue.update(tracker.update(frame, detections));
///     queue.visits().size(); // people in it now
class Zone {
public:
    using Options = ZoneOptions;

    /// @throws InvalidArgument  as Polygon, or the slack is out of its range
    explicit Zone(Options options)
        : polygon_(std::move(options.corners)),
          anchor_(options.anchor),
          slack_(options.slack) {
        if (!(detail::is_finite(slack_) && slack_ >= 0))
            detail::throw_invalid("Zone: expected a slack >= 0, got ", slack_);
    }

    /// Its border.
    [[nodiscard]] const Polygon& polygon() const noexcept { return polygon_; }

    /// Takes the tracks of one frame, in the order of time.
    ///
    /// @return  the stays that ended now; valid until the next call
    const std::vector<ZoneVisit>& update(const FrameResult& result) {
        return update(result.frame, result.tracks, result.events.removed);
    }

    /// The same from parts.
    ///
    /// @param frame    number of the frame, larger than before
    /// @param tracks   of this frame, each id once; a box that is not is_usable() is passed over
    /// @param removed  ids that never come again, which are forgotten
    const std::vector<ZoneVisit>& update(std::int64_t frame, std::span<const Track> tracks,
                                         std::span<const TrackId> removed = {}) {
        ended_.clear();
        for (const Track& track : tracks)
            if (is_usable(track.box)) follow(frame, track);
        for (const TrackId id : removed) {
            outside_.erase(id);
            if (const auto visit = visits_.find(id); visit != visits_.end()) {
                ++counts_[visit->second.class_id].vanished;
                end(visit);
            }
        }
        return ended_;
    }

    /// The tracks that are inside now, by id. Valid as long as this object.
    [[nodiscard]] const std::map<TrackId, ZoneVisit>& visits() const noexcept { return visits_; }

    /// By class id; a class that was never inside is not there. A stay counts in the class that the
    /// track had when it came in. Valid as long as this object.
    [[nodiscard]] const std::map<int, ZoneCounts>& counts() const noexcept { return counts_; }

    /// Of all classes.
    [[nodiscard]] ZoneCounts total() const noexcept {
        ZoneCounts sum;
        for (const auto& [class_id, counts] : counts_) {
            sum.entered += counts.entered;
            sum.appeared += counts.appeared;
            sum.left += counts.left;
            sum.vanished += counts.vanished;
            sum.dwell_frames += counts.dwell_frames;
        }
        return sum;
    }

private:
    using Visits = std::map<TrackId, ZoneVisit>;

    void follow(std::int64_t frame, const Track& track) {
        const cv::Point2f point = anchor_of(track.box, anchor_);
        const bool contained = polygon_.contains(point);
        const auto known = visits_.find(track.id);
        if (known == visits_.end()) {
            if (contained)
                begin(frame, track);
            else
                outside_.insert(track.id);
        } else if (contained || polygon_.distance_to_border(point) <= slack_ * track.box.height) {
            known->second.last_frame = frame;
        } else {
            ++counts_[known->second.class_id].left;
            end(known);
            outside_.insert(track.id);
        }
    }

    void begin(std::int64_t frame, const Track& track) {
        const bool came = outside_.erase(track.id) > 0;
        visits_[track.id] = {track.id, track.class_id, frame, frame};
        ++(came ? counts_[track.class_id].entered : counts_[track.class_id].appeared);
    }

    void end(Visits::iterator visit) {
        counts_[visit->second.class_id].dwell_frames += visit->second.dwell();
        ended_.push_back(visit->second);
        visits_.erase(visit);
    }

    Polygon polygon_;
    Anchor anchor_;
    float slack_;
    Visits visits_;
    std::set<TrackId> outside_; ///< seen before, and not inside
    std::map<int, ZoneCounts> counts_;
    std::vector<ZoneVisit> ended_;
};

} // namespace fgagt
