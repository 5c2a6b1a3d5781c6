#pragma once

#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

/// @file
/// Requirements on the components of `Tracker`. A component owns its options and scratch memory. Data that
/// must survive from frame to frame and be saved is in values that the tracker keeps (`Image`, `State`,
/// tracks, IDs). Called with the same values, a component gives the same results. A component may throw
/// anything, unless a comment says otherwise; the tracker then stays as it was before the frame. If its
/// sizes, indices or boxes violate these requirements, the tracker throws InvalidArgument and also stays as
/// it was.
///
/// Put `static_assert(fgagt::Pooler<Mine>)` after your own component to see what it lacks.
namespace fgagt {

/// The members that the concepts require, each as a named concept. The first lines of a compiler error then
/// name the missing one.
namespace detail {

template <class T>
concept has_map = requires {
    typename T::Map;
};
template <class T>
concept has_image = requires {
    typename T::Image;
};
template <class T>
concept has_state = requires {
    typename T::State;
};

template <class T>
concept has_extract = requires(T backbone, const cv::Mat& frame, typename T::Map& map) {
    { backbone.extract(frame, map) } -> std::same_as<void>;
};

template <class T>
concept has_detect = requires(T detector, const cv::Mat& frame, typename T::Map& map,
                              std::vector<Detection>& detections) {
    { detector.detect(frame, map, detections) } -> std::same_as<void>;
};

template <class T>
concept has_prepare = requires(T flow, const cv::Mat& frame, typename T::Image& image) {
    { flow.prepare(frame, image) } -> std::same_as<void>;
};
template <class T>
concept has_propagate = requires(T flow, const typename T::Image& image, std::span<const Box> boxes,
                                 std::vector<BoxFlow>& flows) {
    { flow.propagate(image, image, boxes, flows) } -> std::same_as<void>;
};
template <class T>
concept has_camera_motion = requires(T flow, const typename T::Image& image, std::span<const Box> boxes) {
    { flow.camera_motion(image, image, boxes) } -> std::same_as<std::optional<Affine>>;
};

template <class T>
concept has_initiate = requires(const T motion, const Box& box) {
    { motion.initiate(box) } -> std::same_as<typename T::State>;
};
template <class T>
concept has_predict = requires(const T motion, typename T::State& state, float elapsed, const Affine& camera,
                               const BoxFlow& flow) {
    { motion.predict(state, elapsed, camera, flow) } -> std::same_as<void>;
};
template <class T>
concept has_update = requires(const T motion, typename T::State& state, const Box& box, float score) {
    { motion.update(state, box, score) } -> std::same_as<void>;
};
template <class T>
concept has_box = requires(const T motion, const typename T::State& state) {
    { motion.box(state) } -> std::same_as<Box>;
};

template <class T>
concept has_pool = requires(T pooler, const typename T::Map& map, std::span<const Box> boxes,
                            Matrix& features, std::vector<std::uint8_t>& valid) {
    { pooler.pool(map, boxes, features, valid) } -> std::same_as<void>;
};

template <class T>
concept has_relate = requires(T graph, const Matrix& features_d, const Matrix& features_t, const Matrix& iou,
                              Matrix& similarity) {
    { graph.relate(features_d, features_t, iou, similarity) } -> std::same_as<void>;
};

template <class T>
concept has_takes = requires(const T stage, const UsableDetection& detection, const Track& track) {
    { stage.takes(detection) } -> std::same_as<bool>;
    { stage.takes(track) } -> std::same_as<bool>;
};
template <class T>
concept has_score = requires(T stage, const Evidence& evidence, std::span<const std::size_t> detections,
                             std::span<const std::size_t> tracks, Matrix& scores) {
    { stage.score(evidence, detections, tracks, scores) } -> std::same_as<void>;
};
template <class T, class... Arguments>
concept has_margin = requires(const T fixed, const Arguments&... arguments) {
    { fixed.margin(arguments...) } -> std::convertible_to<float>;
};

template <class T>
concept has_assign = requires(T assigner, const Matrix& scores, float margin, std::vector<int>& track_of) {
    { assigner.assign(scores, margin, track_of) } -> std::same_as<void>;
};

template <class T>
concept has_associate = requires(T associator, const Evidence& evidence, std::vector<Match>& matches) {
    { associator.associate(evidence, matches) } -> std::same_as<void>;
};

template <class T>
concept has_advance = requires(const T lifecycle, std::vector<Track>& tracks, TrackId& last_id,
                               const FrameClock& clock, std::span<const UsableDetection> detections,
                               std::span<const Match> matches, Events& events) {
    { lifecycle.advance(tracks, last_id, clock, detections, matches, events) } -> std::same_as<void>;
};
template <class T>
concept has_reports = requires(const T lifecycle, const Track& track) {
    { lifecycle.reports(track) } -> std::same_as<bool>;
};

} // namespace detail

/// Turns a frame into a map that features are pooled from.
///
/// - `Map`: a value; the tracker reuses one object for every frame.
/// - `extract(frame, map)`: `frame` is a non-empty CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA) image; the call
///   must not keep a reference to it.
template <class T>
concept Backbone = std::movable<T> && detail::has_map<T> && std::default_initializable<typename T::Map> &&
    detail::has_extract<T>;

/// A backbone that is also a detector: its own features are the map, and one pass gives both.
///
/// - `detect(frame, map, detections)`: fills the map as `extract` does, and sets `detections` to those of the
///   frame, in its pixels.
template <class T>
concept DetectingBackbone = Backbone<T> && detail::has_detect<T>;

/// Estimates how boxes moved between two frames.
///
/// - `Image`: the data kept of a frame; a value, so copying it copies the pixels.
/// - `prepare(frame, image)`: fills `image` from a frame as described at Backbone; keeps no reference to it.
/// - `propagate(previous, current, boxes, flows)`: `boxes` are those of all objects seen in the previous
///   frame; `flows` is resized to their number. A default-constructed image, or different frame sizes, make
///   every flow unreliable. Never throws because of an image's content.
/// - `camera_motion(previous, current, boxes)`: motion of the background outside the boxes, from previous to
///   current, in continuous image coordinates; empty when unknown.
template <class T>
concept FlowPropagator =
    std::movable<T> && detail::has_image<T> && std::default_initializable<typename T::Image> &&
    std::copyable<typename T::Image> && std::is_nothrow_swappable_v<typename T::Image> &&
    detail::has_prepare<T> && detail::has_propagate<T> && detail::has_camera_motion<T>;

/// Predicts one object's box and corrects it by observations.
///
/// - `State`: a value.
/// - `initiate(box)`: state of an object first seen at `box`.
/// - `predict(state, elapsed, camera, flow)`: advances the state by `elapsed` > 0 nominal frames; `camera` is
///   the identity when unknown; an unreliable `flow` must be ignored.
/// - `update(state, box, score)`: adds an observation of the current frame; `score`, in [0, 1] and calibrated
///   to the scene, is the confidence in the box.
/// - `box(state)`: always finite, of positive size, and within kCoordinateLimit.
template <class T>
concept MotionModel = std::movable<T> && detail::has_state<T> && std::copyable<typename T::State> &&
    detail::has_initiate<T> && detail::has_predict<T> && detail::has_update<T> && detail::has_box<T>;

/// Describes boxes by features from a map.
///
/// - `Map`: the map type that it reads; a tracker's pooler and backbone must agree on it.
/// - `pool(map, boxes, features, valid)`: sets `features` to [K x D], finite, and `valid` to K flags: 0 for a
///   box that covers no valid part of the map, whose row is then zero. D depends only on the map, never on
///   the number of boxes, which may be 0.
template <class T>
concept Pooler = std::movable<T> && detail::has_map<T> && detail::has_pool<T>;

/// Relates detections to tracks and computes how similar they are.
///
/// - `relate(features_d, features_t, iou, similarity)`: from [M x D], [N x D] and [M x N] to [M x N], finite;
///   M and N may be 0.
/// - `margin()`: the similarity below which two objects are different; it belongs to the graph's weights.
template <class T>
concept AffinityGraph = std::movable<T> && detail::has_relate<T> && detail::has_margin<T>;

/// One stage of an association cascade: what takes part, the score of each pair, and the minimum score.
///
/// - `takes(detection)`, `takes(track)`: whether it takes part, if no earlier stage has matched it.
/// - `score(evidence, detections, tracks, scores)`: `detections` and `tracks` are the indices of those that
///   take part, in increasing order; `scores` is set to [detections x tracks], higher is better, kForbidden
///   for pairs that must not be matched, never NaN.
/// - `margin(evidence)`: the score of a detection without a track; finite.
template <class T>
concept AssociationStage =
    std::movable<T> && detail::has_takes<T> && detail::has_score<T> && detail::has_margin<T, Evidence>;

/// Solves one stage's assignment.
///
/// - `assign(scores, margin, track_of)`: maximises the sum over detections: each contributes the score of its
///   pair, or the margin if it is unmatched. Sets `track_of` to one column index per row, -1 for none. No
///   matched pair has a score below the margin. The same input gives the same output.
template <class T>
concept Assigner = std::movable<T> && detail::has_assign<T>;

/// Decides which detections continue which tracks.
///
/// - `associate(evidence, matches)`: sets `matches`, in increasing order of detection; no index occurs twice
///   on either side.
template <class T>
concept Associator = std::movable<T> && detail::has_associate<T>;

/// Manages the life of tracks: births, confirmation, losses and removals.
///
/// - `advance(tracks, last_id, clock, detections, matches, events)`: completes a frame. Existing tracks keep
///   their index (those to be dropped get TrackStatus::kRemoved); births are appended, with IDs counted up
///   from `last_id`. Sets ID, status, counts, and `detection` to the matched detection's `index`; the
///   tracker sets the rest.
/// - `reports(track)`: whether the track belongs to the frame's output.
template <class T>
concept Lifecycle = std::movable<T> && detail::has_advance<T> && detail::has_reports<T>;

} // namespace fgagt
