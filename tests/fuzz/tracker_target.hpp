#pragma once

#include "fuzz/byte_source.hpp"
#include "fuzz/hostile_input.hpp"
#include "fuzz/law.hpp"
#include "support/slow_lifecycle.hpp"

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/pooling/roi_align_pooler.hpp>
#include <fgagt/tracker.hpp>
#include <fgagt/weights/default_weights.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fgagt::test {

/// The expected split of the detections, made before tracking.
struct SortedDetections {
    std::vector<std::size_t> usable; ///< indices, in order
    std::vector<Rejection> rejected; ///< in order of index
};

/// A detector's score in [0, 1].
[[nodiscard]] inline float mapped_score(float score, const DetectionFilterOptions& options) {
    const double range = static_cast<double>(options.score_high) - options.score_low;
    return static_cast<float>(std::clamp((static_cast<double>(score) - options.score_low) / range, 0.0, 1.0));
}

/// Sorts detections by the rules of Rejection, comparing each one with every other.
[[nodiscard]] inline SortedDetections sorted_detections(const std::vector<Detection>& detections,
                                                        const DetectionFilterOptions& options) {
    std::map<std::size_t, RejectionReason> reasons;
    std::vector<std::size_t> by_score;
    for (std::size_t d = 0; d < detections.size(); ++d) {
        const Detection& detection = detections[d];
        const Box& box = detection.box;
        std::vector<float> numbers{box.left, box.top, box.width, box.height, detection.score};
        numbers.insert(numbers.end(), detection.appearance.begin(), detection.appearance.end());
        if (!std::ranges::all_of(numbers, [](float number) { return detail::is_finite(number); }))
            reasons[d] = RejectionReason::kNotFinite;
        else if (box.width <= 0 || box.height <= 0)
            reasons[d] = RejectionReason::kEmptyBox;
        else if (std::max({std::abs(box.left), std::abs(box.top), std::abs(box.right()),
                           std::abs(box.bottom())}) > kCoordinateLimit ||
                 std::ranges::any_of(detection.appearance,
                                     [](float number) { return std::abs(number) > kCoordinateLimit; }))
            reasons[d] = RejectionReason::kOutOfRange;
        else
            by_score.push_back(d);
    }
    const auto score = [&](std::size_t d) { return mapped_score(detections[d].score, options); };
    std::ranges::stable_sort(by_score, [&](std::size_t a, std::size_t b) { return score(a) > score(b); });
    SortedDetections sorted;
    for (const std::size_t d : by_score) {
        const auto covers = [&](std::size_t better) {
            return options.duplicate_iou < 1 && detections[better].class_id == detections[d].class_id &&
                   iou(detections[better].box, detections[d].box) > options.duplicate_iou;
        };
        if (std::ranges::any_of(sorted.usable, covers))
            reasons[d] = RejectionReason::kDuplicate;
        else
            sorted.usable.push_back(d);
    }
    std::ranges::sort(sorted.usable);
    for (const auto& [d, reason] : reasons)
        sorted.rejected.push_back({d, reason});
    return sorted;
}

/// Whether two states are equal, apart from the flow's data of the last frame.
template <class State>
[[nodiscard]] bool same_state(const State& a, const State& b) {
    const auto same_appearance = [](const auto& x, const auto& y) {
        return x.mean == y.mean && x.from_caller == y.from_caller;
    };
    return a.tracks == b.tracks && a.motions == b.motions &&
           std::ranges::equal(a.appearances, b.appearances, same_appearance) &&
           a.scores.scores == b.scores.scores && a.scores.oldest == b.scores.oldest &&
           a.last_id == b.last_id && a.frames == b.frames && a.timestamp == b.timestamp &&
           a.elapsed_without_detector == b.elapsed_without_detector;
}

[[nodiscard]] inline bool same_result(const FrameResult& a, const FrameResult& b) {
    return a.frame == b.frame && a.tracks == b.tracks && a.events == b.events && a.rejected == b.rejected;
}

