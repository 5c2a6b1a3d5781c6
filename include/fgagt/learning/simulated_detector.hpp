#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/camera_walk.hpp>
#include <fgagt/learning/detail/detector_model.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/simulated_detector_kind.hpp>
#include <fgagt/learning/simulated_object.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fgagt {

/// The detections of one frame, in order of decreasing score, and whom they show.
struct SimulatedDetections {
    std::vector<Detection> detections; ///< [M] pixels, scores in [0, 1]
    /// [M] ID of the object that the detection shows; kNobody if it is false. Several detections may show the
    /// same object.
    std::vector<TrackId> identity;
};

/// Simulates the boxes that a detector gives for known objects. It sees the boxes of the objects only, so it
/// also works on the ground truth of a real sequence.
///
/// Scores depend on the visible share, the size and the object, and change slowly, so that misses come in
/// runs. Boxes of occluded objects are less exact; some detectors shrink them to the visible part. There are
/// second boxes of the same object, pairs that are merged into one box, false boxes, and false objects that
/// persist for a long time. All parameters are random.
class SimulatedDetector {
public:
    /// @param seed        a different seed gives a different detector and different errors
    /// @param kind        determines the ranges of the parameters
    /// @param frame_size  pixels, at least 16 x 16
    /// @param frame_rate  frames per second, [0.1, 1000]
    /// @throws InvalidArgument  a parameter is out of range
    SimulatedDetector(std::uint64_t seed, SimulatedDetectorKind kind, cv::Size frame_size, double frame_rate)
        : seed_(seed),
          kind_(kind),
          frame_size_(frame_size),
          step_(1 / frame_rate) {
        if (frame_size.width < 16 || frame_size.height < 16)
            detail::throw_invalid("SimulatedDetector: expected frames of at least 16 x 16 pixels, got ",
                                  frame_size.width, " x ", frame_size.height);
        if (!detail::is_within(frame_rate, 0.1, 1000))
            detail::throw_invalid("SimulatedDetector: expected a frame rate in [0.1, 1000], got ",
                                  frame_rate);
        KeyedRandom random(seed_, kParameters);
        model_ = detail::drawn_detector(kind, random);
        ghost_count_ = detail::event_count(random, model_.ghosts);
    }

    /// Detects the objects of the next frame.
    ///
    /// @param objects        with `visibility` and `visible_box`, see find_visible_parts(); usable boxes
    /// @param camera_motion  map of the background from the last frame to this one, in continuous image
    ///                       coordinates; moves false objects that belong to the background
    /// @throws InvalidArgument  a box is not usable, a visibility is out of range, or the motion is not finite
    /// @note O(M^2 + N^2) for M detections and N objects.
    [[nodiscard]] SimulatedDetections next(std::span<const SimulatedObject> objects,
                                           const Affine& camera_motion = {}) {
        validate(objects, camera_motion);
        ++frame_;
        boxes_.clear();
        for (const SimulatedObject& object : objects)
            detect(object);
        merge_pairs(objects);
        KeyedRandom random(seed_, kFalse, frame_);
        add_clutter(objects, random);
        haunt(objects, camera_motion, random);
        suppress();
        SimulatedDetections result;
        for (const Found& found : boxes_) {
            Detection detection;
            detection.box = found.box;
            detection.score = static_cast<float>(found.score);
            detection.class_id = found.class_id;
            result.detections.push_back(std::move(detection));
            result.identity.push_back(found.id);
        }
        return result;
    }

    /// The kind of the detector.
    [[nodiscard]] SimulatedDetectorKind kind() const noexcept { return kind_; }
    /// No two detections of a frame have a larger intersection over union, (0, 1).
    [[nodiscard]] double nms_iou() const noexcept { return model_.nms; }
    /// Lowest score that is reported, [0, 1).
    [[nodiscard]] double lowest_score() const noexcept { return model_.lowest; }

private:
    enum Purpose : std::uint8_t { kParameters, kObject, kObjectInFrame, kPair, kFalse };

