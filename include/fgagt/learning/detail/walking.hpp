#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/ground_view.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/detail/stage.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace fgagt::detail {

/// How a walker looks and how fast it is.
struct WalkerModel {
    int count = 10;             ///< groups that are present on average
    double height = 1.7;        ///< metres
    double aspect = 0.41;       ///< width over height
    double speed = 1.3;         ///< metres per second
    double alone = 0.6;         ///< share of groups of one
    double standing = 0.2;      ///< share of the time that a group stands
    double turning = 0.3;       ///< deviation of the heading around its street, radians
    double restless = 0.1;      ///< relative deviation of the speed
    double swing = 0.1;         ///< relative deviation of the width in a step
    double wobble = 0.02;       ///< relative deviation of the box's edges
    double side_street = 0.3;   ///< share of groups that walk along the view
    double closeness = 0.3;     ///< distance to the neighbour in a group, in heights
    double doors = 0.1;         ///< share of groups that enter and leave inside the image
    double height_spread = 0.1; ///< deviation of the logarithm of the height
    bool animal = false;        ///< longer than high, so that its heading changes the width
};

/// People or animals that walk through, alone and in groups.
class Walking {
public:
    Walking(const WalkerModel& model, const Stage& stage, KeyedRandom& random)
        : model_(model),
          stage_(stage),
          seed_(random.next()) {
        for (int k = 0; k < model_.count; ++k)
            groups_.push_back(new_group(random, true));
    }

    void step(double seconds) {
        ++tick_;
        for (Group& group : groups_) {
            KeyedRandom random(seed_, group.number, tick_);
            walk(group, seconds, random);
        }
        std::erase_if(groups_, [](const Group& group) { return group.gone; });
        KeyedRandom random(seed_, 0, tick_);
        const double lacking = model_.count - static_cast<double>(groups_.size());
        const double passed =
            own_speed_ / (stage_.farthest - stage_.nearest); // share of the stage per second
        if (lacking > 0 && happens(random, std::min(1.0, (kArrivals + 3 * passed) * lacking * seconds)))
            groups_.push_back(new_group(random, false));
    }

    /// The camera moves towards everybody.
    void approach(double metres, double seconds) {
        own_speed_ = metres / seconds;
        for (Group& group : groups_)
            group.distance -= metres;
    }

    void show(std::vector<Body>& bodies) const {
        for (const Group& group : groups_)
            for (const Walker& walker : group.walkers) {
                const double distance = group.distance + walker.behind;
                if (distance < 0.5 * stage_.nearest) continue;
                const double side = std::abs(std::cos(group.heading));
                double width = walker.height * walker.aspect;
                if (model_.animal) width *= 0.4 + 0.6 * side;
                width *= std::exp(model_.swing * (0.3 + 0.7 * side) * group.pace * std::sin(walker.phase) +
                                  model_.wobble * walker.broad.value());
                const double height = walker.height * std::exp(0.5 * model_.wobble * walker.tall.value());
                bodies.push_back(
                    {.id = walker.id,
                     .class_id = 0,
                     .x = group.x + walker.beside + 0.3 * model_.wobble * walker.lean.value() * height,
                     .distance = distance,
                     .elevation = 0,
                     .width = width,
                     .height = height,
                     .depth = 0});
            }
    }

private:
    static constexpr double kArrivals = 0.5; // of a lacking group, per second
    static constexpr double kTau = 6.283185307179586;

    struct Walker {
        TrackId id;
        double height;         // metres
        double aspect;         // width over height
        double beside, behind; // of the group's place, metres
        double phase, cadence; // of its steps, radians, and radians per second
        LimbWander broad, tall, lean;
        SmoothWander drift_x, drift_z;
    };

    struct Group {
        std::uint64_t number;
        double x, distance;     // metres
        double street, heading; // radians from the image's x-axis
        double speed, pace;     // metres per second, and the current share of it
        bool stands;
        double door; // seconds until it disappears
        SmoothWander turn, hurry;
        std::vector<Walker> walkers;
        bool gone;
    };

