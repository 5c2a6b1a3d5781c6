#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/counting/anchor.hpp>
#include <fgagt/tracker/frame_result.hpp>

#include <opencv2/core.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace fgagt {

/// A line to be passed, from `start` to `end`.
struct LineCounterOptions {
    cv::Point2f start;             ///< continuous image coordinates, pixels, within kCoordinateLimit
    cv::Point2f end;               ///< another point
    Anchor anchor = Anchor::kFoot; ///< which point of a box passes
    /// How far from the line a track must be to be on a side, as a share of its box's height, >= 0.
    float slack = 0.05F;
};

/// Where a track goes as it passes a line, for one who stands at its start and looks to its end. In the
/// image of a line from left to right, the right is below it.
enum class CrossingDirection : std::uint8_t {
    kToRight, ///< from left to right
    kToLeft,  ///< from right to left
};

/// One track passed a line.
struct Crossing {
    TrackId id = 0;                                            ///< of the track
    int class_id = 0;                                          ///< of the track, when it had passed
    CrossingDirection direction = CrossingDirection::kToRight; ///< from which side to which

    friend bool operator==(const Crossing&, const Crossing&) = default;
};

/// How often a line was passed.
struct LineCounts {
    std::int64_t to_right = 0; ///< from left to right
    std::int64_t to_left = 0;  ///< from right to left

    friend bool operator==(const LineCounts&, const LineCounts&) = default;
};

/// Counts the tracks that pass a line, by class and direction.
///
/// A track is on a side when its anchor is farther from the infinite line than `slack` times its box's
/// height; nearer than that it stays on the side where it was. It passed when its side changes and the place
/// where its way last met the infinite line is on the segment. So whoever jitters on the line is not counted
/// again until it has really gone to the other side, and whoever walks around an end of the line is not
/// counted at all. Between two frames that report a track, its way is straight: one that was lost before the
/// line and found behind it has passed. The line is fixed in the image: a camera that moves needs another.
///
///     LineCounter door({.start = {100, 300}, .end = {500, 300}});
///     for (...) door.update(tracker.update(frame, detections));
///     door.total().to_right;
class LineCounter {
public:
    using Options = LineCounterOptions;

    /// @throws InvalidArgument  an end is not finite or too far away, both are the same, or the slack is out
    /// of its range
    explicit LineCounter(Options options) : options_(options) {
        for (const cv::Point2f end : {options.start, options.end})
            if (!is_usable(end))
                detail::throw_invalid("LineCounter: expected ends within ", kCoordinateLimit,
                                      " pixels, got (", end.x, ", ", end.y, ")");
        if (options.start == options.end)
            detail::throw_invalid("LineCounter: expected two ends that differ, got (", options.start.x, ", ",
                                  options.start.y, ") twice");
        if (!(detail::is_finite(options.slack) && options.slack >= 0))
            detail::throw_invalid("LineCounter: expected a slack >= 0, got ", options.slack);
    }

    /// What it was made of.
    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// Takes the tracks of one frame, in the order of time.
    ///
    /// @return  who passed now, in the order of the tracks; valid until the next call
    const std::vector<Crossing>& update(const FrameResult& result) {
        return update(result.tracks, result.events.removed);
    }

    /// The same from parts.
    ///
    /// @param tracks   of this frame, each id once; a box that is not is_usable() is passed over
    /// @param removed  ids that never come again, which are forgotten
    const std::vector<Crossing>& update(std::span<const Track> tracks,
                                        std::span<const TrackId> removed = {}) {
        crossings_.clear();
        for (const Track& track : tracks)
            if (is_usable(track.box)) follow(track);
        for (const TrackId id : removed)
            walks_.erase(id);
        return crossings_;
    }

    /// By class id; a class that never passed is not there. Valid as long as this object.
    [[nodiscard]] const std::map<int, LineCounts>& counts() const noexcept { return counts_; }

    /// Of all classes.
    [[nodiscard]] LineCounts total() const noexcept {
        LineCounts sum;
        for (const auto& [class_id, counts] : counts_) {
            sum.to_right += counts.to_right;
            sum.to_left += counts.to_left;
        }
        return sum;
    }

private:
    /// A point as the line sees it.
    struct Place {
        double along = 0; ///< of the segment: 0 at its start, 1 at its end
        double right = 0; ///< distance from the infinite line, pixels; negative: to the left
    };

    struct Walk {
        Place place;
        std::optional<bool> on_right; ///< empty: on no side yet
        bool met_segment = false;     ///< the last time that it met the infinite line
    };

    [[nodiscard]] Place place_of(cv::Point2f point) const noexcept {
        const cv::Point2d line = cv::Point2d(options_.end) - cv::Point2d(options_.start);
        const cv::Point2d way = cv::Point2d(point) - cv::Point2d(options_.start);
        return {way.dot(line) / line.dot(line), line.cross(way) / std::hypot(line.x, line.y)};
    }

    void follow(const Track& track) {
        const Place place = place_of(anchor_of(track.box, options_.anchor));
        const auto [known, is_new] = walks_.try_emplace(track.id, Walk{place, std::nullopt, false});
        Walk& walk = known->second;
        if ((walk.place.right > 0) != (place.right > 0)) walk.met_segment = meets_segment(walk.place, place);
        walk.place = place;
        if (std::abs(place.right) <= options_.slack * track.box.height) return;
        const bool on_right = place.right > 0;
        if (walk.on_right && *walk.on_right != on_right && walk.met_segment) count(track, on_right);
        walk.on_right = on_right;
    }

    /// @param a, b  on different sides
    static bool meets_segment(const Place& a, const Place& b) noexcept {
        const double along = a.along + (b.along - a.along) * (a.right / (a.right - b.right));
        return along >= 0 && along <= 1;
    }

    void count(const Track& track, bool to_right) {
        LineCounts& counts = counts_[track.class_id];
        ++(to_right ? counts.to_right : counts.to_left);
        crossings_.push_back(
            {track.id, track.class_id, to_right ? CrossingDirection::kToRight : CrossingDirection::kToLeft});
    }

    Options options_;
    std::unordered_map<TrackId, Walk> walks_;
    std::map<int, LineCounts> counts_;
    std::vector<Crossing> crossings_;
};

} // namespace fgagt
