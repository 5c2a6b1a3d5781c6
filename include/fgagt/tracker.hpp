#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/snapshot.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/detection_filter.hpp>
#include <fgagt/detection/score_levels.hpp>
#include <fgagt/pooling/appearance_memory.hpp>
#include <fgagt/tracker/defaults.hpp>
#include <fgagt/tracker/frame_result.hpp>
#include <fgagt/tracker/tracker_state.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Which box a matched track is reported with.
enum class ReportedBox : std::uint8_t {
    kFiltered,  ///< the motion model's, which smooths the detector's jitter
    kDetection, ///< the detection's own
};

/// Options of the tracker itself; those of its parts are with the parts.
struct TrackerOptions {
    DetectionFilterOptions detections{};  ///< score range, and what becomes of unusable detections
    ScoreLevelsOptions scores{};          ///< how the tracker learns what a score means in the scene
    AppearanceMemoryOptions appearance{}; ///< what of a track's looks is compared with detections
    double frame_rate = 30; ///< nominal frames per second, > 0: timestamps are measured against it
    ReportedBox reported_box = ReportedBox::kFiltered; ///< which box of a track that took a detection
};

/// What a caller may know of a frame besides its pixels.
struct FrameInfo {
    /// Seconds, greater than the previous frame's. Without it one nominal frame has passed.
    std::optional<double> timestamp{};
    /// Map from the previous frame's background to this one's; without it the flow estimates it.
    std::optional<Affine> camera_motion{};
    /// Pixels; only looked at by trackers that get no frame. Empty: unknown.
    cv::Size frame_size{};
};

/// Everything between the steps of one frame, for callers who want to look. Valid until the next frame
/// begins.
template <class Map>
struct FrameIntermediates {
    cv::Mat frame; ///< the caller's own pixels, until `commit`
    std::vector<Detection>
        detected; ///< what the backbone saw where it is a detector, too, as `update` got it
    std::vector<Detection> detections; ///< [M] the usable ones, their scores calibrated to the scene
    std::vector<float> scores;         ///< [M] their scores before calibration, in [0, 1]
    ScoreLevels::Levels levels;        ///< the scores that were calibrated to the options' `sure` and `birth`
    std::vector<std::size_t> source;   ///< [M] their indices in the caller's list
    std::vector<Rejection> rejected;   ///< the others
    float elapsed = 1;                 ///< nominal frames since the previous frame
    std::optional<Affine> camera_motion;      ///< the caller's or the flow's, where either knows it
    std::vector<BoxFlow> flows;               ///< [N]
    Map map;                                  ///< the backbone's
    std::vector<Box> boxes_d;                 ///< [M]
    std::vector<Box> boxes_t;                 ///< [N] where the tracks are expected in this frame
    Matrix features_d;                        ///< F_d [M x D]
    Matrix features_t;                        ///< F_t [N x D]
    std::vector<std::uint8_t> has_features_d; ///< [M]
    std::vector<std::uint8_t> has_features_t; ///< [N]
    Matrix iou;                               ///< [M x N]
    Matrix similarity;                        ///< S_out [M x N]
    std::vector<Match> matches;               ///< who continues whom, by index
    StageTimes times;                         ///< spent so far
};

/// Online multi-object tracker (FGAGT, arXiv 2010.09015), driven one frame at a time.
///
///     fgagt::Tracker<> tracker;
///     for (cv::Mat frame; video.read(frame);)
///         for (const fgagt::Track& track : tracker.update(frame, detect(frame)).tracks) show(track);
///
/// Every part is a type that may be replaced by the caller's own, as long as it models the concept; every
/// value is an option of the part that it belongs to.
///
/// `update` either does all of its work or throws and leaves the tracker as it was before the call. One
/// tracker must not be used by two threads at once; several trackers share nothing. Copying a tracker copies
/// its state.
template <Backbone B = ColourBackbone, FlowPropagator F = PyramidalFlow, MotionModel M = KalmanMotion,
          Pooler P = DefaultPooler<typename B::Map>, AffinityGraph G = AdaptiveGraph,
          Associator A = DefaultAssociation, Lifecycle L = LifecycleManager>
