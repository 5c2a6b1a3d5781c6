#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/camera_walk.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/simulated_object.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace fgagt::detail {

/// A box relative to the box of an object.
struct RelativeBox {
    double x = 0;      ///< shift of the centre, widths
    double y = 0;      ///< shift of the centre, heights
    double width = 1;  ///< relative to the object's
    double height = 1; ///< relative to the object's

    [[nodiscard]] Box of(const Box& whole) const {
        const cv::Point2f centre = whole.centre();
        const double new_width = width * whole.width, new_height = height * whole.height;
        return {static_cast<float>(centre.x + x * whole.width - 0.5 * new_width),
                static_cast<float>(centre.y + y * whole.height - 0.5 * new_height),
                static_cast<float>(new_width), static_cast<float>(new_height)};
    }
};

/// The upper part of an object: head and shoulders, or down to the hip.
[[nodiscard]] inline RelativeBox drawn_upper_part(KeyedRandom& random) {
    const double height = random.uniform(0.25, 0.7);
    return {0.05 * random.normal(), 0.5 * (height - 1), log_normal(random, 0.95, 0.15), height};
}

/// A shifted and scaled box.
[[nodiscard]] inline RelativeBox drawn_shifted_box(KeyedRandom& random) {
    return {0.45 * random.normal(), 0.15 * random.normal(), log_normal(random, 1, 0.35),
            log_normal(random, 0.95, 0.25)};
}

/// Around an object and what is beside it.
[[nodiscard]] inline RelativeBox drawn_wide_box(KeyedRandom& random) {
    const double width = random.uniform(1.2, 2.2);
    return {random.uniform(-0.5, 0.5) * (width - 1), 0, width, random.uniform(0.85, 1.1)};
}

/// Between a box (0) and the smallest box around it and another one (1).
[[nodiscard]] inline Box box_towards(const Box& box, const Box& other, double share) {
    const auto towards = [&](float from, float to) {
        return static_cast<float>(from + share * (static_cast<double>(to) - from));
    };
    const float left = towards(box.left, std::min(box.left, other.left));
    const float top = towards(box.top, std::min(box.top, other.top));
    return {left, top, towards(box.right(), std::max(box.right(), other.right())) - left,
            towards(box.bottom(), std::max(box.bottom(), other.bottom())) - top};
}

/// How the signal of something that is detected again and again changes.
struct SignalModel {
    double dips = 0.5;       ///< deviation of the log-odds over time
    double dip_time = 1;     ///< their correlation time, seconds
    double noise = 0.3;      ///< deviation of the log-odds from frame to frame
    double jitter = 0.02;    ///< deviation of position and size, relative to the box
    double jitter_time = 1;  ///< its correlation time, seconds
    double drop_outs = 0.05; ///< probability that it is absent from a frame
};

/// The score and the errors of a false box over its life.
class LastingSignal {
public:
    LastingSignal() = default;
    /// @param mean  log-odds of the score
    /// @param life  seconds
    LastingSignal(double mean, double life, KeyedRandom& random)
        : mean_(mean),
          life_(life),
          dip_(random),
          x_(random),
          y_(random),
          size_(random) {}

    /// Ages it by so many seconds.
    void step(double seconds, const SignalModel& model, KeyedRandom& random) {
        life_ -= seconds;
        dip_.step(memory(seconds, model.dip_time), random);
        for (Wander* error : {&x_, &y_, &size_})
            error->step(memory(seconds, model.jitter_time), random);
        log_odds_ = mean_ + model.dips * dip_.value() + model.noise * random.normal();
        is_present_ = !happens(random, model.drop_outs);
    }

    [[nodiscard]] bool is_over() const noexcept { return life_ <= 0; }
    /// Whether this frame has it.
    [[nodiscard]] bool is_present() const noexcept { return is_present_; }
    /// Of the score in this frame.
    [[nodiscard]] double log_odds() const noexcept { return log_odds_; }
    /// The box with the errors of this frame.
    [[nodiscard]] Box jittered(const Box& box, const SignalModel& model) const {
        const double scale = std::exp(model.jitter * size_.value());
        const double aspect = std::min(1.0, static_cast<double>(box.width) / box.height);
        return RelativeBox{model.jitter * x_.value(), model.jitter * aspect * y_.value(), scale, scale}.of(
            box);
    }

private:
    double mean_ = 0, life_ = 0, log_odds_ = 0;
    bool is_present_ = true;
    Wander dip_, x_, y_, size_;
};

/// Something that a detector takes for an object for a while: a thing in the background, or a reflection.
struct FalseObject {
    bool exists = true;
    Box box;
    LastingSignal signal;
    double drift_x = 0, drift_y = 0; ///< of a thing, pixels per second
    TrackId mirrored = kNobody;      ///< the object whose reflection it is
    double mirror = 0;               ///< column of the mirror, pixels
    int class_id = 0;

    /// Moves it with the background, or with the mirrored object while that exists.
    void move(std::span<const SimulatedObject> objects, const Affine& camera_motion, double seconds) {
        if (mirrored == kNobody) {
            box = mapped(box, camera_motion);
            box.left += static_cast<float>(drift_x * seconds);
            box.top += static_cast<float>(drift_y * seconds);
            return;
        }
        const auto object = std::ranges::find(objects, mirrored, &SimulatedObject::id);
        exists = object != objects.end();
        if (!exists) return;
        box = object->box;
        box.left = static_cast<float>(2 * mirror) - object->box.right();
    }
};

/// A false box that stays at an object for a while. Most of the time there is none.
struct Companion {
    bool exists = false;
    double left = 0;    ///< seconds until another one may come
    RelativeBox place;  ///< relative to the object
    double towards = 0; ///< how far it reaches around the neighbour; 0 if it does not
    LastingSignal signal;
};

/// How close the other objects are to one.
struct Neighbourhood {
    const SimulatedObject* nearest = nullptr; ///< that with the largest overlap; null if there is none
    double covered = 0;                       ///< largest share of the object that another one's box covers
};

[[nodiscard]] inline Neighbourhood neighbourhood_of(const SimulatedObject& object,
                                                    std::span<const SimulatedObject> objects) {
    Neighbourhood result;
    double largest = 0;
    for (const SimulatedObject& other : objects) {
        if (&other == &object) continue;
        const double shared = intersection_area(object.box, other.box);
        if (shared <= largest) continue;
        largest = shared;
        result.nearest = &other;
    }
    result.covered = largest / area(object.box);
    return result;
}

} // namespace fgagt::detail
