#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fgagt {

/// Options of LifecycleManager. Times are in nominal frames. The paper's rules are confirm_hits = 1,
/// birth_score = 0, max_lost_updates = 10, coast_updates = 0, and infinity for max_lost_time and
/// max_outside_time.
struct LifecycleOptions {
    std::int64_t confirm_hits = 2;         ///< number of detections that confirm a track, >= 1
    bool confirm_first_frame = true;       ///< whether objects of the very first frame need only one
    float birth_score = 0.6F;              ///< minimum confidence of a detection to start a track
    float max_lost_time = 60;              ///< a track that is unmatched for longer is removed, > 0
    std::int64_t max_lost_updates = 0;     ///< misses in a row that remove a track, >= 0; 0: no limit
    std::int64_t max_tentative_missed = 0; ///< misses in a row that a tentative track survives, >= 0
    float max_outside_time = 10;           ///< max_lost_time of a track outside the frame, > 0
    float outside_share = 0.5F;            ///< a box with a larger share outside is outside, [0, 1)
    std::int64_t coast_updates = 2;        ///< misses in a row reported at the predicted box, >= 0
    std::int64_t coast_min_hits = 3;       ///< minimum detections of a track for that, >= 0
};

/// Tracks are tentative until further detections confirm them. A confirmed track is lost from the first
/// update that it misses. The next match recovers it; without a match in time it is removed.
class LifecycleManager {
public:
    using Options = LifecycleOptions;