requires std::same_as<typename B::Map, typename P::Map>
class Tracker {
public:
    using Map = typename B::Map;
    /// What is carried from frame to frame.
    using State = TrackerState<typename M::State, typename F::Image>;
    /// What stands between the steps of a frame.
    using Work = FrameIntermediates<Map>;

    /// The parts of the tracker, by the way that a frame takes through them.
    struct Components {
        B backbone{};    ///< pixels to a map
        F flow{};        ///< where boxes went, and how the camera moved
        M motion{};      ///< each object's box as a filter sees it
        P pooler{};      ///< boxes of the map to features
        G graph{};       ///< features to similarities
        A association{}; ///< similarities to matches
        L lifecycle{};   ///< matches to births, losses, removals
    };

    /// Whether the tracker reads pixels at all.
    static constexpr bool kReadsFrames = !(std::same_as<B, NoBackbone> && std::same_as<F, NoFlow>);

    Tracker() : Tracker(Components{}) {}

    /// @throws InvalidArgument  the frame rate is not positive and finite, or the score range is empty
    explicit Tracker(Components components, TrackerOptions options = {})
        : components_(std::move(components)),
          options_(options),
          filter_(options.detections),
          score_levels_(options.scores),
          memory_(options.appearance) {
        if (!detail::is_finite(options.frame_rate) || options.frame_rate <= 0 ||
            !detail::is_finite(1 / options.frame_rate))
            detail::throw_invalid("Tracker: expected a positive, finite frame rate, got ", options.frame_rate,
                                  "; give the video's nominal frames per second");
    }

    /// Tracks one frame.
    ///
    /// @param frame       CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA), not empty; may be overwritten afterwards
    /// @param detections  of this frame, in pixels; unusable ones are left out and listed in the result
    /// @param info        what else is known of the frame
    /// @return  valid until the next call on this tracker; a copy is safe
    /// @throws InvalidArgument  the frame is empty or of another type, the timestamp is not above the
    ///                          previous one's, the camera motion is not finite, an appearance vector has
    ///                          not the pooler's dimension, or a component of the caller's own does not keep
    ///                          what its concept asks for
    const FrameResult& update(const cv::Mat& frame, std::span<const Detection> detections,
                              const FrameInfo& info = {}) requires kReadsFrames {
        begin(frame, detections, info);
        return finish_update();
    }

    /// Detects and tracks: for a backbone that is a detector, too, one pass gives detections and features. A
    /// track's `detection` is then an index into `work().detected`; otherwise the same.
    const FrameResult& update(const cv::Mat& frame,
                              const FrameInfo& info = {}) requires DetectingBackbone<B> {
        begin(frame, info);
        return finish_update();
    }

    /// Tracks one frame from its detections alone; otherwise the same.
    const FrameResult& update(std::span<const Detection> detections,
                              const FrameInfo& info = {}) requires(!kReadsFrames) {
        begin(detections, info);
        return finish_update();
    }

    /// Moves the tracks on to a frame in which no detector ran: by flow and motion, and without a miss for
    /// any of them. The result holds predicted boxes. Errors and lifetime as for `update`.
    const FrameResult& propagate(const cv::Mat& frame, const FrameInfo& info = {}) requires kReadsFrames {
        begin(frame, {}, info);
        propagate_tracks();
        return commit_prediction();
    }

    /// The same for trackers that read no frames.
    const FrameResult& propagate(const FrameInfo& info = {}) requires(!kReadsFrames) {
        begin({}, info);
        propagate_tracks();
        return commit_prediction();
    }

    /// Forgets the tracks and the last frame, keeps the options. Ids go on: none is ever used twice.
    void reset() {
        const TrackId last_id = state_.last_id;
        state_ = State{};
        state_.last_id = last_id;
        step_ = Step::kCommitted;
    }

    /// Writes all that the tracker carries from frame to frame, from which `restore` goes on. What its parts
    /// were made with, their options and weights, is not part of it.
    ///
    /// @param stream  std::ostream or alike, opened as binary
    /// @throws std::runtime_error  the stream does not take the bytes
    template <class Stream>
    void save(Stream& stream) const requires Snapshotable<State> {
        write_snapshot(stream, state_);
    }

