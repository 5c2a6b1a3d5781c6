#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/ground_view.hpp>
#include <fgagt/learning/detail/random_draws.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace fgagt::detail {

/// How a shoal swims. Lengths relative to the width of the frame, times in seconds.
struct ShoalModel {
    int count = 8;
    double length = 0.06;  ///< of a fish
    double slender = 0.3;  ///< breadth over length
    double speed = 1.5;    ///< lengths per second
    double turning = 1.2;  ///< deviation of the rate of turning, radians per second
    double bursts = 0.3;   ///< sudden turns per second
    double together = 0.2; ///< how much of a turn all have in common, [0, 1]
    double alike = 0.08;   ///< deviation of the logarithm of the length
    double wobble = 0.03;  ///< relative deviation of the box's edges
};

/// Fish in a tank, seen from the side or from above. They turn smoothly, with sudden bursts.
class Swimming {
public:
    Swimming(const ShoalModel& model, cv::Size frame_size, KeyedRandom& random)
        : model_(model),
          width_(frame_size.width),
          height_(frame_size.height),
          seed_(random.next()) {
        for (int k = 0; k < model_.count; ++k) {
            Fish fish{};
            fish.id = k + 1;
            fish.length = log_normal(random, model_.length * width_, model_.alike);
            fish.x = random.uniform(-0.45, 0.45) * width_;
            fish.y = random.uniform(0.05, 0.95) * height_;
            fish.heading = random.uniform(0, kTau);
            fish.turn = SmoothWander(random);
            fish.hurry = SmoothWander(random);
            fish.broad = SmoothWander(random);
            fish.tall = SmoothWander(random);
            shoal_.push_back(fish);
        }
    }

    /// The view in which one metre is one pixel and rows do not depend on the distance.
    [[nodiscard]] static GroundView view(cv::Size frame_size) {
        return {.frame_size = frame_size, .focal = 1, .camera_height = 0, .horizon = 1.0 * frame_size.height};
    }

    void step(double seconds) {
        ++tick_;
        KeyedRandom common(seed_, 0, tick_);
        common_turn_.step(memory(seconds, 1), common);
        const bool scare = happens(common, 0.2 * model_.bursts * seconds);
        for (Fish& fish : shoal_) {
            KeyedRandom random(seed_, fish.id, tick_);
            swim(fish, seconds, scare, random);
        }
    }

    void show(std::vector<Body>& bodies) const {
        for (const Fish& fish : shoal_) {
            const double across = std::abs(std::cos(fish.heading)), along = std::abs(std::sin(fish.heading));
            const double breadth = model_.slender * fish.length;
            const double width =
                (across * fish.length + along * breadth) * std::exp(model_.wobble * fish.broad.value());
            const double height =
                (along * fish.length + across * breadth) * std::exp(model_.wobble * fish.tall.value());
            bodies.push_back({.id = fish.id,
                              .class_id = 0,
                              .x = fish.x,
                              .distance = 1,
                              .elevation = fish.y - 0.5 * height,
                              .width = width,
                              .height = height,
                              .depth = 0});
        }
    }

private:
    static constexpr double kTau = 6.283185307179586;

    struct Fish {
        TrackId id;
        double length;  // pixels
        double x, y;    // of its centre; y from the bottom of the image, pixels
        double heading; // radians
        double dash;    // what is left of a burst, in times of the usual speed
        SmoothWander turn, hurry, broad, tall;
    };

    void swim(Fish& fish, double seconds, bool scare, KeyedRandom& random) const {
        fish.turn.step(memory(seconds, 0.6), random);
        fish.hurry.step(memory(seconds, 1.5), random);
        fish.broad.step(memory(seconds, 0.2), random);
        fish.tall.step(memory(seconds, 0.2), random);
        if (scare || happens(random, model_.bursts * seconds)) {
            fish.heading += 0.2 * kTau * random.normal();
            fish.dash = random.uniform(1, 3);
        }
        fish.dash *= memory(seconds, 0.3);
        const double own = std::sqrt(1 - model_.together), common = std::sqrt(model_.together);
        fish.heading += model_.turning * (own * fish.turn.value() + common * common_turn_.value()) * seconds;
        // away from the walls
        const double ahead_x = fish.x + fish.length * std::cos(fish.heading);
        const double ahead_y = fish.y + fish.length * std::sin(fish.heading);
        if (std::abs(ahead_x) > 0.48 * width_ || std::abs(ahead_y - 0.5 * height_) > 0.47 * height_) {
            const double home = std::atan2(0.5 * height_ - fish.y, -fish.x);
            const double turn = std::remainder(home - fish.heading, kTau);
            fish.heading += (1 - memory(seconds, 0.3)) * turn;
        }
        const double usual = model_.speed * fish.length * std::exp(0.5 * fish.hurry.value());
        fish.x += usual * (1 + fish.dash) * std::cos(fish.heading) * seconds;
        fish.y += usual * (1 + fish.dash) * std::sin(fish.heading) * seconds;
        fish.x = std::clamp(fish.x, -0.6 * width_, 0.6 * width_);
        fish.y = std::clamp(fish.y, -0.1 * height_, 1.1 * height_);
    }

    ShoalModel model_;
    double width_, height_; // pixels
    std::uint64_t seed_;
    std::uint64_t tick_ = 0;
    SmoothWander common_turn_;
    std::vector<Fish> shoal_;
};

} // namespace fgagt::detail
