#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/frame_type.hpp>
#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/snapshot.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/detection_filter.hpp>
#include <fgagt/detection/score_levels.hpp>
#include <fgagt/pooling/appearance_memory.hpp>
#include <fgagt/tracker/detail/feature_pooling.hpp>
#include <fgagt/tracker/detail/frame_time.hpp>
#include <fgagt/tracker/detail/observations.hpp>
#include <fgagt/tracker/detail/require_kept.hpp>
#include <fgagt/tracker/detail/seen_flows.hpp>
#include <fgagt/tracker/detail/spare_appearances.hpp>
#include <fgagt/tracker/detail/step_guard.hpp>
#include <fgagt/tracker/detail/stopwatch.hpp>
#include <fgagt/tracker/frame_result.hpp>
#include <fgagt/tracker/intermediates.hpp>
#include <fgagt/tracker/options.hpp>
#include <fgagt/tracker/parts.hpp>
#include <fgagt/tracker/tracker_state.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fgagt {

/// Online multi-object tracker (FGAGT, arXiv 2010.09015), driven one frame at a time.
///
///     fgagt::Tracker<> tracker;
///     for (cv::Mat frame; video.read(frame);)
///         for (const fgagt::Track& track : tracker.update(frame, detect(frame)).tracks) show(track);
///
/// Every part is a type that you can replace by your own, as long as it models the concept. Every parameter
/// is an option of the part it belongs to.
///
/// `update` either completes, or throws and leaves the tracker unchanged. Two threads must not use one
/// tracker at the same time; separate trackers share nothing. Copying a tracker copies its state.
///
/// @tparam T  a backbone, which replaces the default one; or parts by name, see DefaultParts
template <class T = ColourBackbone>
requires TrackerParts<detail::PartsOf<T>>
class Tracker {
    using Parts = detail::PartsOf<T>;
    using B = typename Parts::Backbone;
    using F = typename Parts::Flow;
    using M = typename Parts::Motion;
    using P = typename Parts::Pooler;
    using G = typename Parts::Graph;
    using A = typename Parts::Association;
    using L = typename Parts::Lifecycle;

public:
    using Map = typename B::Map;
    /// The state carried from frame to frame.
    using State = TrackerState<typename M::State, typename F::Image>;
    /// Intermediate results between the steps of a frame.
    using Work = FrameIntermediates<Map>;

    /// The parts of the tracker, in the order in which they process a frame.
    struct Components {
        B backbone{};    ///< pixels to a map
        F flow{};        ///< motion of boxes and of the camera
        M motion{};      ///< filters each object's box
        P pooler{};      ///< boxes of the map to features
        G graph{};       ///< features to similarities
        A association{}; ///< similarities to matches
        L lifecycle{};   ///< matches to births, losses, removals
    };

    /// Whether the tracker reads pixels at all.
    static constexpr bool kReadsFrames = !(std::same_as<B, NoBackbone> && std::same_as<F, NoFlow>);

    Tracker() : Tracker(Components{}) {}

    /// With the parts' default options.
    explicit Tracker(TrackerOptions options) : Tracker(Components{}, options) {}

    /// @throws InvalidArgument  the frame rate is not positive and finite, or the score range is empty
    explicit Tracker(Components components, TrackerOptions options = {})
        : components_(std::move(components)),
          options_(options),
          filter_(options.detections),
          score_levels_(options.scores),
          memory_(options.appearance) {
        detail::require_frame_rate(options.frame_rate);
    }

    /// Tracks one frame.
    ///
    /// @param frame       CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA), not empty; may be overwritten afterwards
    /// @param detections  of this frame, in pixels; invalid ones are skipped and listed in the result
    /// @param info        what else is known about the frame
    /// @return  the result of this frame, valid until the next call on this tracker; a copy stays valid
    /// @throws InvalidArgument  the frame is empty or of another type, the timestamp is not greater than the
    ///                          previous one, the camera motion is not finite, an appearance vector does not
    ///                          have the pooler's dimension, or one of your own components violates its
    ///                          concept
    const FrameResult& update(const cv::Mat& frame, std::span<const Detection> detections,
                              const FrameInfo& info = {}) requires kReadsFrames {
        begin(frame, detections, info);
        return finish_update();
    }

    /// Detects and tracks. With a backbone that is also a detector, one pass gives both detections and
    /// features. A track's `detection` is then an index into `work().detected`. Otherwise as above.
    const FrameResult& update(const cv::Mat& frame,
                              const FrameInfo& info = {}) requires DetectingBackbone<B> {
        begin(frame, info);
        return finish_update();
    }