    /// Goes on where the tracker was when it was saved: from here on both give the same results, to the bit,
    /// if they are of the same parts and options. The stream then stands behind the snapshot.
    ///
    /// @param stream  std::istream or alike, opened as binary
    /// @throws ParseError  it is no snapshot, cut off, damaged, of a later version, of a tracker of other
    ///                     parts, or does not go with this one's options; the tracker is as it was
    template <class Stream>
    void restore(Stream& stream) requires Snapshotable<State> {
        auto state = read_snapshot<State>(stream);
        require_sound(state);
        std::swap(state_, state);
        step_ = Step::kCommitted;
    }

    /// @name The steps of update, one by one
    /// They are called in the order in which they stand here; another order throws InvalidArgument. Until
    /// `commit` the tracker stays as it was after the previous frame, so a frame is given up by beginning
    /// another. `work()` shows what lies between the steps.
    /// @{

    /// Checks the input, and sorts detections into usable and rejected ones.
    void begin(const cv::Mat& frame, std::span<const Detection> detections,
               const FrameInfo& info = {}) requires kReadsFrames {
        step_ = Step::kCommitted;
        require_supported(frame);
        begin_frame(detections, info, frame.size());
        work_.frame = frame;
    }

    /// Lets the backbone, which is a detector, too, say what there is; otherwise the same.
    void begin(const cv::Mat& frame, const FrameInfo& info = {}) requires DetectingBackbone<B> {
        step_ = Step::kCommitted;
        require_supported(frame);
        const auto started = std::chrono::steady_clock::now();
        StageTimes times;
        {
            const Stopwatch watch(times.detect);
            components_.backbone.detect(frame, work_.map, work_.detected);
        }
        begin(frame, work_.detected, info);
        started_ = started;
        work_.times = times;
        map_is_made_ = true;
    }

    /// The same for trackers that read no frames.
    void begin(std::span<const Detection> detections, const FrameInfo& info = {}) requires(!kReadsFrames) {
        step_ = Step::kCommitted;
        begin_frame(detections, info, info.frame_size);
    }

    /// Tracks of frame t-1 -> where they are expected in frame t, by flow where it is reliable and by the
    /// motion model.
    void propagate_tracks() {
        const StepGuard step(*this, Step::kPropagated, "propagate_tracks");
        const Stopwatch watch(work_.times.flow);
        if constexpr (kReadsFrames) components_.flow.prepare(work_.frame, next_.image);
        estimate_flows();
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
        const StepGuard step(*this, Step::kExtracted, "extract_features");
        const Stopwatch watch(work_.times.backbone);
        if (!map_is_made_ && anything_to_relate()) components_.backbone.extract(work_.frame, work_.map);
    }

    /// Feature map -> F_d of the detections and F_t of the tracks where they are expected.
    void pool_features() {
        const StepGuard step(*this, Step::kPooled, "pool_features");
        const Stopwatch watch(work_.times.pool);
        if (!anything_to_relate()) return;
        collect_boxes(work_.detections, work_.boxes_d);
        collect_boxes(next_.tracks, work_.boxes_t);
        describe_detections();
        describe_tracks();
    }

    /// IoU, F_d, F_t -> prior -> graph -> S_out -> assignment -> matches.
    void associate() {
        const StepGuard step(*this, Step::kAssociated, "associate");
        work_.matches.clear();
        if (!anything_to_relate()) return;
        {
            const Stopwatch watch(work_.times.graph);
            pairwise_iou(work_.boxes_d, work_.boxes_t, work_.iou, search_);
            components_.graph.relate(work_.features_d, work_.features_t, work_.iou, work_.similarity);
        }
        const Stopwatch watch(work_.times.assign);
        components_.association.associate(evidence(), work_.matches);
    }

    /// Matches -> ids, births, losses: the tracks of frame t. Only now does the tracker move on.
    const FrameResult& commit() {
        const StepGuard step(*this, Step::kCommitted, "commit");
        {
            const Stopwatch watch(work_.times.lifecycle);
            const FrameClock clock{.elapsed = state_.elapsed_without_detector + work_.elapsed,
                                   .frame_size = frame_size_,
                                   .first = state_.frames == 0};
            next_.last_id = state_.last_id;
            copy_appearances();
            next_.scores = state_.scores;
            components_.lifecycle.advance(next_.tracks, next_.last_id, clock, work_.detections, work_.matches,
                                          next_result_.events);
            require_kept(next_.tracks.size() >= state_.tracks.size(), "Lifecycle",
                         "all tracks that it got, and births behind them");
            observe_detections();
            drop_removed();
            next_.elapsed_without_detector = 0;
            report();
        }
        return publish();
    }

