#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/ground_view.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/detail/stage.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace fgagt::detail {

/// What drives on a road. Lengths in metres, times in seconds.
struct TrafficModel {
    int lanes = 4;
    double lane_width = 3.5;
    double heading = 1.2;  ///< of the road, radians from the image's x-axis
    double offset = 0;     ///< of the road's middle from the middle of the view
    double speed = 12;     ///< metres per second
    double density = 0.03; ///< vehicles per metre and lane
    double light_time = 0; ///< of a traffic light's phase; 0 if there is none
    double wobble = 0.01;  ///< relative deviation of the box's edges
    double parked = 0;     ///< parked cars per metre of each roadside
    bool sorts = false;    ///< whether cars, buses and trucks have different classes
};

/// Vehicles in lanes, which follow each other and wait at a traffic light.
class Driving {
public:
    Driving(const TrafficModel& model, const Stage& stage, KeyedRandom& random)
        : model_(model),
          stage_(stage),
          seed_(random.next()) {
        find_ends();
        // some vehicles on a short road too
        constexpr double kFew = 4, kDense = 0.08;
        model_.density = std::max(model_.density, std::min(kDense, kFew / (model_.lanes * (end_ - begin_))));
        for (int lane = 0; lane < model_.lanes; ++lane) {
            const double gap = 1 / model_.density;
            for (double place = begin_ + gap * random.uniform(); place < end_;
                 place += gap * random.uniform(0.4, 1.6))
                vehicles_.push_back(new_vehicle(lane, place, random));
        }
        if (model_.parked > 0)
            for (const double side : {-1.0, 1.0})
                for (double place = begin_; place < end_; place += random.uniform(0.6, 1.8) / model_.parked) {
                    Vehicle vehicle = new_vehicle(0, place, random);
                    vehicle.parked = true;
                    if (happens(random, 0.3)) std::swap(vehicle.length, vehicle.breadth); // across the road
                    vehicle.side = side * (0.5 * model_.lanes + 0.8) * model_.lane_width;
                    vehicles_.push_back(vehicle);
                }
        light_ = 0.5 * (begin_ + end_);
    }

    void step(double seconds) {
        ++tick_;
        time_ += seconds;
        for (Vehicle& vehicle : vehicles_) {
            KeyedRandom random(seed_, vehicle.id, tick_);
            drive(vehicle, seconds, random);
        }
        std::erase_if(vehicles_,
                      [&](const Vehicle& v) { return v.place > end_ + kReach || v.place < begin_ - kReach; });
        KeyedRandom random(seed_, 0, tick_);
        const double rate = model_.density * std::max(1.0, model_.speed + own_speed_);
        for (int lane = 0; lane < model_.lanes; ++lane)
            if (happens(random, rate * seconds)) enter(lane, random);
        if (own_speed_ > 0 && happens(random, 2 * model_.parked * own_speed_ * seconds)) {
            Vehicle vehicle = new_vehicle(0, end_, random);
            vehicle.parked = true;
            if (happens(random, 0.3)) std::swap(vehicle.length, vehicle.breadth);
            vehicle.side = (happens(random, 0.5) ? -1 : 1) * (0.5 * model_.lanes + 0.8) * model_.lane_width;
            vehicles_.push_back(vehicle);
        }
    }

    /// The camera drives along the road.
    void approach(double metres, double seconds) {
        own_speed_ = metres / seconds;
        for (Vehicle& vehicle : vehicles_)
            vehicle.place -= metres;
        light_ -= metres;
    }

    void show(std::vector<Body>& bodies) const {
        const double cosine = std::cos(model_.heading), sine = std::sin(model_.heading);
        for (const Vehicle& v : vehicles_) {
            const double side = v.side + 0.15 * v.sway.value();
            const double x = model_.offset + v.place * cosine - side * sine;
            const double z = middle() + v.place * sine + side * cosine;
            const double deep = v.length * std::abs(sine) + v.breadth * std::abs(cosine);
            const double distance = z - 0.5 * deep;
            if (distance < 0.7 * stage_.nearest || distance > stage_.farthest) continue;
            const double wide = v.length * std::abs(cosine) + v.breadth * std::abs(sine);
            bodies.push_back({.id = v.id,
                              .class_id = v.class_id,
                              .x = x,
                              .distance = distance,
                              .elevation = 0,
                              .width = wide * std::exp(model_.wobble * v.broad.value()),
                              .height = v.height * std::exp(model_.wobble * v.tall.value()),
                              .depth = deep});
        }
    }

private:
    static constexpr double kReach = 12; // metres beyond the visible part of the road

    struct Vehicle {
        TrackId id;
        int lane, class_id;
        double place;       // along the road
        double side;        // from the road's middle
        double speed, wish; // metres per second
        double length, breadth, height;
        bool parked;
        SmoothWander broad, tall, sway;
    };

