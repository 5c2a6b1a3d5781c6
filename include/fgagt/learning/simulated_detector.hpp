#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/camera_walk.hpp>
#include <fgagt/learning/detail/detector_model.hpp>
#include <fgagt/learning/detail/lasting_clutter.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/simulated_detector_kind.hpp>
#include <fgagt/learning/simulated_object.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
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
/// second boxes of the same object, pairs that are merged into one box, and false boxes. Most false boxes
/// last: those near an object (parts of it, shifted boxes, boxes around two) follow it for a while, and those
/// in the background stay where they are, like the false objects that persist for a long time. All parameters
/// are random.
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
        clutter_count_ = detail::event_count(random, model_.lasting * model_.clutter);
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
        surround(objects);
        KeyedRandom random(seed_, kFalse, frame_);
        add_clutter(objects, random);
        haunt(objects, camera_motion, random);
        suppress();
        identify(objects);
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
    enum Purpose : std::uint8_t { kParameters, kObject, kObjectInFrame, kPair, kFalse, kCompanions };

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
        detail::Wander dip, left, right, top, bottom, cut;
        std::int64_t seen = 0; // last frame
        double lapse = 0;      // seconds left
        double second = 0;     // how readily it gives second boxes
        double company = 0;    // how readily it gives false boxes
        detail::Companion second_box;
        Box last;                                    // where the companions were last
        std::array<detail::Companion, 3> companions; // the later, the longer they last
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
            const double open = random.uniform();
            regard.company = 3 * open * open;
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
        if (object.visibility < model_.blind)
            log_odds -= model_.blindness * (1 - object.visibility / model_.blind);
        if (size < model_.enough) log_odds -= model_.small * std::log2(model_.enough / size);
        const double score = score_of(log_odds);
        if (score < model_.lowest) return;
        report(box, score, object);
        see_twice(object, r, box, score, elapsed, random);
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

    /// Second boxes are shifted and scaled; they last for a while.
    void see_twice(const SimulatedObject& object, Regard& r, const Box& box, double score, double elapsed,
                   KeyedRandom& random) {
        constexpr double kLastingShare = 0.7; // of the deviation of the score, from box to box and over time
        detail::Companion& second = r.second_box;
        second.left -= elapsed;
        if (second.left <= 0) {
            second.left = detail::log_normal(random, model_.second_time, 0.8);
            second.exists = detail::happens(random, std::min(0.95, model_.second * r.second));
            if (second.exists) {
                second.place = second_place(random);
                const double ratio =
                    std::log(model_.second_score) + kLastingShare * model_.second_spread * random.normal();
                second.signal = detail::LastingSignal(ratio, second.left, random);
            }
        }
        if (!second.exists) return;
        detail::SignalModel signal = signal_model(model_.jitter);
        signal.dips = kLastingShare * model_.second_spread;
        signal.noise = 0.2 * model_.second_spread;
        second.signal.step(elapsed, signal, random);
        if (!second.signal.is_present()) return;
        const double ratio = std::exp(second.signal.log_odds()); // its signal is a logarithm of scores
        const double low = std::max(model_.lowest, score * ratio);
        report(second.signal.jittered(second.place.of(box), signal), std::min(low, score), object);
    }

    [[nodiscard]] detail::RelativeBox second_place(KeyedRandom& random) const {
        const double shift = model_.second_shift;
        detail::RelativeBox place;
        place.x = shift * std::clamp(random.normal(), -2.0, 2.0);
        place.y = 0.7 * shift * std::clamp(random.normal(), -2.0, 2.0);
        place.height = random.uniform(1 - 1.7 * shift, 1 + shift);
        place.width = place.height * random.uniform(1 - shift, 1 + shift);
        return place;
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

    /// How false boxes change.
    [[nodiscard]] detail::SignalModel signal_model(double jitter) const {
        detail::SignalModel signal;
        signal.dips = model_.ghost_dips;
        signal.dip_time = kGhostTime;
        signal.noise = model_.noise;
        signal.jitter = jitter;
        signal.jitter_time = model_.jitter_time;
        signal.drop_outs = model_.drop_outs;
        return signal;
    }

    /// Log-odds of the score of a false box: most are low.
    [[nodiscard]] double false_log_odds(KeyedRandom& random) const {
        return log_odds_of(model_.clutter_score) + model_.clutter_spread * random.normal();
    }
    /// Log-odds that something false of this height loses: detectors are surer of what is large.
    [[nodiscard]] double loss_of_size(double height) const {
        return model_.large * std::log2(std::max(1.0, height / model_.coarse));
    }

    /// False boxes that last near objects, mainly where objects are close to each other.
    void surround(std::span<const SimulatedObject> objects) {
        for (const SimulatedObject& object : objects) {
            Regard& r = regard(object.id);
            KeyedRandom random(seed_, kCompanions, object.id, frame_);
            const double change = r.last.width > 0 ? 1 - iou(object.box, r.last) : 0.0;
            r.last = object.box;
            detail::SignalModel signal = signal_model(model_.jitter);
            const double unrest = change / model_.unrest;
            signal.drop_outs = std::min(0.9, signal.drop_outs + unrest * unrest);
            const detail::Neighbourhood around = detail::neighbourhood_of(object, objects);
            const double crowd = 1 + model_.crowding * std::min(1.0, around.covered);
            double duration = 0.4 * model_.part_time;
            const double rate = model_.parts * r.company * crowd / static_cast<double>(r.companions.size());
            for (detail::Companion& companion : r.companions) {
                companion.left -= step_;
                if (companion.left <= 0) companion = new_companion(object.box.height, rate, duration, random);
                if (companion.exists) accompany(companion, object, around.nearest, signal, random);
                duration *= 2.5;
            }
        }
    }

    /// Reports a companion of an object.
    void accompany(detail::Companion& companion, const SimulatedObject& object,
                   const SimulatedObject* neighbour, const detail::SignalModel& signal, KeyedRandom& random) {
        companion.signal.step(step_, signal, random);
        if (!companion.signal.is_present()) return;
        const bool joined = companion.towards > 0 && neighbour != nullptr;
        const Box box = joined ? detail::box_towards(object.box, neighbour->box, companion.towards)
                               : companion.place.of(object.box);
        report_false(companion.signal.jittered(box, signal), score_of(companion.signal.log_odds()),
                     object.class_id);
    }

    [[nodiscard]] detail::Companion new_companion(double height, double rate, double duration,
                                                  KeyedRandom& random) const {
        detail::Companion result;
        result.left = detail::log_normal(random, duration, 0.7);
        result.exists = detail::happens(random, std::min(0.9, rate));
        if (!result.exists) return result;
        const double sort = random.uniform();
        if (sort < 0.25) {
            result.place = detail::drawn_upper_part(random);
        } else if (sort < 0.7) {
            result.place = detail::drawn_shifted_box(random);
        } else {
            result.place = detail::drawn_wide_box(random);
            result.towards = random.uniform(0.4, 1);
        }
        const double mean = false_log_odds(random) - kLossNearObjects * loss_of_size(height);
        result.signal = detail::LastingSignal(mean, result.left, random);
        return result;
    }

    /// False boxes anywhere that differ from frame to frame.
    void add_clutter(std::span<const SimulatedObject> objects, KeyedRandom& random) {
        for (int k = detail::event_count(random, (1 - model_.lasting) * model_.clutter); k > 0; --k) {
            const Box box = box_anywhere(objects, random);
            const double log_odds = false_log_odds(random) - loss_of_size(box.height);
            report_false(box, score_of(log_odds), any_class(objects, random));
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

    /// Near one of the objects, or anywhere if there is none.
    Box box_beside(std::span<const SimulatedObject> objects, KeyedRandom& random) const {
        if (objects.empty()) return box_anywhere(objects, random);
        const SimulatedObject& object = objects[random.next() % objects.size()];
        return detail::drawn_shifted_box(random).of(object.box);
    }

    static int any_class(std::span<const SimulatedObject> objects, KeyedRandom& random) {
        return objects.empty() ? 0 : objects[random.next() % objects.size()].class_id;
    }

    void report_false(const Box& box, double score, int class_id) {
        if (score >= model_.lowest) boxes_.push_back({box, score, class_id, kNobody, {}});
    }

    /// A box that was placed without regard to the objects shows the one that it covers.
    void identify(std::span<const SimulatedObject> objects) {
        for (Found& found : boxes_) {
            if (found.id != kNobody) continue;
            double best = 0.5;
            for (const SimulatedObject& object : objects) {
                const double overlap = iou(object.box, found.box);
                if (overlap < best) continue;
                best = overlap;
                found.id = object.id;
                found.class_id = object.class_id;
            }
        }
    }

    /// Moves, reports and replaces the false objects.
    void haunt(std::span<const SimulatedObject> objects, const Affine& camera_motion, KeyedRandom& random) {
        while (static_cast<int>(ghosts_.size()) < ghost_count_)
            ghosts_.push_back(new_ghost(objects, random));
        while (static_cast<int>(clutter_.size()) < clutter_count_)
            clutter_.push_back(new_clutter(objects, random));
        for (std::vector<detail::FalseObject>* population : {&ghosts_, &clutter_}) {
            for (detail::FalseObject& thing : *population)
                appear(thing, objects, camera_motion, random);
            std::erase_if(*population, [](const detail::FalseObject& thing) { return !thing.exists; });
        }
    }

    /// Moves and reports a false object, or ends it.
    void appear(detail::FalseObject& thing, std::span<const SimulatedObject> objects,
                const Affine& camera_motion, KeyedRandom& random) {
        const detail::SignalModel signal = signal_model(0.3 * model_.jitter);
        thing.signal.step(step_, signal, random);
        thing.move(objects, camera_motion, step_);
        thing.exists = thing.exists && !thing.signal.is_over() && is_inside(thing.box);
        if (thing.exists && thing.signal.is_present())
            report_false(thing.signal.jittered(thing.box, signal), score_of(thing.signal.log_odds()),
                         thing.class_id);
    }

    [[nodiscard]] bool is_inside(const Box& box) const {
        const cv::Point2f centre = box.centre();
        return centre.x > 0 && centre.y > 0 && centre.x < static_cast<float>(frame_size_.width) &&
               centre.y < static_cast<float>(frame_size_.height);
    }

    detail::FalseObject new_ghost(std::span<const SimulatedObject> objects, KeyedRandom& random) const {
        detail::FalseObject ghost;
        ghost.box = box_anywhere(objects, random);
        ghost.class_id = any_class(objects, random);
        const double mean =
            log_odds_of(model_.ghost_score) - loss_of_size(ghost.box.height) + 0.8 * random.normal();
        const double life = detail::log_normal(random, model_.ghost_life, 1.2);
        ghost.signal = detail::LastingSignal(mean, life, random);
        if (!objects.empty() && detail::happens(random, 0.15)) {
            const SimulatedObject& object = objects[random.next() % objects.size()];
            ghost.mirrored = object.id;
            ghost.mirror = object.box.centre().x + random.uniform(-2, 2) * object.box.width;
        }
        return ghost;
    }

    /// A thing in the background. Some stay where an object was, some drift.
    detail::FalseObject new_clutter(std::span<const SimulatedObject> objects, KeyedRandom& random) const {
        detail::FalseObject thing;
        const bool beside = detail::happens(random, model_.beside);
        thing.box = beside ? box_beside(objects, random) : box_anywhere(objects, random);
        thing.class_id = any_class(objects, random);
        const double life = detail::log_normal(random, model_.clutter_life, 1.2);
        thing.signal =
            detail::LastingSignal(false_log_odds(random) - loss_of_size(thing.box.height), life, random);
        if (detail::happens(random, 0.25)) {
            thing.drift_x = 0.5 * thing.box.height * random.normal();
            thing.drift_y = 0.2 * thing.drift_x * random.normal();
        }
        return thing;
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

    static constexpr double kGhostTime = 0.7;       // seconds
    static constexpr double kLossNearObjects = 0.5; // what is near an object looks more like one

    std::uint64_t seed_;
    SimulatedDetectorKind kind_;
    cv::Size frame_size_;
    double step_; // seconds per frame
    detail::DetectorModel model_;
    int ghost_count_ = 0, clutter_count_ = 0;
    std::int64_t frame_ = 0;
    std::unordered_map<TrackId, Regard> regards_;
    std::vector<detail::FalseObject> ghosts_, clutter_;
    std::vector<Found> boxes_, kept_;
};

} // namespace fgagt