    /// @}

    /// What lies between the steps of the current frame; after `commit`, of the last one.
    [[nodiscard]] const Work& work() const noexcept { return work_; }
    /// All that association looks at, from `pool_features` on (its `similarity` from `associate` on) until
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

    /// The tracker's memory as of the last frame, tentative and lost tracks included.
    [[nodiscard]] const State& state() const noexcept { return state_; }
    /// The parts it works with.
    [[nodiscard]] const Components& components() const noexcept { return components_; }
    [[nodiscard]] const TrackerOptions& options() const noexcept { return options_; }

private:
    enum class Step : std::uint8_t { kBegun, kPropagated, kExtracted, kPooled, kAssociated, kCommitted };

    /// Adds the time until its end to a stage's microseconds.
    class Stopwatch {
    public:
        explicit Stopwatch(double& microseconds) : microseconds_(microseconds) {}
        ~Stopwatch() {
            microseconds_ += std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
        }
        Stopwatch(const Stopwatch&) = delete;
        Stopwatch& operator=(const Stopwatch&) = delete;

    private:
        using Clock = std::chrono::steady_clock;
        double& microseconds_;
        Clock::time_point start_ = Clock::now();
    };

    /// Lets a step begin only after the one before it, and counts it as done only when nothing was thrown:
    /// after a failure the frame has to begin anew.
    class StepGuard {
    public:
        StepGuard(Tracker& tracker, Step step, const char* name)
            : StepGuard(tracker, static_cast<Step>(static_cast<int>(step) - 1), step, name) {}
        StepGuard(Tracker& tracker, Step previous, Step step, const char* name)
            : tracker_(tracker),
              step_(step) {
            if (tracker.step_ != previous)
                detail::throw_invalid(
                    "Tracker::", name,
                    ": called out of order; the steps of a frame are begin, propagate_tracks, "
                    "extract_features, pool_features, associate, commit");
            tracker.step_ = Step::kCommitted;
        }
        ~StepGuard() {
            if (std::uncaught_exceptions() == exceptions_) tracker_.step_ = step_;
        }
        StepGuard(const StepGuard&) = delete;
        StepGuard& operator=(const StepGuard&) = delete;

    private:
        Tracker& tracker_;
        Step step_;
        int exceptions_ = std::uncaught_exceptions();
    };

    const FrameResult& finish_update() {
        propagate_tracks();
        extract_features();
        pool_features();
        associate();
        return commit();
    }

    /// A prediction alone: no detector has looked, so the lifecycle has nothing to close.
    const FrameResult& commit_prediction() {
        const StepGuard step(*this, Step::kPropagated, Step::kCommitted, "propagate");
        next_.last_id = state_.last_id;
        copy_appearances();
        next_.scores = state_.scores;
        next_.elapsed_without_detector = state_.elapsed_without_detector + work_.elapsed;
        for (Track& track : next_.tracks)
            ++track.age;
        next_result_.events.clear();
        work_.matches.clear();
        report();
        return publish();
    }

    /// Throws ParseError unless the tracker can go on from there.
    void require_sound(const State& state) {
        const auto require = [](bool holds, const char* what) {
            if (!holds)
                detail::throw_snapshot_error(
                    std::string("expected ") + what +
                    "; restore it into a tracker with the options of the one that saved it");
        };
        const char* const fault = detail::fault_of(state, options_.scores.window);
        require(fault == nullptr, fault);
        for (const typename M::State& motion : state.motions)
            require(is_usable(components_.motion.box(motion)),
                    "motions of boxes that are finite and not empty");
        try {
            components_.flow.propagate(state.image, state.image, {}, seen_flows_);
        } catch (const InvalidArgument&) {
            require(false, "an image of the flow's own window and levels");
        }
    }