    Group new_group(KeyedRandom& random, bool anywhere) {
        Group group{};
        group.number = ++groups_made_;
        const bool along = happens(random, model_.side_street);
        group.street = (along ? 0.25 * kTau : 0) + (happens(random, 0.5) ? 0 : 0.5 * kTau) +
                       model_.turning * random.normal();
        group.heading = group.street;
        group.speed = log_normal(random, model_.speed, 0.25);
        group.stands = happens(random, model_.standing);
        group.pace = group.stands ? 0 : 1;
        group.turn = SmoothWander(random);
        group.hurry = SmoothWander(random);
        const bool inside = happens(random, model_.doors);
        group.door = inside ? -15 * std::log(1 - random.uniform()) : 1e9;
        place(group, random, anywhere || inside);
        int size = 1;
        if (!happens(random, model_.alone)) size = whole_number(random, 2, happens(random, 0.25) ? 6 : 3);
        for (int k = 0; k < size; ++k) {
            const double height = log_normal(random, model_.height, model_.height_spread);
            const double beside =
                k == 0 ? 0
                       : (k % 2 == 0 ? 1 : -1) * random.uniform(0.5, 1.8) * model_.closeness * model_.height;
            group.walkers.push_back(
                {.id = ++walkers_made_,
                 .height = height,
                 .aspect = log_normal(random, model_.aspect, 0.08),
                 .beside = beside,
                 .behind = k == 0 ? 0 : random.normal() * model_.closeness * model_.height,
                 .phase = random.uniform(0, kTau),
                 .cadence = kTau * random.uniform(0.8, 1.2) * group.speed / model_.height * 1.2,
                 .broad = LimbWander(random),
                 .tall = LimbWander(random),
                 .lean = LimbWander(random),
                 .drift_x = SmoothWander(random),
                 .drift_z = SmoothWander(random)});
        }
        return group;
    }

    /// Puts a group anywhere in view, or where its way enters the view.
    void place(Group& group, KeyedRandom& random, bool anywhere) const {
        const GroundView& view = stage_.view;
        // between even density on the ground and in the image
        const double near_row = view.row(stage_.nearest), far_row = view.row(stage_.farthest);
        const double by_row = view.distance(random.uniform(far_row, near_row));
        const double by_distance = random.uniform(stage_.nearest, stage_.farthest);
        group.distance = happens(random, 0.6) ? by_row : by_distance;
        group.x = random.uniform(stage_.left(group.distance), stage_.right(group.distance));
        if (anywhere) return;
        const double forward = std::sin(group.heading), aside = std::cos(group.heading);
        if (own_speed_ > group.speed) { // comes into view in front of the camera
            group.distance =
                stage_.nearest + (stage_.farthest - stage_.nearest) * std::sqrt(random.uniform(0.3, 1));
            group.x = random.uniform(stage_.left(group.distance), stage_.right(group.distance));
        } else if (std::abs(forward) > std::abs(aside)) {
            group.distance = forward > 0 ? stage_.nearest : stage_.farthest;
            group.x = random.uniform(stage_.left(group.distance), stage_.right(group.distance));
        } else {
            const double edge = 0.5 * model_.aspect * model_.height;
            group.x = aside > 0 ? stage_.left(group.distance) - edge : stage_.right(group.distance) + edge;
        }
    }

    void walk(Group& group, double seconds, KeyedRandom& random) const {
        constexpr double kStop = 0.06; // per second, relative to the share of standing
        const double share = std::clamp(model_.standing, 0.01, 0.95);
        const double rate = group.stands ? kStop * (1 - share) / 0.5 : kStop * share / 0.5;
        if (happens(random, rate * seconds)) group.stands = !group.stands;
        if (happens(random, 0.01 * seconds)) group.street += 0.5 * kTau; // turns round
        if (happens(random, 0.04 * seconds)) group.street += random.uniform(-0.25, 0.25) * kTau;
        group.turn.step(memory(seconds, 2), random);
        group.hurry.step(memory(seconds, 1), random);
        const double wanted = group.street + model_.turning * group.turn.value();
        group.heading += (1 - memory(seconds, 0.6)) * (wanted - group.heading);
        group.pace += (1 - memory(seconds, 0.4)) * ((group.stands ? 0.0 : 1.0) - group.pace);
        const double speed =
            group.speed * group.pace * std::max(0.0, 1 + model_.restless * group.hurry.value());
        group.x += speed * std::cos(group.heading) * seconds;
        group.distance += speed * std::sin(group.heading) * seconds;
        for (Walker& walker : group.walkers) {
            walker.phase += walker.cadence * group.pace * seconds;
            const double quick = memory(seconds, 0.25), slow = memory(seconds, 4);
            walker.broad.step(quick, random);
            walker.tall.step(quick, random);
            walker.lean.step(quick, random);
            walker.drift_x.step(slow, random);
            walker.drift_z.step(slow, random);
            walker.beside += 0.05 * model_.height * walker.drift_x.value() * seconds;
            walker.behind += 0.05 * model_.height * walker.drift_z.value() * seconds;
        }
        group.door -= seconds;
        const double reach = model_.height * (model_.aspect + (group.walkers.size() > 1 ? 1 : 0));
        group.gone = group.door < 0 || !stage_.contains(group.x, group.distance, reach);
    }

    WalkerModel model_;
    Stage stage_;
    std::uint64_t seed_;
    std::uint64_t tick_ = 0, groups_made_ = 0;
    TrackId walkers_made_ = 0;
    double own_speed_ = 0; // of the camera, metres per second
    std::vector<Group> groups_;
};

} // namespace fgagt::detail
