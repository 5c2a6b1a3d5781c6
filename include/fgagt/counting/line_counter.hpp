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

/// A counting line from `start` to `end`.
struct LineCounterOptions {
    cv::Point2f start;             ///< continuous image pixels, within kCoordinateLimit
    cv::Point2f end;               ///< likewise, different from `start`
    Anchor anchor = Anchor::kFoot; ///< which point of a box must cross
    /// Minimum distance from the line to be on a side, as a fraction of the box's height, >= 0.
    float slack = 0.05F;
};

/// The direction in which a track crosses a line, seen from the line's start looking towards its end. If the
/// line runs from left to right in the image, its right side is below it.
enum class CrossingDirection : std::uint8_t {
    kToRight, ///< from left to right
    kToLeft,  ///< from right to left
};

/// One track crossed a line.
struct Crossing {
    TrackId id = 0;                                            ///< ID of the track
    int class_id = 0;                                          ///< class of the track after it crossed
    CrossingDirection direction = CrossingDirection::kToRight; ///< from which side to which

    friend bool operator==(const Crossing&, const Crossing&) = default;
};

/// How often a line was crossed.
struct LineCounts {
    std::int64_t to_right = 0; ///< from left to right
    std::int64_t to_left = 0;  ///< from right to left

    friend bool operator==(const LineCounts&, const LineCounts&) = default;
};

/// Counts the tracks that cross a line, by class and direction.
///
/// A track is on a side if the distance of its anchor from the infinite line exceeds `slack` times its box's
/// height. If it is closer, it keeps its previous side. A track has crossed when its side changes and its
/// path last met the infinite line within the segment. A track that jitters on the line is therefore not
/// counted again until it has really reached the other side, and a track that walks around an end of the line
/// is not counted at all. The path between two frames that report a track is taken as straight, so a track
/// that is lost on one side of the line and found on the other has crossed. The line is fixed in the image
/// and does not follow a moving camera.
///
///     LineCounter door({.start = {100, 300}, .end = {500, 300}});
///     for (...) door.update(tracker.update(frame, detections));
///     door.total().to_right;
class LineCounter {
public:
    using Options = LineCounterOptions;

    /// @throws InvalidArgument  an end is not finite or too far away, both ends are equal, or the slack is
    ///                          out of range
    explicit LineCounter(Options options) : options_(options) {
        for (const cv::Point2f end : {options.start, options.end})
            if (!is_usable(end))
                detail::throw_invalid("LineCounter: expected end points within ", kCoordinateLimit,
                                      " pixels, got (", end.x, ", ", end.y, ")");
        if (options.start == options.end)
            detail::throw_invalid("LineCounter: expected two different ends, got (", options.start.x, ", ",
                                  options.start.y, ") twice");
        if (!(detail::is_finite(options.slack) && options.slack >= 0))
            detail::throw_invalid("LineCounter: expected a slack >= 0, got ", options.slack);
    }

    /// The options it was created with.
    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// Updates the counts with the tracks of the next frame.
    ///
    /// @return  the crossings in this frame, in the order of the tracks; valid until the next call
    const std::vector<Crossing>& update(const FrameResult& result) {
        return update(result.tracks, result.events.removed);
    }

    /// The same with separate arguments.
    ///
    /// @param tracks   tracks of this frame, each ID once; unusable boxes are skipped, see is_usable()
    /// @param removed  IDs that will not return and are forgotten
    const std::vector<Crossing>& update(std::span<const Track> tracks,
                                        std::span<const TrackId> removed = {}) {
        crossings_.clear();
        for (const Track& track : tracks)
            if (is_usable(track.box)) follow(track);
        for (const TrackId id : removed)
            walks_.erase(id);
        return crossings_;
    }

    /// Counts by class ID; classes that never crossed are not included. Valid as long as this object.
    [[nodiscard]] const std::map<int, LineCounts>& counts() const noexcept { return counts_; }

    /// Counts over all classes.
    [[nodiscard]] LineCounts total() const noexcept {
        LineCounts sum;
        for (const auto& [class_id, counts] : counts_) {
            sum.to_right += counts.to_right;
            sum.to_left += counts.to_left;
        }
        return sum;
    }

private:
    /// A point relative to the line.
    struct Place {
        double along = 0; ///< position along the segment: 0 at its start, 1 at its end
        double right = 0; ///< distance from the infinite line, pixels; < 0: to the left
    };

    struct Walk {
        Place place;
        std::optional<bool> on_right; ///< empty: not on a side yet
        bool met_segment = false;     ///< whether it last met the infinite line within the segment
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

    /// @param a, b  points on different sides
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