    static void require_supported(const cv::Mat& frame) {
        if (frame.empty())
            detail::throw_invalid(
                "Tracker: expected a frame, got an empty one; check that the image was read, "
                "and leave out frames that were not");
        if (frame.dims != 2 ||
            (frame.type() != CV_8UC1 && frame.type() != CV_8UC3 && frame.type() != CV_8UC4))
            detail::throw_invalid(
                "Tracker: expected a frame of type CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA), got ",
                cv::typeToString(frame.type()), "; convert it with cv::Mat::convertTo");
    }

    void begin_frame(std::span<const Detection> detections, const FrameInfo& info, cv::Size frame_size) {
        work_.times = {};
        map_is_made_ = false;
        started_ = std::chrono::steady_clock::now();
        work_.elapsed = elapsed_until(info.timestamp);
        if (info.camera_motion) require_finite(*info.camera_motion);
        work_.camera_motion = info.camera_motion;
        next_.timestamp = info.timestamp;
        if (!info.timestamp && state_.timestamp) {
            const double expected = *state_.timestamp + 1.0 / options_.frame_rate;
            next_.timestamp = detail::is_finite(expected) ? expected : std::numeric_limits<double>::max();
        }
        frame_size_ = frame_size;
        filter_.apply(detections, work_.detections, work_.source, work_.rejected);
        work_.levels = score_levels_.levels(state_.scores);
        work_.scores.clear();
        for (Detection& detection : work_.detections) {
            work_.scores.push_back(detection.score);
            detection.score = score_levels_.calibrated(detection.score, work_.levels);
        }
        step_ = Step::kBegun;
    }

    /// Nominal frames since the previous frame; bounded, so that whatever is computed with it stays finite.
    [[nodiscard]] float elapsed_until(std::optional<double> timestamp) const {
        if (!timestamp) return 1;
        if (!detail::is_finite(*timestamp))
            detail::throw_invalid("Tracker: expected a finite timestamp in seconds, got ", *timestamp,
                                  "; leave it out when the time is unknown");
        if (!state_.timestamp) return 1;
        if (!(*timestamp > *state_.timestamp))
            detail::throw_invalid("Tracker: expected a timestamp above the previous frame's ",
                                  *state_.timestamp, " s, got ", *timestamp,
                                  " s; give frames in order, or call reset() first");
        return static_cast<float>(
            std::clamp((*timestamp - *state_.timestamp) * options_.frame_rate, 1e-6, 1e9));
    }

    static void require_finite(const Affine& map) {
        for (const double entry : {map.a, map.b, map.tx, map.c, map.d, map.ty})
            if (!detail::is_finite(entry))
                detail::throw_invalid("Tracker: expected a finite camera motion, got an entry of ", entry,
                                      "; leave it out when it is unknown");
    }

    /// @throws InvalidArgument  a component did not keep what its concept promises
    static void require_kept(bool kept, const char* concept_name, const char* promise) {
        if (!kept)
            detail::throw_invalid("Tracker: expected ", promise, " from the component that is its ",
                                  concept_name, "; see what concepts.hpp asks of one");
    }

    [[nodiscard]] Box box_of(const typename M::State& motion) const {
        const Box box = components_.motion.box(motion);
        require_kept(is_usable(box), "MotionModel", "boxes that are finite, not empty and within 1e7 pixels");
        return box;
    }

    [[nodiscard]] bool anything_to_relate() const noexcept {
        return !work_.detections.empty() || !next_.tracks.empty();
    }

    /// Flow of the tracks that were seen in the previous frame; what lies under an occluder moves as the
    /// occluder does.
    void estimate_flows() {
        seen_.clear();
        seen_boxes_.clear();
        for (std::size_t t = 0; t < state_.tracks.size(); ++t) {
            if (state_.tracks[t].missed != 0) continue;
            seen_.push_back(t);
            seen_boxes_.push_back(state_.tracks[t].box);
        }
        if (!work_.camera_motion && !state_.tracks.empty()) {
            work_.camera_motion = components_.flow.camera_motion(state_.image, next_.image, seen_boxes_);
            if (work_.camera_motion) require_finite(*work_.camera_motion);
        }
        components_.flow.propagate(state_.image, next_.image, seen_boxes_, seen_flows_);
        require_kept(seen_flows_.size() == seen_boxes_.size(), "FlowPropagator", "one flow for each box");
        work_.flows.assign(state_.tracks.size(), BoxFlow{});
        for (std::size_t k = 0; k < seen_.size(); ++k)
            work_.flows[seen_[k]] = seen_flows_[k];
    }

