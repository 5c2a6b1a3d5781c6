#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/snapshot.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/score_levels.hpp>
#include <fgagt/pooling/appearance_memory.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace fgagt {

/// The state that a tracker carries from frame to frame: a plain value.
template <class MotionState, class FlowImage>
struct TrackerState {
    std::vector<Track> tracks;        ///< [N] tentative, confirmed and lost ones, in order of ID
    std::vector<MotionState> motions; ///< [N]
    std::vector<AppearanceMemory::State> appearances; ///< [N]
    ScoreLevels::State scores;                        ///< what was learned about scores
    TrackId last_id = 0;                              ///< highest ID ever issued
    std::int64_t frames = 0;                          ///< frames since construction or `reset`
    std::optional<double> timestamp;                  ///< of the last frame, seconds
    float elapsed_without_detector = 0;               ///< nominal frames since the last `update`
    FlowImage image;                                  ///< what the flow keeps of the last frame
};

/// For snapshots.
template <class Archive>
void transfer(Archive& archive, Box& box) {
    archive(box.left, box.top, box.width, box.height);
}

/// For snapshots.
template <class Archive>
void transfer(Archive& archive, Track& track) {
    archive(track.id, track.box, track.observed, track.score, track.class_id, track.status, track.detection,
            track.tag, track.age, track.hits, track.missed, track.missed_time, track.covered);
}

/// For snapshots.
template <class Archive, detail::Transferable MotionState, detail::Transferable FlowImage>
void transfer(Archive& archive, TrackerState<MotionState, FlowImage>& state) {
    archive(state.tracks, state.motions, state.appearances, state.scores, state.last_id, state.frames,
            state.timestamp, state.elapsed_without_detector, state.image);
}

namespace detail {

inline constexpr std::int64_t kMaxCount = std::int64_t{1} << 62U; ///< leaves room to keep counting

/// Whether a track's values are valid after a frame.
[[nodiscard]] inline bool is_sound(const Track& track) noexcept {
    return track.id >= 1 && is_usable(track.box) && is_usable(track.observed) &&
           is_within(track.score, 0, 1) && track.status <= TrackStatus::kLost && track.age >= 1 &&
           track.age <= kMaxCount && track.hits >= 1 && track.hits <= track.age && track.missed >= 0 &&
           track.missed < track.age && is_finite(track.missed_time) && track.missed_time >= 0 &&
           is_within(track.covered, 0, 1);
}

/// Moves the tracks that are not removed to the front, in order, and returns their number.
template <class MotionState, class FlowImage>
[[nodiscard]] std::size_t move_kept_to_front(TrackerState<MotionState, FlowImage>& state) {
    std::size_t kept = 0;
    for (std::size_t t = 0; t < state.tracks.size(); ++t) {
        if (state.tracks[t].status == TrackStatus::kRemoved) continue;
        if (kept != t) {
            state.tracks[kept] = state.tracks[t];
            state.motions[kept] = std::move(state.motions[t]);
            std::swap(state.appearances[kept], state.appearances[t]);
        }
        ++kept;
    }
    return kept;
}

/// A requirement that the state violates, apart from the components' own; nullptr if there is none.
///
/// @param window  maximum number of remembered scores
template <class MotionState, class FlowImage>
[[nodiscard]] const char* fault_of(const TrackerState<MotionState, FlowImage>& state, std::size_t window) {
    const std::vector<Track>& tracks = state.tracks;
    if (state.motions.size() != tracks.size() || state.appearances.size() != tracks.size())
        return "a motion and an appearance for every track";
    if (!std::ranges::all_of(tracks, [](const Track& track) { return is_sound(track); }))
        return "tracks with numbers in range";
    if (std::ranges::adjacent_find(tracks, [](const Track& a, const Track& b) { return a.id >= b.id; }) !=
        tracks.end())
        return "tracks in order of ID";
    const TrackId highest = tracks.empty() ? 0 : tracks.back().id;
    if (state.last_id < highest || state.last_id > kMaxCount) return "no ID above the highest one issued";
    if (state.frames < 0 || state.frames > kMaxCount) return "a valid number of frames";
    if (state.timestamp && !is_finite(*state.timestamp)) return "a finite timestamp";
    if (!(is_finite(state.elapsed_without_detector) && state.elapsed_without_detector >= 0))
        return "a finite time without a detector";
    for (const AppearanceMemory::State& appearance : state.appearances)
        if (!std::ranges::all_of(appearance.mean, [](const float& value) { return is_finite(value); }))
            return "finite features";
    const std::vector<float>& scores = state.scores.scores;
    if (scores.size() > window || (state.scores.oldest != 0 && state.scores.oldest >= scores.size()) ||
        (state.scores.oldest != 0 && scores.size() < window))
        return "at most as many scores as the score window";
    if (!std::ranges::all_of(scores, [](const float& score) { return is_within(score, 0, 1); }))
        return "scores in [0, 1]";
    return nullptr;
}

} // namespace detail
} // namespace fgagt