    LifecycleManager() : LifecycleManager(LifecycleOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit LifecycleManager(LifecycleOptions options) : options_(options) {
        const detail::OptionCheck check("LifecycleManager", "LifecycleOptions");
        check(options.confirm_hits >= 1, "confirm_hits", ">= 1", options.confirm_hits);
        check(!detail::is_nan(options.birth_score), "birth_score", "to be a number", options.birth_score);
        check(options.max_lost_time > 0, "max_lost_time", "> 0", options.max_lost_time);
        check(options.max_lost_updates >= 0, "max_lost_updates", ">= 0", options.max_lost_updates);
        check(options.max_tentative_missed >= 0, "max_tentative_missed", ">= 0",
              options.max_tentative_missed);
        check(options.max_outside_time > 0, "max_outside_time", "> 0", options.max_outside_time);
        check(options.outside_share >= 0 && options.outside_share < 1, "outside_share", "in [0, 1)",
              options.outside_share);
        check(options.coast_updates >= 0, "coast_updates", ">= 0", options.coast_updates);
        check(options.coast_min_hits >= 0, "coast_min_hits", ">= 0", options.coast_min_hits);
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// Completes a frame: continues the matched tracks, ages the others, and creates new ones.
    ///
    /// Sets ID, status, counts and `detection`; the other members of a track are not changed. Removed tracks
    /// stay in the list with TrackStatus::kRemoved; tracks that had this status before are left alone.
    ///
    /// @param tracks      [N] with the boxes expected in this frame; births are appended
    /// @param last_id     highest ID ever issued, 0 before the first
    /// @param clock       elapsed > 0
    /// @param detections  [M]
    /// @param matches     in increasing order of detection; no index occurs twice
    /// @param events      set to the events of this frame
    /// @throws InvalidArgument  elapsed is not a positive number, or a match refers to a detection or track
    ///                          that does not exist, or is out of order; nothing is changed then
    void advance(std::vector<Track>& tracks, TrackId& last_id, const FrameClock& clock,
                 std::span<const UsableDetection> detections, std::span<const Match> matches,
                 Events& events) const {
        if (detail::is_nan(clock.elapsed) || clock.elapsed <= 0)
            detail::throw_invalid("LifecycleManager::advance: expected a positive elapsed time, got ",
                                  clock.elapsed, "; use 1 for the next frame");
        require_valid(matches, detections.size(), tracks);
        events.clear();
        for (Track& track : tracks) {
            if (track.status == TrackStatus::kRemoved) continue;
            track.detection.reset();
            ++track.age;
        }
        for (const Match& match : matches)
            continue_track(tracks[match.track], detections[match.detection], events);
        for (Track& track : tracks)
            if (!track.detection && track.status != TrackStatus::kRemoved) miss(track, clock, events);
        create_tracks(tracks, last_id, clock, detections, matches, events);
        sort(events);
    }

    /// Whether a track belongs to the frame's output: confirmed and matched, or missed only recently.
    [[nodiscard]] bool reports(const Track& track) const noexcept {
        if (track.status == TrackStatus::kConfirmed) return true;
        return track.status == TrackStatus::kLost && track.missed <= options_.coast_updates &&
               track.hits >= options_.coast_min_hits;
    }

private:
    static void require_valid(std::span<const Match> matches, std::size_t detections,
                              const std::vector<Track>& tracks) {
        for (std::size_t i = 0; i < matches.size(); ++i) {
            const auto [detection, track] = matches[i];
            const bool in_order = i == 0 || detection > matches[i - 1].detection;
            if (!in_order || detection >= detections || track >= tracks.size() ||
                tracks[track].status == TrackStatus::kRemoved)
                detail::throw_invalid("LifecycleManager::advance: expected matches of the ", detections,
                                      " detections, in order, with those of ", tracks.size(),
                                      " tracks that are not removed, got detection ", detection,
                                      " with track ", track, "; check the association");
        }
    }

    static void take(Track& track, const UsableDetection& detection) {
        track.detection = detection.index;
        ++track.hits;
        track.missed = 0;
        track.missed_time = 0;
    }

    void continue_track(Track& track, const UsableDetection& detection, Events& events) const {
        take(track, detection);
        if (track.status == TrackStatus::kLost) {
            track.status = TrackStatus::kConfirmed;
            events.recovered.push_back(track.id);
        } else if (track.status == TrackStatus::kTentative && track.hits >= options_.confirm_hits) {
            track.status = TrackStatus::kConfirmed;
            events.confirmed.push_back(track.id);
        }
    }

    void miss(Track& track, const FrameClock& clock, Events& events) const {
        ++track.missed;
        track.missed_time += clock.elapsed;
        if (has_expired(track, clock.frame_size)) {
            track.status = TrackStatus::kRemoved;
            events.removed.push_back(track.id);
        } else if (track.status == TrackStatus::kConfirmed) {
            track.status = TrackStatus::kLost;
            events.lost.push_back(track.id);
        }
    }

    [[nodiscard]] bool has_expired(const Track& track, cv::Size frame_size) const noexcept {
        if (track.status == TrackStatus::kTentative && track.missed > options_.max_tentative_missed)
            return true;
        if (options_.max_lost_updates > 0 && track.missed >= options_.max_lost_updates) return true;
        if (track.missed_time > options_.max_lost_time) return true;
        return track.missed_time > options_.max_outside_time && is_outside(track.box, frame_size);
    }

    [[nodiscard]] bool is_outside(const Box& box, cv::Size frame_size) const noexcept {
        if (frame_size.empty()) return false;
        const Box frame{0, 0, static_cast<float>(frame_size.width), static_cast<float>(frame_size.height)};
        return area(box) - intersection_area(box, frame) > options_.outside_share * area(box);
    }

    void create_tracks(std::vector<Track>& tracks, TrackId& last_id, const FrameClock& clock,
                       std::span<const UsableDetection> detections, std::span<const Match> matches,
                       Events& events) const {
        const bool is_first = clock.first && options_.confirm_first_frame;
        auto match = matches.begin();
        for (std::size_t d = 0; d < detections.size(); ++d) {
            if (match != matches.end() && match->detection == d) {
                ++match;
            } else if (detections[d].confidence >= options_.birth_score) {
                Track& track = tracks.emplace_back();
                track.id = ++last_id;
                track.age = 1;
                take(track, detections[d]);
                events.born.push_back(track.id);
                if (is_first || options_.confirm_hits == 1) {
                    track.status = TrackStatus::kConfirmed;
                    events.confirmed.push_back(track.id);
                }
            }
        }
    }

    static void sort(Events& events) {
        for (auto* list : {&events.born, &events.confirmed, &events.lost, &events.recovered, &events.removed})
            std::sort(list->begin(), list->end());
    }

    Options options_;
};
static_assert(Lifecycle<LifecycleManager>);

} // namespace fgagt