    [[nodiscard]] double middle() const { return 0.5 * (stage_.nearest + stage_.farthest); }
    [[nodiscard]] double direction(int lane) const { return 2 * lane < model_.lanes ? 1 : -1; }
    [[nodiscard]] bool red(double direction) const {
        return model_.light_time > 0 &&
               std::fmod(time_ / model_.light_time, 2.0) < (direction > 0 ? 1.1 : 0.9);
    }

    /// The part of the road that is in view.
    void find_ends() {
        const double sine = std::abs(std::sin(model_.heading));
        const double deep = 0.5 * (stage_.farthest - stage_.nearest) / std::max(sine, 0.05);
        const double cosine = std::abs(std::cos(model_.heading));
        const double wide = stage_.right(stage_.farthest) / std::max(cosine, 0.05);
        end_ = std::min(deep, wide) + kReach;
        begin_ = -end_;
    }

    Vehicle new_vehicle(int lane, double place, KeyedRandom& random) {
        constexpr int kCar = 2, kBus = 5, kTruck = 7; // as in COCO
        Vehicle vehicle{};
        vehicle.id = ++made_;
        vehicle.lane = lane;
        vehicle.place = place;
        vehicle.side = (lane + 0.5 - 0.5 * model_.lanes) * model_.lane_width + 0.15 * random.normal();
        const double sort = random.uniform();
        const int kind = sort < 0.85 ? kCar : (sort < 0.92 ? kBus : kTruck);
        vehicle.class_id = model_.sorts ? kind : kCar;
        vehicle.length = (kind == kCar ? 4.4 : (kind == kBus ? 11 : 8)) * std::exp(0.08 * random.normal());
        vehicle.breadth = (kind == kCar ? 1.8 : 2.4) * std::exp(0.05 * random.normal());
        vehicle.height = (kind == kCar ? 1.5 : 3) * std::exp(0.08 * random.normal());
        vehicle.wish = log_normal(random, model_.speed, 0.15);
        vehicle.speed = 0.8 * vehicle.wish;
        vehicle.broad = SmoothWander(random);
        vehicle.tall = SmoothWander(random);
        vehicle.sway = SmoothWander(random);
        return vehicle;
    }

    void enter(int lane, KeyedRandom& random) {
        // what is slower than the camera comes into view at the far end
        const bool from_far = own_speed_ > 0.5 * model_.speed || direction(lane) < 0;
        const double place = from_far ? end_ : begin_;
        for (const Vehicle& other : vehicles_)
            if (!other.parked && other.lane == lane && std::abs(other.place - place) < 9) return;
        vehicles_.push_back(new_vehicle(lane, place, random));
    }

    /// Intelligent driver model (Treiber, Hennecke, Helbing, 2000).
    void drive(Vehicle& vehicle, double seconds, KeyedRandom& random) {
        const double slow = memory(seconds, 3);
        vehicle.broad.step(memory(seconds, 1), random);
        vehicle.tall.step(memory(seconds, 1), random);
        vehicle.sway.step(slow, random);
        if (vehicle.parked) return;
        const double forward = direction(vehicle.lane);
        double gap = 1e3, closing = 0;
        for (const Vehicle& other : vehicles_) {
            const double ahead = forward * (other.place - vehicle.place);
            if (other.parked || other.lane != vehicle.lane || ahead <= 0) continue;
            const double clear = ahead - 0.5 * (other.length + vehicle.length);
            if (clear >= gap) continue;
            gap = clear;
            closing = vehicle.speed - other.speed;
        }
        const double to_light = forward * (light_ - vehicle.place) - 0.5 * vehicle.length;
        if (red(forward) && to_light > 0 && to_light < gap) {
            gap = to_light;
            closing = vehicle.speed;
        }
        constexpr double kAcceleration = 2, kBraking = 3, kStandstill = 1.5, kHeadway = 1;
        const double wanted = kStandstill + std::max(0.0, vehicle.speed * kHeadway +
                                                              vehicle.speed * closing /
                                                                  (2 * std::sqrt(kAcceleration * kBraking)));
        const double near = wanted / std::max(gap, 0.3), free = vehicle.speed / vehicle.wish;
        const double change = kAcceleration * (1 - free * free * free * free - near * near);
        vehicle.speed = std::max(0.0, vehicle.speed + std::clamp(change, -8.0, 3.0) * seconds);
        vehicle.place += forward * vehicle.speed * seconds;
    }

    TrafficModel model_;
    Stage stage_;
    std::uint64_t seed_;
    std::uint64_t tick_ = 0;
    double time_ = 0, light_ = 0, own_speed_ = 0;
    double begin_ = 0, end_ = 0; // of the road
    TrackId made_ = 0;
    std::vector<Vehicle> vehicles_;
};

} // namespace fgagt::detail