    /// Tracks one frame from its detections alone. Otherwise as above.
    const FrameResult& update(std::span<const Detection> detections,
                              const FrameInfo& info = {}) requires(!kReadsFrames) {
        begin(detections, info);
        return finish_update();
    }

    /// Moves the tracks to a frame in which no detector ran, by flow and motion. No track counts a miss. The
    /// result holds predicted boxes. Errors and lifetime are those of `update`.
    const FrameResult& propagate(const cv::Mat& frame, const FrameInfo& info = {}) requires kReadsFrames {
        begin(frame, {}, info);
        propagate_tracks();
        return commit_prediction();
    }

    /// For trackers that read no frames. Otherwise as above.
    const FrameResult& propagate(const FrameInfo& info = {}) requires(!kReadsFrames) {
        begin({}, info);
        propagate_tracks();
        return commit_prediction();
    }

    /// Forgets the tracks and the last frame, but keeps the options. IDs continue to count up, so none is
    /// reused.
    void reset() {
        const TrackId last_id = state_.last_id;
        state_ = State{};
        state_.last_id = last_id;
        step_ = Step::kCommitted;
    }

    /// Writes the state carried from frame to frame, from which `restore` can continue. The options and
    /// weights of the parts are not saved.
    ///
    /// @param stream  std::ostream or similar, opened in binary mode
    /// @throws std::runtime_error  the stream cannot be written
    template <class Stream>
    void save(Stream& stream) const requires Snapshotable<State> {
        write_snapshot(stream, state_);
    }

    /// Continues from a saved state. From here on the results are identical, to the bit, to those of the
    /// tracker that saved it, if both have the same parts and options. The stream is then positioned after
    /// the snapshot.
    ///
    /// @param stream  std::istream or similar, opened in binary mode
    /// @throws ParseError  the data is not a snapshot, is cut off, damaged or of a later version, is from a
    ///                     tracker with other parts, or does not fit this tracker's options; the tracker is
    ///                     then unchanged
    template <class Stream>
    void restore(Stream& stream) requires Snapshotable<State> {
        auto state = read_snapshot<State>(stream);
        const char* fault = detail::fault_of(state, options_.scores.window);
        if (fault == nullptr) fault = fault_of_parts(state);
        if (fault != nullptr)
            detail::throw_snapshot_error(
                std::string("expected ") + fault +
                "; restore it into a tracker with the same options as the one that saved it");
        std::swap(state_, state);
        step_ = Step::kCommitted;
    }

    /// @name The steps of update, one by one
    /// Call them in the order listed here; any other order throws InvalidArgument. Until `commit` the tracker
    /// stays as it was after the previous frame, so beginning another frame abandons the current one.
    /// `work()` gives the intermediate results.
    /// @{

    /// Checks the input and separates valid detections from rejected ones.
    void begin(const cv::Mat& frame, std::span<const Detection> detections,
               const FrameInfo& info = {}) requires kReadsFrames {
        step_ = Step::kCommitted;
        detail::require_frame(frame, "Tracker");
        begin_frame(detections, info, frame.size());
        work_.frame = frame;
    }

    /// Gets the detections from a backbone that is also a detector. Otherwise as above.
    void begin(const cv::Mat& frame, const FrameInfo& info = {}) requires DetectingBackbone<B> {
        step_ = Step::kCommitted;
        detail::require_frame(frame, "Tracker");
        const auto started = std::chrono::steady_clock::now();
        StageTimes times;
        {
            const detail::Stopwatch watch(times.detect);
            components_.backbone.detect(frame, work_.map, work_.detected);
        }
        begin(frame, work_.detected, info);
        started_ = started;
        work_.times = times;
        map_is_made_ = true;
    }

    /// For trackers that read no frames. Otherwise as above.
    void begin(std::span<const Detection> detections, const FrameInfo& info = {}) requires(!kReadsFrames) {
        step_ = Step::kCommitted;
        begin_frame(detections, info, info.frame_size);
    }

    /// Tracks of frame t-1 -> expected boxes in frame t, by the motion model and by flow where it is
    /// reliable.
    void propagate_tracks() {
        const detail::StepGuard step(step_, Step::kBegun, Step::kPropagated, "propagate_tracks");
        const detail::Stopwatch watch(work_.times.flow);
        if constexpr (kReadsFrames) components_.flow.prepare(work_.frame, next_.image);
        seen_flows_.estimate(components_.flow, state_, next_.image, work_);
        next_.tracks = state_.tracks;
        next_.motions = state_.motions;
        const Affine camera = work_.camera_motion.value_or(Affine{});
        for (std::size_t t = 0; t < next_.tracks.size(); ++t) {
            components_.motion.predict(next_.motions[t], work_.elapsed, camera, work_.flows[t]);
            next_.tracks[t].box = box_of(next_.motions[t]);
            next_.tracks[t].detection.reset();
        }
    }