/// Drives a tracker with frames and calls that are derived from a string of bytes. After each call, checks
/// that the result and the state follow from the input, the matches and a slow lifecycle.
///
/// A second tracker gets only the input that the first one accepted, in whole updates. Everything else that
/// is done to the first one must leave no trace: refused input, abandoned frames, single steps.
template <class AnyTracker>
class TrackerSession {
public:
    using State = typename AnyTracker::State;

    /// @param dimension  length of appearance vectors
    TrackerSession(ByteSource& bytes, const typename AnyTracker::Components& components,
                   const TrackerOptions& options, std::size_t dimension)
        : bytes_(bytes),
          input_(bytes, dimension),
          dimension_(dimension),
          tracker_(components, options),
          control_(tracker_),
          lifecycle_(components.lifecycle.options()) {}

    /// Runs until the bytes are used up or this many frames have been tracked.
    void run(std::int64_t frames) {
        while (!bytes_.empty() && tracked_ < frames)
            act();
    }

    /// The number of tracked frames.
    [[nodiscard]] std::int64_t tracked() const noexcept { return tracked_; }

private:
    struct Seen {
        std::size_t index;  ///< in the caller's list
        std::size_t usable; ///< among the usable ones
        Detection detection;
        float score; ///< in [0, 1]
    };

    void act() {
        switch (bytes_.below(16)) {
        case 0:
            reset();
            break;
        case 1:
            give_up();
            break;
        case 2:
            misuse();
            break;
        case 3:
            replace_by_copy();
            break;
        case 4:
            miss();
            break;
        case 5:
        case 6:
            propagate();
            break;
        case 7:
        case 8:
        case 9:
            update(
                next(), [&](const FrameInput& input) -> auto& { return step(input); });
            break;
        default:
            update(
                next(), [&](const FrameInput& input) -> auto& { return whole(tracker_, input); });
        }
    }

    FrameInput next() { return input_.next(time_, AnyTracker::kReadsFrames); }

    static const FrameResult& whole(AnyTracker& tracker, const FrameInput& input) {
        if constexpr (AnyTracker::kReadsFrames)
            return tracker.update(input.frame, input.detections, input.info);
        else
            return tracker.update(input.detections, input.info);
    }
    static const FrameResult& propagated(AnyTracker& tracker, const FrameInput& input) {
        if constexpr (AnyTracker::kReadsFrames)
            return tracker.propagate(input.frame, input.info);
        else
            return tracker.propagate(input.info);
    }
    void begin(const FrameInput& input) {
        if constexpr (AnyTracker::kReadsFrames)
            tracker_.begin(input.frame, input.detections, input.info);
        else
            tracker_.begin(input.detections, input.info);
    }

    /// One of the steps between `begin` and `commit`.
    void step(std::size_t number) {
        constexpr void (AnyTracker::*kSteps[])() = {&AnyTracker::propagate_tracks,
                                                    &AnyTracker::extract_features, &AnyTracker::pool_features,
                                                    &AnyTracker::associate};
        (tracker_.*kSteps[number])();
    }
    const FrameResult& step(const FrameInput& input) {
        begin(input);
        for (std::size_t number = 0; number < 4; ++number)
            step(number);
        check_evidence();
        return tracker_.commit();
    }

    // Calls.

    template <class Update>
    void update(const FrameInput& input, Update update) {
        const State before = tracker_.state();
        const FrameResult* result = attempt(input, update);
        if (result == nullptr) return;
        check_update(before, input, *result);
        require(same_result(*result, whole(control_, input)), "a tracker's state depends only on its frames");
        finish(input);
    }

    void propagate() {
        FrameInput input = next();
        input.detections.clear();
        const State before = tracker_.state();
        const FrameResult* result = attempt(
            input, [&](const FrameInput&) -> auto& { return propagated(tracker_, input); });
        if (result == nullptr) return;
        check_prediction(before, input, *result);
        require(same_result(*result, propagated(control_, input)),
                "a tracker's state depends only on its frames");
        finish(input);
    }

