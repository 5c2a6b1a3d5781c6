#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/ground_view.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/detail/stage.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace fgagt::detail {

/// How a troupe dances. Lengths in metres, times in seconds.
struct DancerModel {
    int count = 8;
    double height = 1.7;
    double aspect = 0.42;      ///< median width over height
    double spacing = 1.1;      ///< between neighbours in a formation
    double stiffness = 4;      ///< radians per second: how quickly they reach their place
    double rearrange = 0.25;   ///< changes of formation per second
    double swing = 0.15;       ///< amplitude of the common swinging
    double swing_time = 1.6;   ///< its period
    double leap = 0.8;         ///< private steps to another place per second
    double leap_size = 0.5;    ///< their size
    double breadth = 0.28;     ///< deviation of the logarithm of the width on either side
    double breadth_time = 0.3; ///< correlation time of the width
    double stretch = 0.1;      ///< deviation of the logarithm of the height
    double stretch_time = 0.3; ///< correlation time of the height
    double posture = 0.1;      ///< deviation of the logarithm of the height for some seconds
    double in_step = 0.4;      ///< share of the variance of the shape that all have in common, [0, 1]
    double unrest = 0.6;       ///< deviation of the logarithm of the pace over time
    double alike = 0.05;       ///< deviation of the logarithm of the own height
    double exits = 0.02;       ///< rate at which a dancer leaves the stage, per second
};

/// Dancers who look alike, move abruptly and in step, and change places.
class Dancing {
public:
    Dancing(const DancerModel& model, const Stage& stage, KeyedRandom& random)
        : model_(model),
          stage_(stage),
          seed_(random.next()) {
        for (int k = 0; k < model_.count; ++k)
            dancers_.push_back(new_dancer(random));
        rearrange(random);
        for (Dancer& dancer : dancers_) {
            dancer.x = dancer.place_x;
            dancer.distance = dancer.place_z;
        }
    }

    void step(double seconds) {
        ++tick_;
        KeyedRandom common(seed_, 0, tick_);
        if (happens(common, model_.rearrange * seconds)) rearrange(common);
        common_unrest_.step(memory(seconds, kPostureTime), common);
        const double pace = std::exp(model_.unrest * common_unrest_.value());
        common_left_.step(memory(pace * seconds, model_.breadth_time), common);
        common_right_.step(memory(pace * seconds, model_.breadth_time), common);
        common_tall_.step(memory(pace * seconds, model_.stretch_time), common);
        phase_ += kTau * seconds / model_.swing_time;
        common_leap_ = happens(common, 0.3 * pace * model_.leap * seconds);
        leap_x_ = model_.leap_size * common.normal();
        leap_z_ = 0.5 * model_.leap_size * common.normal();
        for (Dancer& dancer : dancers_) {
            KeyedRandom random(seed_, dancer.number, tick_);
            move(dancer, seconds, random);
        }
    }

    void show(std::vector<Body>& bodies) const {
        const double shared = std::sqrt(model_.in_step), own = std::sqrt(1 - model_.in_step);
        for (const Dancer& dancer : dancers_) {
            const double left =
                std::exp(model_.breadth * (shared * common_left_.value() + own * dancer.left.value()));
            const double right =
                std::exp(model_.breadth * (shared * common_right_.value() + own * dancer.right.value()));
            const double half = 0.5 * dancer.height * model_.aspect;
            const double tall = shared * common_tall_.value() + own * dancer.tall.value();
            // stretched seldom, crouching often
            const double height =
                dancer.height * std::exp(model_.stretch * (tall - 0.3 * tall * tall) -
                                         model_.posture * std::max(0.0, dancer.low.value()));
            bodies.push_back({.id = dancer.id,
                              .class_id = 0,
                              .x = dancer.x + 0.5 * half * (right - left),
                              .distance = std::max(dancer.distance, 0.6 * stage_.nearest),
                              .elevation = 0,
                              .width = half * (left + right),
                              .height = height,
                              .depth = 0});
        }
    }

private:
    static constexpr double kPostureTime = 1; // seconds
    static constexpr double kTau = 6.283185307179586;

    struct Dancer {
        TrackId id;
        std::uint64_t number;
        double height;
        double x, distance, speed_x, speed_z; // metres, metres per second
        double place_x, place_z;              // in the formation
        double offset_x, offset_z;            // of the last private step
        double phase;                         // of its swinging
        bool away;                            // has left, or is about to
        LimbWander left, right, tall;
        SmoothWander low, unrest;
    };

    Dancer new_dancer(KeyedRandom& random) {
        ++made_;
        Dancer dancer{};
        dancer.id = made_;
        dancer.number = static_cast<std::uint64_t>(made_);
        dancer.height = log_normal(random, model_.height, model_.alike);
        dancer.phase =
            happens(random, 0.6) ? 0 : (happens(random, 0.5) ? 0.5 * kTau : random.uniform(0, kTau));
        dancer.left = LimbWander(random);
        dancer.right = LimbWander(random);
        dancer.tall = LimbWander(random);

        dancer.low = SmoothWander(random);
        dancer.unrest = SmoothWander(random);
        return dancer;
    }