    template <class Object>
    static void collect_boxes(const std::vector<Object>& objects, std::vector<Box>& boxes) {
        boxes.clear();
        for (const Object& object : objects)
            boxes.push_back(object.box);
    }

    /// The caller's own vectors where there are some, else pooled from the map.
    void describe_detections() {
        pool(
            work_.boxes_d, [&](std::size_t d) { return work_.detections[d].appearance.empty(); },
            work_.features_d, work_.has_features_d);
        for (std::size_t d = 0; d < work_.detections.size(); ++d) {
            const std::vector<float>& own = work_.detections[d].appearance;
            if (own.empty()) continue;
            if (static_cast<Eigen::Index>(own.size()) != work_.features_d.cols())
                detail::throw_invalid("Tracker: expected appearance vectors of the pooler's dimension ",
                                      work_.features_d.cols(), ", got one of ", own.size(),
                                      "; set the pooler's dimension to the length of the vectors");
            std::ranges::copy(own, detail::row_of(work_.features_d, d).begin());
            work_.has_features_d[d] = 1;
        }
    }

    /// What is remembered of the tracks, what they look like now where they are expected, or the mean of
    /// both.
    void describe_tracks() {
        const auto& remembered = state_.appearances;
        pool(
            work_.boxes_t, [&](std::size_t t) { return memory_.wants_current(remembered[t]); },
            work_.features_t, work_.has_features_t);
        for (std::size_t t = 0; t < remembered.size(); ++t) {
            const bool fits = static_cast<Eigen::Index>(remembered[t].mean.size()) == work_.features_t.cols();
            if (!memory_.recalls(remembered[t]) || !fits) continue;
            const std::span<float> features = detail::row_of(work_.features_t, t);
            const bool seen_now = work_.has_features_t[t] != 0;
            for (std::size_t k = 0; k < features.size(); ++k) {
                const float stored = remembered[t].mean[k];
                features[k] = seen_now ? 0.5F * (features[k] + stored) : stored;
            }
            work_.has_features_t[t] = 1;
        }
    }

