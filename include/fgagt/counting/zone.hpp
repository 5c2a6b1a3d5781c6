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

/// A zone: a polygonal part of the image.
struct ZoneOptions {
    /// Corners of a polygon, at least 3, continuous image coordinates, pixels.
    std::vector<cv::Point2f> corners;
    Anchor anchor = Anchor::kFoot; ///< which point of a box must be inside
    /// How far outside a track must be to have left, as a fraction of its box's height, >= 0.
    float slack = 0.05F;
};

/// One stay of one track in a zone. Frames are numbered as in FrameResult.
struct ZoneVisit {
    TrackId id = 0;               ///< ID of the track
    int class_id = 0;             ///< class of the track when it entered
    std::int64_t first_frame = 0; ///< first frame inside
    /// Last frame inside. In between, the track may have been lost for a while.
    std::int64_t last_frame = 0;

    /// Number of frames from the first to the last.
    [[nodiscard]] std::int64_t dwell() const noexcept { return last_frame - first_frame + 1; }
    friend bool operator==(const ZoneVisit&, const ZoneVisit&) = default;
};

/// How many stays began and ended. At any time, the number of tracks inside is
/// entered + appeared - left - vanished.
struct ZoneCounts {
    std::int64_t entered = 0;      ///< tracks that came from outside
    std::int64_t appeared = 0;     ///< tracks that were inside when first seen
    std::int64_t left = 0;         ///< tracks that went outside
    std::int64_t vanished = 0;     ///< tracks that were removed while inside
    std::int64_t dwell_frames = 0; ///< total length of the stays that ended, frames

    friend bool operator==(const ZoneCounts&, const ZoneCounts&) = default;
};

/// Counts the tracks that are in a part of the image, enter it and leave it, and how long they stay, by
/// class.
///
/// A track is inside from the first frame in which its anchor is in the polygon. It stays inside until its
/// anchor is farther outside than `slack` times its box's height, or the track is removed. A track that
/// jitters on the border therefore enters only once. A track that is lost for a while stays where it was.
///
///     Zone queue({.corners = {{100, 200}, {300, 200}, {300, 400}, {100, 400}}});
///     for (...) queue.update(tracker.update(frame, detections));
///     queue.visits().size(); // people in it now
class Zone {
public:
    using Options = ZoneOptions;

    /// @throws InvalidArgument  the corners are invalid, see Polygon, or the slack is out of range
    explicit Zone(Options options)
        : polygon_(std::move(options.corners)),
          anchor_(options.anchor),
          slack_(options.slack) {
        if (!(detail::is_finite(slack_) && slack_ >= 0))
            detail::throw_invalid("Zone: expected a slack >= 0, got ", slack_);
    }

    /// The border of the zone.
    [[nodiscard]] const Polygon& polygon() const noexcept { return polygon_; }

    /// Updates the zone with the tracks of the next frame.
    ///
    /// @return  the stays that ended in this frame; valid until the next call
    const std::vector<ZoneVisit>& update(const FrameResult& result) {
        return update(result.frame, result.tracks, result.events.removed);
    }

    /// The same with separate arguments.
    ///
    /// @param frame    frame number, larger than in the previous call
    /// @param tracks   tracks of this frame, each ID once; unusable boxes are skipped, see is_usable()
    /// @param removed  IDs that will not return and are forgotten
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

    /// The tracks that are inside now, by ID. Valid as long as this object.
    [[nodiscard]] const std::map<TrackId, ZoneVisit>& visits() const noexcept { return visits_; }

    /// Counts by class ID; classes that were never inside are not included. A stay counts for the class that
    /// the track had when it entered. Valid as long as this object.
    [[nodiscard]] const std::map<int, ZoneCounts>& counts() const noexcept { return counts_; }

    /// Counts over all classes.
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
    std::set<TrackId> outside_; ///< tracks seen before that are not inside
    std::map<int, ZoneCounts> counts_;
    std::vector<ZoneVisit> ended_;
};

} // namespace fgagt