    /// Gives everybody a place in a row, in two rows, in a circle, in a wedge or anywhere.
    void rearrange(KeyedRandom& random) {
        std::vector<std::size_t> order(dancers_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const bool mixed = happens(random, 0.6);
        for (std::size_t k = order.size(); mixed && k > 1; --k)
            std::swap(order[k - 1], order[random.next() % k]);
        const int shape = whole_number(random, 0, 4);
        const double spacing = model_.spacing * random.uniform(0.5, 1.3);
        const double middle_z = 0.5 * (stage_.nearest + stage_.farthest);
        const double middle_x = 0.2 * spacing * random.normal();
        const auto count = static_cast<double>(order.size());
        for (std::size_t k = 0; k < order.size(); ++k) {
            const auto place = static_cast<double>(k);
            const double along = place - 0.5 * (count - 1);
            double x = 0, z = 0;
            if (shape == 0) {
                x = along * spacing;
            } else if (shape == 1) {
                x = 0.5 * along * spacing;
                z = (k % 2 == 0 ? 0.7 : -0.7) * spacing;
            } else if (shape == 2) {
                x = 0.25 * count * spacing * std::cos(kTau * place / count);
                z = 0.2 * count * spacing * std::sin(kTau * place / count);
            } else if (shape == 3) {
                x = 0.8 * along * spacing;
                z = 0.5 * std::abs(along) * spacing;
            } else {
                x = 0.3 * count * spacing * random.uniform(-1, 1);
                z = 0.2 * count * spacing * random.uniform(-1, 1);
            }
            Dancer& dancer = dancers_[order[k]];
            if (dancer.away) continue;
            const double most = 0.45 * (stage_.farthest - stage_.nearest);
            dancer.place_z = middle_z + std::clamp(z, -most, most) + 0.1 * random.normal();
            const double wide = 0.9 * stage_.right(dancer.place_z);
            dancer.place_x = std::clamp(middle_x + x, -wide, wide) + 0.1 * random.normal();
        }
    }

    void move(Dancer& dancer, double seconds, KeyedRandom& random) {
        const double pace = std::exp(model_.unrest * dancer.unrest.value());
        if (happens(random, pace * model_.leap * seconds)) {
            dancer.offset_x = model_.leap_size * random.normal();
            dancer.offset_z = 0.5 * model_.leap_size * random.normal();
        }
        if (common_leap_) {
            dancer.offset_x = leap_x_;
            dancer.offset_z = leap_z_;
        }
        if (happens(random, model_.exits * seconds)) leave_or_return(dancer);
        const double swing = pace * model_.swing * std::sin(phase_ + dancer.phase);
        const double k = model_.stiffness * std::sqrt(pace);
        const double to_x = dancer.place_x + dancer.offset_x + swing - dancer.x;
        const double to_z = dancer.place_z + dancer.offset_z - dancer.distance;
        dancer.speed_x += (k * k * to_x - 1.5 * k * dancer.speed_x) * seconds;
        dancer.speed_z += (k * k * to_z - 1.5 * k * dancer.speed_z) * seconds;
        const double speed = std::hypot(dancer.speed_x, dancer.speed_z);
        constexpr double kFastest = 4; // metres per second
        const double brake = speed > kFastest ? kFastest / speed : 1;
        dancer.x += brake * dancer.speed_x * seconds;
        dancer.distance += brake * dancer.speed_z * seconds;
        dancer.left.step(memory(pace * seconds, model_.breadth_time), random);
        dancer.right.step(memory(pace * seconds, model_.breadth_time), random);
        dancer.tall.step(memory(pace * seconds, model_.stretch_time), random);
        dancer.unrest.step(memory(seconds, kPostureTime), random);
        dancer.low.step(memory(seconds, kPostureTime), random);
    }

    /// Walks off to the nearer side; who is away comes back as somebody new.
    void leave_or_return(Dancer& dancer) {
        if (!dancer.away) {
            dancer.away = true;
            const double edge = stage_.right(dancer.distance) + 2 * model_.height;
            dancer.place_x = dancer.x > 0 ? edge : -edge;
            return;
        }
        if (stage_.contains(dancer.x, dancer.distance, 0.5 * model_.height)) return;
        dancer.away = false;
        dancer.id = ++made_;
        dancer.place_x *= 0.4;
    }

    DancerModel model_;
    Stage stage_;
    std::uint64_t seed_;
    std::uint64_t tick_ = 0;
    TrackId made_ = 0;
    double phase_ = 0;
    bool common_leap_ = false;
    double leap_x_ = 0, leap_z_ = 0;
    LimbWander common_left_, common_right_, common_tall_;
    SmoothWander common_unrest_;
    std::vector<Dancer> dancers_;
};

} // namespace fgagt::detail