    /// Pools features of the boxes that are `wanted`; the rows of the others are zero.
    template <class Wanted>
    void pool(std::span<const Box> boxes, Wanted wanted, Matrix& features,
              std::vector<std::uint8_t>& has_features) {
        pooled_boxes_.clear();
        for (std::size_t k = 0; k < boxes.size(); ++k)
            if (wanted(k)) pooled_boxes_.push_back(boxes[k]);
        components_.pooler.pool(work_.map, pooled_boxes_, pooled_, pooled_valid_);
        require_kept(static_cast<std::size_t>(pooled_.rows()) == pooled_boxes_.size() &&
                         pooled_valid_.size() == pooled_boxes_.size(),
                     "Pooler", "one row of features and one flag for each box");
        features.setZero(static_cast<Eigen::Index>(boxes.size()), pooled_.cols());
        has_features.assign(boxes.size(), 0);
        std::size_t next = 0;
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            if (!wanted(k)) continue;
            std::ranges::copy(detail::row_of(std::as_const(pooled_), next),
                              detail::row_of(features, k).begin());
            has_features[k] = pooled_valid_[next++];
        }
    }

    /// Motion models, appearances and score levels take in what was matched and what was born.
    void observe_detections() {
        next_.motions.reserve(next_.tracks.size());
        resize_appearances(next_.tracks.size());
        collect_seen_boxes();
        for (std::size_t t = 0; t < next_.tracks.size(); ++t) {
            Track& track = next_.tracks[t];
            const bool newborn = t >= next_.motions.size();
            if (newborn) next_.motions.push_back(components_.motion.initiate(track.box));
            if (!track.detection) continue;
            const std::size_t d = *track.detection;
            require_kept(d < work_.detections.size(), "Lifecycle", "indices of the detections that it got");
            track.covered = covered_share(t);
            if (!newborn) {
                components_.motion.update(next_.motions[t], work_.detections[d].box,
                                          work_.detections[d].score);
                if (state_.tracks[t].status != TrackStatus::kTentative)
                    score_levels_.remember(next_.scores, work_.scores[d]);
            }
            track.box = box_of(next_.motions[t]);
            track.score = work_.scores[d];
            if (work_.has_features_d[d] != 0)
                memory_.update(next_.appearances[t], detail::row_of(std::as_const(work_.features_d), d),
                               !work_.detections[d].appearance.empty(), work_.detections[d].score,
                               track.covered);
        }
    }

    void copy_appearances() {
        resize_appearances(state_.appearances.size());
        next_.appearances = state_.appearances;
    }

    /// Keeps the memory of those that go for those that come.
    void resize_appearances(std::size_t count) {
        auto& appearances = next_.appearances;
        for (; appearances.size() > count; appearances.pop_back())
            spare_appearances_.push_back(std::move(appearances.back()));
        while (appearances.size() < count && !spare_appearances_.empty()) {
            appearances.push_back(std::move(spare_appearances_.back()));
            appearances.back().mean.clear();
            appearances.back().from_caller = false;
            spare_appearances_.pop_back();
        }
        appearances.resize(count);
    }

    /// Where the tracks are that are seen in this frame.
    void collect_seen_boxes() {
        search_.clear();
        for (std::size_t t = 0; t < next_.tracks.size(); ++t)
            if (next_.tracks[t].detection) search_.add(next_.tracks[t].observed, t);
        search_.sort();
    }

    /// Share of a track's observed box that the nearer one of another track seen in this frame covers at
    /// most. Nearer is whose feet are lower in the image.
    [[nodiscard]] float covered_share(std::size_t t) {
        const Box& box = next_.tracks[t].observed;
        double covered = 0;
        for (const std::size_t other : search_.overlapping(box)) {
            const Box& nearer = next_.tracks[other].observed;
            if (nearer.bottom() > box.bottom()) covered = std::max(covered, intersection_area(nearer, box));
        }
        return static_cast<float>(covered / area(box));
    }

    void drop_removed() {
        std::size_t kept = 0;
        for (std::size_t t = 0; t < next_.tracks.size(); ++t) {
            if (next_.tracks[t].status == TrackStatus::kRemoved) continue;
            if (kept != t) {
                next_.tracks[kept] = next_.tracks[t];
                next_.motions[kept] = std::move(next_.motions[t]);
                std::swap(next_.appearances[kept], next_.appearances[t]);
            }
            ++kept;
        }
        next_.tracks.resize(kept);
        next_.motions.erase(next_.motions.begin() + static_cast<std::ptrdiff_t>(kept), next_.motions.end());
        resize_appearances(kept);
    }

    /// Turns indices of usable detections into the caller's, and collects the tracks of the output.
    void report() {
        next_result_.tracks.clear();
        for (Track& track : next_.tracks) {
            const bool reported = components_.lifecycle.reports(track);
            if (reported) next_result_.tracks.push_back(track);
            if (!track.detection) continue;
            if (reported && options_.reported_box == ReportedBox::kDetection)
                next_result_.tracks.back().box = work_.detections[*track.detection].box;
            track.detection = work_.source[*track.detection];
            if (reported) next_result_.tracks.back().detection = track.detection;
        }
        next_result_.rejected = work_.rejected;
        next_result_.frame = state_.frames;
    }

    /// The only place where the tracker's memory changes; cannot fail.
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

    // Scratch: nothing below outlives a frame, but for the buffers themselves and the result.
    State next_;
    Work work_;
    FrameResult result_;
    FrameResult next_result_;
    Step step_ = Step::kCommitted;
    bool map_is_made_ = false; // by a detector
    cv::Size frame_size_;
    std::chrono::steady_clock::time_point started_;
    std::vector<std::size_t> seen_;
    std::vector<Box> seen_boxes_;
    std::vector<BoxFlow> seen_flows_;
    OverlapSearch search_;
    std::vector<Box> pooled_boxes_;
    Matrix pooled_;
    std::vector<std::uint8_t> pooled_valid_;
    std::vector<AppearanceMemory::State> spare_appearances_;
};

} // namespace fgagt