    /// Some frames without detections.
    void miss() {
        FrameInput input;
        if constexpr (AnyTracker::kReadsFrames) input.frame = cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(90));
        for (std::size_t count = 1 + bytes_.below(32); count > 0; --count)
            update(
                input, [&](const FrameInput&) -> auto& { return whole(tracker_, input); });
    }

    void reset() {
        const TrackId last_id = tracker_.state().last_id;
        tracker_.reset();
        control_.reset();
        State empty;
        empty.last_id = last_id;
        require(same_state(tracker_.state(), empty), "reset keeps only the last used ID");
        lifecycle_ = SlowLifecycle(tracker_.components().lifecycle.options());
        seen_.clear();
        time_.reset();
        since_update_ = 0;
    }

    /// A frame that is begun but not finished.
    void give_up() {
        const FrameInput input = next();
        const State before = tracker_.state();
        const bool sound = is_sound(input);
        try {
            begin(input);
            for (std::size_t number = 0, steps = bytes_.below(5); number < steps; ++number)
                step(number);
        } catch (const InvalidArgument&) {
            require(!sound, "valid input is accepted");
        }
        require(same_state(tracker_.state(), before), "an abandoned frame leaves no trace");
    }

    /// A step of a frame that is finished or was refused.
    void misuse() {
        const FrameInput input = next();
        const std::size_t number = bytes_.below(5);
        update(
            input, [&](const FrameInput&) -> auto& { return whole(tracker_, input); });
        const State after = tracker_.state();
        bool refused = false;
        try {
            if (number < 4)
                step(number);
            else
                tracker_.commit();
        } catch (const InvalidArgument&) {
            refused = true;
        }
        require(refused, "a step without its frame is refused");
        require(same_state(tracker_.state(), after), "a refused step leaves no trace");
    }

    void replace_by_copy() {
        AnyTracker copy = tracker_;
        tracker_ = std::move(copy);
    }

    /// The result of the call; null if it refuses the input. It must refuse invalid input, and no other, and
    /// leave the tracker unchanged in that case.
    template <class Call>
    const FrameResult* attempt(const FrameInput& input, Call call) {
        const State before = tracker_.state();
        const bool sound = is_sound(input);
        try {
            const FrameResult& result = call(input);
            require(sound, "invalid input is refused");
            return &result;
        } catch (const InvalidArgument& error) {
            require_printable(error.what());
            require(!sound, "valid input is accepted");
            require(same_state(tracker_.state(), before), "refused input leaves no trace");
            return nullptr;
        }
    }

    /// Whether the input is valid according to the docstring of `update`.
    [[nodiscard]] bool is_sound(const FrameInput& input) const {
        if (const std::optional<double> time = input.info.timestamp)
            if (!detail::is_finite(*time) || (time_ && *time <= *time_)) return false;
        if (const std::optional<Affine>& camera = input.info.camera_motion)
            for (const double entry : {camera->a, camera->b, camera->tx, camera->c, camera->d, camera->ty})
                if (!detail::is_finite(entry)) return false;
        if constexpr (AnyTracker::kReadsFrames) {
            const std::set<int> types{CV_8UC1, CV_8UC3, CV_8UC4};
            if (input.frame.empty() || !types.contains(input.frame.type())) return false;
        }
        const DetectionFilterOptions& options = tracker_.options().detections;
        const SortedDetections sorted = sorted_detections(input.detections, options);
        if (options.unusable_is_error && std::ranges::any_of(sorted.rejected, [](const Rejection& rejection) {
                return rejection.reason != RejectionReason::kDuplicate;
            }))
            return false;
        return std::ranges::all_of(sorted.usable, [&](std::size_t d) {
            const std::size_t length = input.detections[d].appearance.size();
            return length == 0 || length == dimension_;
        });
    }

    // Laws.

    [[nodiscard]] float elapsed(const FrameInput& input) const {
        if (!input.info.timestamp || !time_) return 1;
        const double frames = (*input.info.timestamp - *time_) * tracker_.options().frame_rate;
        return static_cast<float>(std::clamp(frames, 1e-6, 1e9));
    }

    /// Checks both trackers and their clock after a frame.
    void finish(const FrameInput& input) {
        require(same_state(tracker_.state(), control_.state()),
                "a tracker's state depends only on its frames");
        if (input.info.timestamp)
            time_ = input.info.timestamp;
        else if (time_) {
            const double next = *time_ + 1 / tracker_.options().frame_rate;
            time_ = detail::is_finite(next) ? next : std::numeric_limits<double>::max();
        }
        require(tracker_.state().timestamp == time_, "time advances");
        ++tracked_;
    }

    void check_evidence() const {
        const Evidence evidence = tracker_.evidence();
        const auto& work = tracker_.work();
        const std::size_t m = evidence.detections.size(), n = evidence.tracks.size();
        if (m + n == 0) return;
        require(evidence.has_features_d.size() == m && evidence.has_features_t.size() == n,
                "every box has features or not");
        for (std::size_t d = 0; d < m; ++d)
            for (std::size_t t = 0; t < n; ++t) {
                const auto row = static_cast<Eigen::Index>(d), column = static_cast<Eigen::Index>(t);
                require(evidence.iou(row, column) ==
                            static_cast<float>(iou(evidence.detections[d].box, evidence.tracks[t].box)),
                        "overlaps match each pair of boxes");
                require(std::abs(evidence.similarity(row, column)) <= 1, "similarities lie in [-1, 1]");
            }
        require(work.features_d.allFinite() && work.features_t.allFinite(), "features are finite");
    }

    void check_update(const State& before, const FrameInput& input, const FrameResult& result) {
        const SortedDetections sorted = check_detections(input, result);
        check_matches(before);
        const auto& work = tracker_.work();
        std::map<TrackId, Box> found, expected;
        TrackId last_id = before.last_id;
        std::vector<bool> matched(work.detections.size(), false);
        const auto see = [&](TrackId id, std::size_t d) {
            const std::size_t index = sorted.usable[d];
            seen_[id] = {index, d, input.detections[index], work.detections[d].score};
            found[id] = input.detections[index].box;
        };
        for (const Match& match : work.matches) {
            matched[match.detection] = true;
            see(before.tracks[match.track].id, match.detection);
        }
        for (std::size_t d = 0; d < matched.size(); ++d)
            if (!matched[d] && work.detections[d].confidence >= birth_score()) see(++last_id, d);
        for (std::size_t t = 0; t < before.tracks.size(); ++t)
            expected[before.tracks[t].id] = work.boxes_t[t];

        require(work.elapsed == elapsed(input), "elapsed time matches the timestamps");
        const cv::Size size = AnyTracker::kReadsFrames ? input.frame.size() : input.info.frame_size;
        const Events events = lifecycle_.update(since_update_ + work.elapsed, size, found, expected);
        since_update_ = 0;
        require(result.events == events, "events follow the rules");
        require(tracker_.state().last_id == last_id,
                "every unmatched detection with the birth score creates a track");
        std::erase_if(lifecycle_.lives, [](const auto& entry) { return entry.second.removed; });
        for (const TrackId id : events.removed)
            seen_.erase(id);
        check_tracks(before, result, found, expected);
    }

    void check_prediction(const State& before, const FrameInput& input, const FrameResult& result) {
        lifecycle_.propagate();
        since_update_ += elapsed(input);
        require(tracker_.work().elapsed == elapsed(input), "elapsed time matches the timestamps");
        require(result.events == Events{} && result.rejected.empty(),
                "there are no events without a detector");
        require(tracker_.state().last_id == before.last_id, "no track is born without a detector");
        check_tracks(before, result, {}, {});
    }

    /// @return  the expected split of the detections
    SortedDetections check_detections(const FrameInput& input, const FrameResult& result) const {
        const auto& work = tracker_.work();
        SortedDetections sorted = sorted_detections(input.detections, tracker_.options().detections);
        require(result.rejected == sorted.rejected, "rejections and their reasons follow the rules");
        require(std::ranges::equal(work.detections, sorted.usable, {}, &UsableDetection::index),
                "all other detections are used");
        require(work.levels.sure > 0 && work.levels.sure <= work.levels.birth && work.levels.birth < 1,
                "score levels are in order");
        for (std::size_t d = 0; d < sorted.usable.size(); ++d) {
            const float score = input.detections[sorted.usable[d]].score;
            require(work.detections[d].score == mapped_score(score, tracker_.options().detections),
                    "scores are mapped");
            require(work.detections[d].confidence >= 0 && work.detections[d].confidence <= 1,
                    "calibrated scores lie in [0, 1]");
        }
        return sorted;
    }

    void check_matches(const State& before) const {
        const auto& work = tracker_.work();
        std::set<std::size_t> detections, tracks;
        for (const Match& match : work.matches) {
            require(match.detection < work.detections.size() && match.track < before.tracks.size(),
                    "a match consists of a detection and a track");
            require(detections.empty() || match.detection > *detections.rbegin(),
                    "matches are in order of detection");
            require(detections.insert(match.detection).second && tracks.insert(match.track).second,
                    "no detection or track is matched twice");
            require(work.detections[match.detection].class_id == before.tracks[match.track].class_id,
                    "different classes are not matched");
        }
    }

    /// @param found     ID -> box of its detection in this frame
    /// @param expected  ID -> predicted box, in a frame with a detector
    void check_tracks(const State& before, const FrameResult& result, const std::map<TrackId, Box>& found,
                      const std::map<TrackId, Box>& expected) const {
        const State& state = tracker_.state();
        require(result.frame == before.frames && state.frames == before.frames + 1, "frames are counted");
        require(state.elapsed_without_detector == since_update_, "time without a detector is counted");
        require(state.tracks.size() == lifecycle_.lives.size() &&
                    state.motions.size() == state.tracks.size() &&
                    state.appearances.size() == state.tracks.size(),
                "exactly the living tracks are kept");
        std::vector<Track> reported;
        auto life = lifecycle_.lives.begin();
        for (std::size_t t = 0; t < state.tracks.size(); ++t, ++life) {
            const Track& track = state.tracks[t];
            require(track.id == life->first, "tracks are in order of ID");
            check_track(track, life->second, found.contains(track.id));
            if (expected.contains(track.id) && !track.detection)
                require(track.box == expected.at(track.id), "a missed track is at its predicted box");
            check_motion(state.motions[t]);
            check_appearance(before, state.appearances[t], track);
            if (!lifecycle_.reports(life->second)) continue;
            reported.push_back(track);
            if (track.detection && tracker_.options().reported_box == ReportedBox::kDetection)
                reported.back().box = found.at(track.id);
        }
        require(result.tracks == reported, "confirmed tracks and recently missed ones are reported");
    }

    void check_track(const Track& track, const SlowLifecycle::Life& life, bool is_found) const {
        const Seen& seen = seen_.at(track.id);
        require(is_usable(track.box), "boxes are finite and not empty");
        require(track.status == lifecycle_.status(life), "a track's status follows the rules");
        require(track.age == SlowLifecycle::age(life), "an age counts frames since birth");
        require(track.hits == SlowLifecycle::hits(life), "hits count detections");
        require(track.missed == SlowLifecycle::missed(life), "misses count updates without a detection");
#ifdef __FAST_MATH__
        constexpr float kRounding = 1e-5F; // error of sums of less than a hundred floats, in any order
#else
        constexpr float kRounding = 0;
#endif
        const float missed_time = SlowLifecycle::missed_time(life);
        require(detail::is_finite(track.missed_time) &&
                    std::abs(track.missed_time - missed_time) <= kRounding * missed_time,
                "missed time is the time since the last detection");
        require(track.hits <= track.age && track.missed < track.age, "counts fit the age");
        require(track.detection == (is_found ? std::optional(seen.index) : std::nullopt),
                "a track contains the index of its detection in the caller's list");
        require(track.observed == seen.detection.box && track.class_id == seen.detection.class_id &&
                    track.tag == seen.detection.tag && track.score == seen.score,
                "a track has the values of its last detection");
        require(track.covered >= 0 && track.covered <= 1, "fractions are in [0, 1]");
    }

    static void check_motion(const KalmanState& motion) {
        for (const KalmanAxis& axis : {motion.x, motion.y, motion.width, motion.height})
            for (const double value : {axis.position, axis.velocity, axis.position_variance, axis.covariance,
                                       axis.velocity_variance})
                require(detail::is_finite(value), "motion is finite");
    }
    static void check_motion(const HoldMotion::State& box) {
        require(is_usable(box), "held boxes are finite and not empty");
    }

    /// The stored appearance of a track is unchanged, or averaged with the features of its detection.
    void check_appearance(const State& before, const AppearanceMemory::State& appearance,
                          const Track& track) const {
        const AppearanceMemoryOptions& options = tracker_.options().appearance;
        const auto& work = tracker_.work();
        const auto known = std::ranges::find(before.tracks, track.id, &Track::id);
        std::vector<float> expected;
        if (known != before.tracks.end())
            expected = before.appearances[static_cast<std::size_t>(known - before.tracks.begin())].mean;
        const std::size_t d = seen_.at(track.id).usable;
        if (track.detection && work.has_features_d[d] != 0) {
            const auto features = detail::row_of(work.features_d, d);
            const bool is_clear =
                work.detections[d].confidence >= options.min_score && track.covered <= options.max_covered;
            if (expected.empty())
                expected.assign(features.begin(), features.end());
            else if (is_clear)
                for (std::size_t k = 0; k < expected.size(); ++k)
                    expected[k] = options.momentum * expected[k] + (1 - options.momentum) * features[k];
        }
        const auto near = [](float a, float b) { // the compiler may fuse products and sums
            return detail::is_finite(a) &&
                   std::abs(a - b) <= 1e-6F * std::abs(a) + std::numeric_limits<float>::min();
        };
        require(std::ranges::equal(appearance.mean, expected, near), "stored appearances follow the rules");
        require(expected.empty() || expected.size() == dimension_, "appearances have the pooler's dimension");
    }

    [[nodiscard]] float birth_score() const {
        return tracker_.components().lifecycle.options().birth_score;
    }

    ByteSource& bytes_;
    HostileInput input_;
    std::size_t dimension_;
    AnyTracker tracker_;
    AnyTracker control_;
    SlowLifecycle lifecycle_;
    std::map<TrackId, Seen> seen_; ///< the last detection of each living track
    std::optional<double> time_;   ///< of the last frame, seconds
    float since_update_ = 0;       ///< nominal frames since a detector ran
    std::int64_t tracked_ = 0;
};