    /// Frame t -> feature map.
    void extract_features() {
        const detail::StepGuard step(step_, Step::kPropagated, Step::kExtracted, "extract_features");
        const detail::Stopwatch watch(work_.times.backbone);
        if (!map_is_made_ && anything_to_relate()) components_.backbone.extract(work_.frame, work_.map);
    }

    /// Feature map -> F_d of the detections, and F_t of the tracks at their expected boxes.
    void pool_features() {
        const detail::StepGuard step(step_, Step::kExtracted, Step::kPooled, "pool_features");
        const detail::Stopwatch watch(work_.times.pool);
        if (!anything_to_relate()) return;
        pooling_.describe_detections(components_.pooler, work_);
        pooling_.describe_tracks(components_.pooler, memory_, next_.tracks, state_.appearances, work_);
    }

    /// IoU, F_d, F_t -> prior -> graph -> S_out -> assignment -> matches.
    void associate() {
        const detail::StepGuard step(step_, Step::kPooled, Step::kAssociated, "associate");
        work_.matches.clear();
        if (!anything_to_relate()) return;
        {
            const detail::Stopwatch watch(work_.times.graph);
            pairwise_iou(work_.boxes_d, work_.boxes_t, work_.iou, search_);
            components_.graph.relate(work_.features_d, work_.features_t, work_.iou, work_.similarity);
        }
        const detail::Stopwatch watch(work_.times.assign);
        components_.association.associate(evidence(), work_.matches);
    }

    /// Matches -> IDs, births, losses: the tracks of frame t. Only this step changes the tracker's state.
    const FrameResult& commit() {
        const detail::StepGuard step(step_, Step::kAssociated, Step::kCommitted, "commit");
        {
            const detail::Stopwatch watch(work_.times.lifecycle);
            const FrameClock clock{.elapsed = state_.elapsed_without_detector + work_.elapsed,
                                   .frame_size = frame_size_,
                                   .first = state_.frames == 0};
            carry_over();
            components_.lifecycle.advance(next_.tracks, next_.last_id, clock, work_.detections, work_.matches,
                                          next_result_.events);
            detail::require_kept(next_.tracks.size() >= state_.tracks.size(), "Lifecycle",
                                 "all the given tracks, with births appended");
            observe_detections();
            drop_removed();
            next_.elapsed_without_detector = 0;
            report();
        }
        return publish();
    }

    /// @}

    /// Intermediate results of the current frame; after `commit`, of the last one.
    [[nodiscard]] const Work& work() const noexcept { return work_; }
    /// The input of association. Valid from `pool_features` on (its `similarity` from `associate` on) until
    /// `commit`.
    [[nodiscard]] Evidence evidence() const noexcept {
        return {.detections = work_.detections,
                .tracks = next_.tracks,
                .iou = work_.iou,
                .similarity = work_.similarity,
                .has_features_d = work_.has_features_d,
                .has_features_t = work_.has_features_t,
                .margin = components_.graph.margin()};
    }

    /// The state after the last frame, including tentative and lost tracks.
    [[nodiscard]] const State& state() const noexcept { return state_; }
    /// The parts of the tracker.
    [[nodiscard]] const Components& components() const noexcept { return components_; }
    [[nodiscard]] const TrackerOptions& options() const noexcept { return options_; }

private:
    using Step = detail::Step;

    const FrameResult& finish_update() {
        propagate_tracks();
        extract_features();
        pool_features();
        associate();
        return commit();
    }

    /// Commits a prediction. No detector ran, so the lifecycle has no frame to complete.
    const FrameResult& commit_prediction() {
        const detail::StepGuard step(step_, Step::kPropagated, Step::kCommitted, "propagate");
        carry_over();
        next_.elapsed_without_detector = state_.elapsed_without_detector + work_.elapsed;
        for (Track& track : next_.tracks)
            ++track.age;
        next_result_.events.clear();
        work_.matches.clear();
        report();
        return publish();
    }

    /// Copies the state that does not change until the detections are known.
    void carry_over() {
        next_.last_id = state_.last_id;
        next_.scores = state_.scores;
        appearances_.copy(state_.appearances, next_.appearances);
    }

    /// A requirement of the components that the state violates; nullptr if there is none.
    [[nodiscard]] const char* fault_of_parts(const State& state) {
        for (const typename M::State& motion : state.motions)
            if (!is_usable(components_.motion.box(motion))) return "motions of finite, non-empty boxes";
        try {
            std::vector<BoxFlow> none;
            components_.flow.propagate(state.image, state.image, {}, none);
        } catch (const InvalidArgument&) {
            return "an image with the flow's window and levels";
        }
        return nullptr;
    }