    struct Found {
        Box box;
        double score;
        int class_id;
        TrackId id;
        Box shown{}; // box of the object `id`
    };

    /// What a detector makes of one object over time.
    struct Regard {
        double quality = 0;
        detail::Wander dip, left, right, top, bottom, cut, pair;
        std::int64_t seen = 0; // last frame
        double lapse = 0;      // seconds left
        double second = 0;     // how readily it gives second boxes
        double second_x = 0, second_y = 0, second_size = 0;
    };

    /// A false object that persists.
    struct Ghost {
        Box box;
        detail::Wander score;
        double mean = 0;      // log-odds
        double life = 0;      // seconds left
        TrackId mirrored = 0; // the object whose reflection it is; 0 if none
        double mirror = 0;    // column of the mirror, pixels
        int class_id = 0;
    };

    static void validate(std::span<const SimulatedObject> objects, const Affine& camera_motion) {
        for (const SimulatedObject& object : objects) {
            const Box& box = object.box;
            if (!is_usable(box))
                detail::throw_invalid(
                    "SimulatedDetector::next: expected boxes with finite edges and a positive size, got ",
                    box.left, ", ", box.top, ", ", box.width, ", ", box.height, " for object ", object.id);
            if (!detail::is_within(object.visibility, 0, 1))
                detail::throw_invalid("SimulatedDetector::next: expected a visibility in [0, 1], got ",
                                      object.visibility, " for object ", object.id,
                                      "; call find_visible_parts() first");
        }
        for (const double& entry : {camera_motion.a, camera_motion.b, camera_motion.tx, camera_motion.c,
                                    camera_motion.d, camera_motion.ty})
            if (!detail::is_finite(entry))
                detail::throw_invalid("SimulatedDetector::next: expected a finite camera motion, got ",
                                      entry);
    }

    [[nodiscard]] double score_of(double log_odds) const {
        return model_.floor + (model_.ceiling - model_.floor) / (1 + std::exp(-log_odds));
    }
    [[nodiscard]] double log_odds_of(double score) const {
        const double share =
            std::clamp((score - model_.floor) / (model_.ceiling - model_.floor), 1e-3, 1 - 1e-3);
        return std::log(share / (1 - share));
    }

    Regard& regard(TrackId id) {
        const auto [found, is_new] = regards_.try_emplace(id);
        Regard& regard = found->second;
        if (is_new) {
            KeyedRandom random(seed_, kObject, id);
            regard.quality = model_.quality * random.normal();
            if (detail::happens(random, model_.hard)) regard.quality -= random.uniform(2, 4);
            regard.dip = detail::Wander(random);
            for (detail::Wander* edge :
                 {&regard.left, &regard.right, &regard.top, &regard.bottom, &regard.cut})
                *edge = detail::Wander(random);
            const double ready = random.uniform();
            regard.second = 3 * ready * ready;
        }
        return regard;
    }

    void detect(const SimulatedObject& object) {
        Regard& r = regard(object.id);
        KeyedRandom random(seed_, kObjectInFrame, object.id, frame_);
        const double elapsed = step_ * static_cast<double>(std::max<std::int64_t>(1, frame_ - r.seen));
        r.seen = frame_;
        r.dip.step(detail::memory(elapsed, model_.dip_time), random);
        const double slow = detail::memory(elapsed, model_.jitter_time);
        for (detail::Wander* edge : {&r.left, &r.right, &r.top, &r.bottom, &r.cut})
            edge->step(slow, random);
        r.lapse -= elapsed;
        if (detail::happens(random, std::min(1.0, model_.lapse * elapsed)))
            r.lapse = -model_.lapse_time * std::log(1 - random.uniform());
        const double noise = random.normal();
        const Box box = box_of(object, r, random);
        if (r.lapse > 0 || object.visible_box.width <= 0) return;
        const double hidden = 1 - static_cast<double>(object.visibility);
        const double size = std::max(1.0, static_cast<double>(object.box.height));
        double log_odds = model_.sure + r.quality + model_.noise * noise;
        log_odds += (model_.dips + model_.luck * hidden) * r.dip.value() - model_.occlusion * hidden;
        if (object.visibility < model_.blind) log_odds -= 6 * (1 - object.visibility / model_.blind);
        if (size < model_.enough) log_odds -= model_.small * std::log2(model_.enough / size);
        const double score = score_of(log_odds);
        if (score < model_.lowest) return;
        report(box, score, object);
        see_twice(object, r, box, score, random);
    }