/// Drives one of the library's trackers, with or without frames, with hostile detections, frames and calls;
/// see TrackerSession. Returns the number of tracked frames.
///
/// @throws BrokenLaw  a law does not hold
inline std::int64_t check_tracker(std::string_view data) {
    ByteSource bytes(data);
    const std::size_t kind = bytes.below(8);
    const LifecycleManager lifecycle(lifecycle_options(bytes));
    const TrackerOptions options = tracker_options(bytes);
    const auto tracked = [&]<class AnyTracker>(std::type_identity<AnyTracker>,
                                               typename AnyTracker::Components components, auto dimension) {
        constexpr std::int64_t kFrames = AnyTracker::kReadsFrames ? 40 : 200;
        components.lifecycle = lifecycle;
        TrackerSession<AnyTracker> session(bytes, components, options, static_cast<std::size_t>(dimension));
        session.run(kFrames);
        return session.tracked();
    };
    switch (kind) {
    case 7:
        return tracked(std::type_identity<Tracker<>>(), {}, StripePooler().dimension());
    case 6: {
        static const NetworkWeights weights = default_weights();
        return tracked(std::type_identity<GraphTracker<>>(), GraphTracker<>::learned(weights),
                       weights.embedding.rows());
    }
    case 5:
        return tracked(std::type_identity<PaperTracker<>>(), PaperTracker<>::published(),
                       RoiAlignPooler().options().dimension);
    default: {
        const int dimension = kind == 4 ? 2 : 0;
        return tracked(std::type_identity<GeometryTracker>(),
                       {.pooler = NoPooler<NoMap>({.dimension = dimension})}, dimension);
    }
    }
}

} // namespace fgagt::test