    void begin_frame(std::span<const Detection> detections, const FrameInfo& info, cv::Size frame_size) {
        work_.times = {};
        map_is_made_ = false;
        started_ = std::chrono::steady_clock::now();
        work_.elapsed = detail::elapsed_frames(state_.timestamp, info.timestamp, options_.frame_rate);
        if (info.camera_motion) detail::require_finite(*info.camera_motion);
        work_.camera_motion = info.camera_motion;
        next_.timestamp = detail::timestamp_of(state_.timestamp, info.timestamp, options_.frame_rate);
        frame_size_ = frame_size;
        filter_.apply(detections, work_.detections, work_.rejected);
        work_.levels = score_levels_.levels(state_.scores);
        for (UsableDetection& detection : work_.detections)
            detection.confidence = score_levels_.calibrated(detection.score, work_.levels);
        step_ = Step::kBegun;
    }

    [[nodiscard]] Box box_of(const typename M::State& motion) const {
        const Box box = components_.motion.box(motion);
        detail::require_kept(is_usable(box), "MotionModel", "finite, non-empty boxes within 1e7 pixels");
        return box;
    }

    [[nodiscard]] bool anything_to_relate() const noexcept {
        return !work_.detections.empty() || !next_.tracks.empty();
    }

    /// Updates motion models, appearances and score levels with the matched and newborn tracks.
    void observe_detections() {
        observations_.fill(next_.tracks, work_.detections);
        next_.motions.reserve(next_.tracks.size());
        appearances_.resize(next_.appearances, next_.tracks.size());
        for (std::size_t t = 0; t < next_.tracks.size(); ++t) {
            Track& track = next_.tracks[t];
            const bool newborn = t >= next_.motions.size();
            if (newborn) {
                detail::require_kept(track.detection.has_value(), "Lifecycle", "a detection for each birth");
                next_.motions.push_back(components_.motion.initiate(track.observed));
            }
            const std::optional<std::size_t> d = observations_.row(t);
            if (!d) continue;
            const UsableDetection& taken = work_.detections[*d];
            if (!newborn) {
                components_.motion.update(next_.motions[t], taken.box, taken.confidence);
                if (state_.tracks[t].status != TrackStatus::kTentative)
                    score_levels_.remember(next_.scores, taken.score);
            }
            track.box = box_of(next_.motions[t]);
            if (work_.has_features_d[*d] != 0)
                memory_.update(next_.appearances[t], detail::row_of(std::as_const(work_.features_d), *d),
                               !taken.appearance.empty(), taken.confidence, track.covered);
        }
    }

    void drop_removed() {
        const std::size_t kept = detail::move_kept_to_front(next_);
        next_.tracks.resize(kept);
        next_.motions.erase(next_.motions.begin() + static_cast<std::ptrdiff_t>(kept), next_.motions.end());
        appearances_.resize(next_.appearances, kept);
    }

    /// Collects the reported tracks.
    void report() {
        next_result_.tracks.clear();
        for (const Track& track : next_.tracks) {
            if (!components_.lifecycle.reports(track)) continue;
            Track& reported = next_result_.tracks.emplace_back(track);
            if (track.detection && options_.reported_box == ReportedBox::kDetection)
                reported.box = track.observed;
        }
        next_result_.rejected = work_.rejected;
        next_result_.frame = state_.frames;
    }

    /// The only place where a frame changes the tracker's state; cannot fail.
    const FrameResult& publish() noexcept {
        next_.frames = state_.frames + 1;
        std::swap(state_, next_);
        std::swap(result_, next_result_);
        work_.frame.release();
        work_.times.total =
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - started_).count();
        result_.times = work_.times;
        return result_;
    }

    Components components_;
    TrackerOptions options_;
    DetectionFilter filter_;
    ScoreLevels score_levels_;
    AppearanceMemory memory_;
    State state_;

    // Scratch: of what follows, only the buffers and the result outlive a frame.
    State next_;
    Work work_;
    FrameResult result_;
    FrameResult next_result_;
    Step step_ = Step::kCommitted; // the last step done
    bool map_is_made_ = false;     // by a backbone that is a detector
    cv::Size frame_size_;
    std::chrono::steady_clock::time_point started_;
    detail::SeenFlows seen_flows_;
    OverlapSearch search_;
    detail::Observations observations_;
    detail::FeaturePooling pooling_;
    detail::SpareAppearances appearances_;
};

} // namespace fgagt