    /// The object's box with errors.
    Box box_of(const SimulatedObject& object, const Regard& r, KeyedRandom& random) const {
        const double hidden = 1 - static_cast<double>(object.visibility);
        const double deviation = model_.jitter + model_.occluded_jitter * hidden;
        const double slow = std::sqrt(model_.jitter_memory), quick = std::sqrt(1 - model_.jitter_memory);
        const auto error = [&](const detail::Wander& edge) {
            return std::clamp(deviation * (slow * edge.value() + quick * random.normal()), -0.3, 0.3);
        };
        const double share = std::clamp(model_.cuts + 0.25 * model_.cuts * r.cut.value(), 0.0, 1.0);
        const auto between = [&](float whole, float visible) { return whole + share * (visible - whole); };
        const Box &whole = object.box, &part = object.visible_box;
        double left = between(whole.left, part.left), right = between(whole.right(), part.right());
        double top = between(whole.top, part.top), bottom = between(whole.bottom(), part.bottom());
        const double width = right - left, height = bottom - top;
        const double unit = std::min(width, height);
        left += unit * error(r.left) - 0.5 * model_.loose * width;
        right += unit * error(r.right) + 0.5 * model_.loose * width;
        top += model_.steadiness * unit * error(r.top);
        bottom += model_.steadiness * unit * error(r.bottom);
        return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right - left),
                static_cast<float>(bottom - top)};
    }

    void report(const Box& box, double score, const SimulatedObject& object) {
        boxes_.push_back({box, score, object.class_id, object.id, object.box});
    }

    /// Second boxes are shifted and scaled; the shift persists for a while.
    void see_twice(const SimulatedObject& object, Regard& r, const Box& box, double score,
                   KeyedRandom& random) {
        if (!detail::happens(random, std::min(0.95, model_.second * r.second))) return;
        if (r.second_size == 0 || detail::happens(random, 0.3)) {
            const double shift = model_.second_shift;
            r.second_x = shift * std::clamp(random.normal(), -2.0, 2.0);
            r.second_y = 0.7 * shift * std::clamp(random.normal(), -2.0, 2.0);
            r.second_size = random.uniform(1 - 1.7 * shift, 1 + shift);
        }
        const double width =
            box.width * r.second_size * random.uniform(1 - model_.second_shift, 1 + model_.second_shift);
        const double height = box.height * r.second_size * random.uniform(0.95, 1.05);
        const cv::Point2f centre = box.centre();
        const double low =
            std::min(1.0, model_.second_score * std::exp(model_.second_spread * random.normal()));
        const double second = std::max(model_.lowest, score * low);
        report({static_cast<float>(centre.x + r.second_x * box.width - 0.5 * width),
                static_cast<float>(centre.y + r.second_y * box.height - 0.5 * height),
                static_cast<float>(width), static_cast<float>(height)},
               std::min(second, score), object);
    }

    /// Some pairs of objects with a high overlap get one box between the two.
    void merge_pairs(std::span<const SimulatedObject> objects) {
        constexpr double kHigh = 0.4;
        for (const SimulatedObject& far : objects)
            for (const SimulatedObject& near : objects) {
                if (!is_nearer(near.box, far.box) || iou(near.box, far.box) < kHigh) continue;
                const auto period = static_cast<std::int64_t>(static_cast<double>(frame_) * step_ / 0.4);
                KeyedRandom random(seed_, kPair, far.id, near.id, period);
                if (!detail::happens(random, model_.merges)) continue;
                std::erase_if(boxes_, [&](const Found& found) { return found.id == far.id; });
                const auto share = static_cast<float>(random.uniform(0, 0.5));
                for (Found& found : boxes_)
                    if (found.id == near.id) {
                        const auto mix = [&](float a, float b) { return a + share * (b - a); };
                        found.box = {mix(found.box.left, far.box.left), mix(found.box.top, far.box.top),
                                     mix(found.box.width, far.box.width),
                                     mix(found.box.height, far.box.height)};
                    }
            }
    }

    /// A false score: most are low.
    [[nodiscard]] double false_score(KeyedRandom& random) const {
        const bool any = detail::happens(random, model_.sure_clutter);
        const double share = any ? random.uniform() : -model_.clutter_score * std::log(1 - random.uniform());
        return model_.lowest + (model_.ceiling - model_.lowest) * std::min(share, 0.95);
    }

    /// False boxes anywhere and near objects: parts of them, and boxes around two.
    void add_clutter(std::span<const SimulatedObject> objects, KeyedRandom& random) {
        for (int k = detail::event_count(random, model_.clutter); k > 0; --k) {
            const Box box = box_anywhere(objects, random);
            const double score = false_score(random);
            add_false(objects, box, score, random);
        }
        for (const SimulatedObject& object : objects) {
            KeyedRandom own(seed_, kFalse, object.id, frame_);
            if (object.visibility < 0.2F || !detail::happens(own, model_.parts)) continue;
            const Box& whole = object.box;
            const double score = false_score(own), sort = own.uniform();
            Box box = whole;
            if (sort < 0.4) { // the upper part
                box.height *= static_cast<float>(own.uniform(0.25, 0.5));
            } else if (sort < 0.6) { // a side
                box.left += static_cast<float>(own.uniform(-0.6, 0.6)) * box.width;
                box.width *= static_cast<float>(own.uniform(0.4, 1));
            } else { // with what is beside it
                box.left -= static_cast<float>(own.uniform(0, 0.9)) * box.width;
                box.width *= static_cast<float>(own.uniform(1.3, 2.2));
                box.height *= static_cast<float>(own.uniform(0.8, 1.1));
            }
            add_false(objects, box, score, own);
        }
    }

    /// As large as the objects of the frame, with their feet near the row where theirs are.
    Box box_anywhere(std::span<const SimulatedObject> objects, KeyedRandom& random) const {
        double height = 0.2 * frame_size_.height, aspect = 0.45;
        double bottom = random.uniform(0.2, 1.05) * frame_size_.height;
        if (!objects.empty()) {
            const SimulatedObject& like = objects[random.next() % objects.size()];
            height = like.box.height;
            aspect = static_cast<double>(like.box.width) / like.box.height;
            if (detail::happens(random, 0.6)) bottom = like.box.bottom() + 0.3 * height * random.normal();
        }
        height = std::clamp(detail::log_normal(random, height, 0.5), 6.0, 1.2 * frame_size_.height);
        const double width = height * std::clamp(detail::log_normal(random, aspect, 0.35), 0.15, 6.0);
        const double middle = random.uniform() * frame_size_.width;
        return {static_cast<float>(middle - 0.5 * width), static_cast<float>(bottom - height),
                static_cast<float>(width), static_cast<float>(height)};
    }

    /// Adds a box that was placed without regard to the objects. If it covers one, it shows it.
    void add_false(std::span<const SimulatedObject> objects, const Box& box, double score,
                   KeyedRandom& random) {
        constexpr double kShows = 0.5;
        Found found{box, score, 0, kNobody, {}};
        if (!objects.empty()) found.class_id = objects[random.next() % objects.size()].class_id;
        double best = kShows;
        for (const SimulatedObject& object : objects) {
            const double overlap = iou(object.box, box);
            if (overlap < best) continue;
            best = overlap;
            found.id = object.id;
            found.class_id = object.class_id;
            found.shown = object.box;
        }
        boxes_.push_back(found);
    }

    /// Moves and reports the false objects that persist.
    void haunt(std::span<const SimulatedObject> objects, const Affine& camera_motion, KeyedRandom& random) {
        while (static_cast<int>(ghosts_.size()) < ghost_count_)
            ghosts_.push_back(new_ghost(objects, random));
        for (Ghost& ghost : ghosts_) {
            ghost.life -= step_;
            ghost.score.step(detail::memory(step_, kGhostTime), random);
            if (ghost.mirrored != 0) {
                const auto object = std::ranges::find(objects, ghost.mirrored, &SimulatedObject::id);
                if (object == objects.end()) {
                    ghost.life = 0;
                } else {
                    ghost.box = object->box;
                    ghost.box.left = static_cast<float>(2 * ghost.mirror) - object->box.right();
                }
            } else {
                ghost.box = detail::mapped(ghost.box, camera_motion);
            }
            const double score = score_of(ghost.mean + model_.ghost_dips * ghost.score.value());
            const cv::Point2f centre = ghost.box.centre();
            const bool inside = centre.x > 0 && centre.y > 0 &&
                                centre.x < static_cast<float>(frame_size_.width) &&
                                centre.y < static_cast<float>(frame_size_.height);
            if (!inside) ghost.life = 0;
            Box box = ghost.box;
            box.left += static_cast<float>(0.3 * model_.jitter * random.normal()) * box.width;
            box.top += static_cast<float>(0.3 * model_.jitter * random.normal()) * box.height;
            if (ghost.life > 0 && score >= model_.lowest) add_false(objects, box, score, random);
        }
        std::erase_if(ghosts_, [](const Ghost& ghost) { return ghost.life <= 0; });
    }

    Ghost new_ghost(std::span<const SimulatedObject> objects, KeyedRandom& random) const {
        Ghost ghost;
        ghost.box = box_anywhere(objects, random);
        ghost.mean = log_odds_of(model_.ghost_score) + 0.8 * random.normal();
        ghost.life = detail::log_normal(random, model_.ghost_life, 1.2);
        ghost.score = detail::Wander(random);
        if (!objects.empty() && detail::happens(random, 0.15)) {
            const SimulatedObject& object = objects[random.next() % objects.size()];
            ghost.mirrored = object.id;
            ghost.mirror = object.box.centre().x + random.uniform(-2, 2) * object.box.width;
        }
        return ghost;
    }

    /// Sorts by score and removes boxes that overlap a better one, those that cannot be used, and those that
    /// missed their object.
    void suppress() {
        if (model_.clips)
            for (Found& found : boxes_)
                found.box = clipped(found.box);
        constexpr float kSmallest = 2; // pixels
        std::erase_if(boxes_, [](const Found& found) {
            return !is_usable(found.box) || found.box.width < kSmallest || found.box.height < kSmallest ||
                   (found.id != kNobody && intersection_area(found.box, found.shown) <= 0);
        });
        std::stable_sort(boxes_.begin(), boxes_.end(),
                         [](const Found& a, const Found& b) { return a.score > b.score; });
        kept_.clear();
        for (const Found& found : boxes_)
            if (std::ranges::none_of(kept_,
                                     [&](const Found& k) { return iou(k.box, found.box) > model_.nms; }))
                kept_.push_back(found);
        boxes_.swap(kept_);
    }

    [[nodiscard]] Box clipped(const Box& box) const {
        const float left = std::max(box.left, 0.0F), top = std::max(box.top, 0.0F);
        return {left, top, std::min(box.right(), static_cast<float>(frame_size_.width)) - left,
                std::min(box.bottom(), static_cast<float>(frame_size_.height)) - top};
    }

    static constexpr double kGhostTime = 1; // seconds

    std::uint64_t seed_;
    SimulatedDetectorKind kind_;
    cv::Size frame_size_;
    double step_; // seconds per frame
    detail::DetectorModel model_;
    int ghost_count_ = 0;
    std::int64_t frame_ = 0;
    std::unordered_map<TrackId, Regard> regards_;
    std::vector<Ghost> ghosts_;
    std::vector<Found> boxes_, kept_;
};

} // namespace fgagt
