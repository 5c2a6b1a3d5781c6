#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/learning/detail/camera_walk.hpp>
#include <fgagt/learning/detail/dancing.hpp>
#include <fgagt/learning/detail/driving.hpp>
#include <fgagt/learning/detail/playing.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/detail/stage.hpp>
#include <fgagt/learning/detail/swimming.hpp>
#include <fgagt/learning/detail/walking.hpp>
#include <fgagt/learning/world_kind.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

namespace fgagt::detail {

/// What lives in a world.
using Cast = std::variant<Walking, Dancing, Playing, Driving, Swimming>;

/// Everything that is drawn when a world begins.
struct WorldPlan {
    double frame_rate = 25; ///< frames per second
    Stage stage{};
    CameraMotionModel camera{};
    double camera_speed = 0;      ///< towards the scene, metres per second
    double camera_error = 0;      ///< deviation of the estimated shift, pixels
    double camera_failures = 0;   ///< probability that an estimate is missing
    bool camera_known = false;    ///< whether the tracker gets an estimate
    bool moves = false;           ///< whether the camera moves at all
    double hidden = 0;            ///< visible share from which an object belongs to the truth
    double inside = 0.1;          ///< share of a box in the image from which it belongs to the truth
    bool clips = false;           ///< whether boxes of the truth end at the border of the image
    double absence = 1e9;         ///< seconds out of sight after which an object gets a new ID
    double annotation = 0.005;    ///< deviation of the edges of annotated boxes, relative to the size
    double annotation_time = 0.3; ///< its correlation time, seconds
    bool rounds = true;           ///< whether annotated boxes have whole numbers
    std::vector<Body> occluders;  ///< pillars and the like
};

/// Height of a person on the near and far edge of the stage, and the row of the near edge, all relative to
/// the height of the frame; view angle as focal length over width.
struct StageShape {
    double near_height, far_height, near_row, focal;
};

[[nodiscard]] inline Stage drawn_stage(const StageShape& shape, double person, cv::Size size,
                                       double horizon) {
    Stage stage;
    stage.view.frame_size = size;
    stage.view.focal = shape.focal * size.width;
    stage.view.horizon = horizon * size.height;
    stage.nearest = stage.view.focal * person / (shape.near_height * size.height);
    stage.farthest = stage.view.focal * person / (shape.far_height * size.height);
    stage.view.camera_height = (shape.near_row - horizon) * size.height * stage.nearest / stage.view.focal;
    constexpr double kTopRow = 0.05; // what stands farther away is above the image
    if (horizon < kTopRow - 0.01)
        stage.farthest = std::min(stage.farthest, stage.view.distance(kTopRow * size.height));
    return stage;
}

/// Draws the world of one kind.
class WorldPlanner {
public:
    WorldPlanner(WorldKind kind, KeyedRandom& random) : random_(random), kind_(kind) {}

    [[nodiscard]] std::pair<WorldPlan, Cast> draw() {
        draw_rate();
        draw_annotation();
        switch (kind_) {
        case WorldKind::kWalkers:
        case WorldKind::kCrowd:
            return with(walkers(kind_ == WorldKind::kCrowd));
        case WorldKind::kDancers:
            return with(dancers());
        case WorldKind::kPlayers:
            return with(players());
        case WorldKind::kVehicles:
            return with(vehicles());
        case WorldKind::kAnimals:
            break;
        }
        return happens(random_, 0.6) ? with(fish()) : with(herd());
    }

private:
    std::pair<WorldPlan, Cast> with(Cast cast) { return {std::move(plan_), std::move(cast)}; }

    void draw_rate() {
        if (happens(random_, 0.03))
            plan_.frame_rate = 1;
        else if (happens(random_, 0.3))
            plan_.frame_rate = any_of(random_, std::array{5.0, 7.0, 10.0, 12.5, 15.0, 50.0, 60.0});
        else
            plan_.frame_rate = any_of(random_, std::array{14.0, 20.0, 25.0, 30.0});
    }

    void draw_annotation() {
        plan_.hidden = happens(random_, 0.5) ? 0 : random_.uniform(0.02, 0.3);
        plan_.inside = random_.uniform(0.02, 0.4);
        plan_.clips = happens(random_, 0.5);
        plan_.absence = happens(random_, 0.5) ? 1e9 : log_uniform(random_, 1, 6);
        plan_.annotation = log_uniform(random_, 0.0005, 0.012);
        plan_.annotation_time = log_uniform(random_, 0.1, 1);
        plan_.rounds = happens(random_, 0.6);
    }

    cv::Size draw_size() {
        return any_of(random_, std::array{cv::Size(1920, 1080), cv::Size(1920, 1080), cv::Size(1280, 720),
                                          cv::Size(960, 540), cv::Size(768, 576), cv::Size(640, 480)});
    }

    /// @param follows  whether the camera follows the action
    void draw_camera(double moving, bool follows) {
        plan_.moves = follows || happens(random_, moving);
        if (!plan_.moves) return;
        CameraMotionModel& c = plan_.camera;
        if (follows) c.follow = random_.uniform(0.3, 1);
        if (happens(random_, 0.6)) c.pan = log_uniform(random_, 0.02, 0.4);
        c.pan_time = log_uniform(random_, 1, 8);
        if (happens(random_, 0.6)) c.shake = log_uniform(random_, 0.0003, 0.008);
        c.shake_time = log_uniform(random_, 0.08, 0.6);
        if (happens(random_, 0.4)) c.roll = log_uniform(random_, 0.001, 0.02);
        if (happens(random_, 0.4)) c.zoom = log_uniform(random_, 0.01, 0.2);
        plan_.camera_known = happens(random_, 0.7);
        plan_.camera_error = happens(random_, 0.2) ? 0 : log_uniform(random_, 0.05, 1.5);
        plan_.camera_failures = happens(random_, 0.5) ? 0 : log_uniform(random_, 0.002, 0.05);
        plan_.stage.margin = plan_.stage.view.frame_size.width * (1.5 * c.pan + 0.02);
    }

    void add_occluders(double probability, double person) {
        if (!happens(random_, probability)) return;
        const Stage& stage = plan_.stage;
        for (int k = whole_number(random_, 1, 4); k > 0; --k) {
            const double distance =
                stage.nearest + random_.uniform() * random_.uniform() * (stage.farthest - stage.nearest);
            const bool low = happens(random_, 0.3); // a parked car or a bench
            plan_.occluders.push_back(
                {.id = 0,
                 .class_id = 0,
                 .x = random_.uniform(stage.left(distance), stage.right(distance)),
                 .distance = distance,
                 .elevation = 0,
                 .width = person * (low ? random_.uniform(1, 2.6) : log_uniform(random_, 0.1, 0.8)),
                 .height = person * (low ? random_.uniform(0.4, 0.9) : random_.uniform(1.2, 4)),
                 .depth = 0});
        }
    }

    Walking walkers(bool crowd) {
        WalkerModel m;
        const cv::Size size = draw_size();
        StageShape shape{};
        shape.near_height = crowd ? log_uniform(random_, 0.15, 0.5) : log_uniform(random_, 0.2, 0.8);
        const double depth = log_uniform(random_, 1.5, 8); // of the far edge over that of the near one
        shape.far_height = shape.near_height / depth;
        shape.focal = random_.uniform(0.6, 1.5);
        // from high above when the horizon is far above the image
        const double horizon =
            happens(random_, 0.7) ? random_.uniform(0.25, 0.48) : random_.uniform(-1, 0.25);
        // some feet are in the image
        shape.near_row = std::min(random_.uniform(0.9, 1.4), horizon + depth * (0.75 - horizon));
        m.alone = random_.uniform(0.2, 0.85);
        const double people = crowd ? random_.uniform(20, 60) : log_uniform(random_, 4, 30);
        const double group = m.alone + (1 - m.alone) * 2.6;
        m.count = std::max(2, static_cast<int>(people / group));
        m.aspect = random_.uniform(0.33, 0.45);
        m.speed = random_.uniform(0.8, 1.5) * (happens(random_, 0.1) ? 2 : 1);
        m.standing = happens(random_, 0.4) ? random_.uniform(0.3, 0.9) : random_.uniform(0, 0.3);
        m.closeness = random_.uniform(0.12, 0.5);
        m.turning = random_.uniform(0.1, 0.7);
        m.restless = random_.uniform(0.03, 0.4);
        m.swing = random_.uniform(0.05, 0.25);
        m.wobble = log_uniform(random_, 0.02, 0.12);
        m.side_street = random_.uniform(0, 0.8);
        m.doors = happens(random_, 0.5) ? 0 : random_.uniform(0.05, 0.5);
        plan_.stage = drawn_stage(shape, m.height, size, horizon);
        draw_camera(0.5, false);
        if (plan_.moves && happens(random_, 0.6)) plan_.camera_speed = random_.uniform(0.3, 3);
        add_occluders(0.4, m.height);
        return Walking(m, plan_.stage, random_);
    }

    Walking herd() {
        WalkerModel m;
        m.animal = true;
        const cv::Size size = draw_size();
        m.height = random_.uniform(0.5, 1.5);
        StageShape shape{};
        shape.near_height = log_uniform(random_, 0.1, 0.5);
        shape.far_height = shape.near_height / random_.uniform(1.2, 4);
        shape.near_row = random_.uniform(0.8, 1.1);
        shape.focal = random_.uniform(0.8, 3);
        m.count = whole_number(random_, 3, 16);
        m.alone = random_.uniform(0.3, 1);
        m.aspect = random_.uniform(1.1, 1.8);
        m.speed = m.height * log_uniform(random_, 0.3, 3);
        m.standing = random_.uniform(0.1, 0.8);
        m.turning = random_.uniform(0.3, 1);
        m.restless = random_.uniform(0.1, 0.5);
        m.swing = random_.uniform(0.02, 0.1);
        m.wobble = log_uniform(random_, 0.01, 0.08);
        m.doors = 0;
        m.height_spread = random_.uniform(0.03, 0.2);
        plan_.stage = drawn_stage(shape, m.height, size, random_.uniform(-0.5, 0.3));
        draw_camera(0.5, false);
        add_occluders(0.2, m.height);
        return Walking(m, plan_.stage, random_);
    }

    Dancing dancers() {
        DancerModel m;
        const cv::Size size = happens(random_, 0.7) ? cv::Size(1920, 1080) : cv::Size(1280, 720);
        m.count = happens(random_, 0.2) ? whole_number(random_, 10, 24) : whole_number(random_, 4, 11);
        StageShape shape{};
        const double middle = log_uniform(random_, 0.2, 0.62);
        const double deep = random_.uniform(1.05, 1.6);
        shape.near_height = middle * deep;
        shape.far_height = middle / deep;
        shape.focal = random_.uniform(0.7, 1.5);
        shape.near_row = random_.uniform(0.75, 1.02);
        m.aspect = random_.uniform(0.4, 0.6);
        m.spacing = random_.uniform(0.7, 2.2);
        m.stiffness = random_.uniform(1.2, 4);
        m.rearrange = log_uniform(random_, 0.05, 0.5);
        m.swing = random_.uniform(0, 0.12);
        m.swing_time = random_.uniform(0.8, 3);
        m.leap = log_uniform(random_, 0.1, 1.2);
        m.leap_size = random_.uniform(0.03, 0.4);
        m.unrest = random_.uniform(0.5, 1.3);
        m.breadth = random_.uniform(0.26, 0.5);
        m.breadth_time = log_uniform(random_, 0.12, 0.4);
        m.stretch = random_.uniform(0.05, 0.16);
        m.stretch_time = log_uniform(random_, 0.12, 0.5);
        m.posture = happens(random_, 0.5) ? random_.uniform(0, 0.08) : random_.uniform(0.08, 0.3);
        m.in_step = random_.uniform(0, 0.8);
        m.alike = random_.uniform(0.02, 0.1);
        m.exits = happens(random_, 0.6) ? 0 : log_uniform(random_, 0.005, 0.05);
        plan_.stage = drawn_stage(shape, m.height, size, random_.uniform(0.1, 0.6));
        draw_camera(0.4, false);
        plan_.camera.pan *= 0.5;
        if (happens(random_, 0.7)) plan_.hidden = random_.uniform(0.1, 0.4);
        if (happens(random_, 0.7)) plan_.absence = 1e9;
        return Dancing(m, plan_.stage, random_);
    }

    Playing players() {
        PlayerModel m;
        const cv::Size size = happens(random_, 0.7) ? cv::Size(1280, 720) : cv::Size(1920, 1080);
        const bool large = happens(random_, 0.4); // a football pitch
        m.length = large ? random_.uniform(50, 100) : random_.uniform(15, 30);
        m.width = large ? random_.uniform(30, 60) : random_.uniform(8, 16);
        m.count = large ? whole_number(random_, 14, 25) : whole_number(random_, 8, 14);
        m.top_speed = random_.uniform(3, 7);
        m.agility = random_.uniform(3, 7);
        m.ball_speed = random_.uniform(3, happens(random_, 0.3) ? 16 : 8);
        m.crowding = random_.uniform(0.05, 0.7);
        m.resolve = random_.uniform(0.3, 1.2);
        m.breadth = random_.uniform(0.28, 0.45);
        m.stretch = random_.uniform(0.03, 0.13);
        m.shape_time = log_uniform(random_, 0.1, 0.3);
        StageShape shape{};
        shape.near_height = large ? random_.uniform(0.09, 0.22) : random_.uniform(0.14, 0.35);
        shape.focal = random_.uniform(1.2, 3);
        const double nearest = shape.focal * size.width * m.height / (shape.near_height * size.height);
        shape.far_height = shape.near_height * nearest / (nearest + m.width);
        shape.near_row = random_.uniform(0.85, 1.1);
        plan_.stage = drawn_stage(shape, m.height, size, random_.uniform(-1, 0.2));
        draw_camera(1, happens(random_, 0.85));
        plan_.camera.pan *= 0.3;
        plan_.camera.shake *= 0.3;
        return Playing(m, plan_.stage, random_);
    }

    Driving vehicles() {
        TrafficModel m;
        const bool drives = happens(random_, 0.35); // a camera in a car
        const cv::Size size =
            drives
                ? cv::Size(1242, 375)
                : any_of(random_, std::array{cv::Size(960, 540), cv::Size(1280, 720), cv::Size(1920, 1080)});
        constexpr double kCar = 1.5;
        StageShape shape{};
        shape.near_height = drives ? random_.uniform(0.5, 0.9) : log_uniform(random_, 0.1, 0.32);
        shape.far_height = drives ? random_.uniform(0.04, 0.09) : shape.near_height / random_.uniform(4, 12);
        shape.near_row = random_.uniform(1, 1.2);
        shape.focal = drives ? 0.58 : random_.uniform(0.6, 1.6);
        const double horizon = drives ? random_.uniform(0.42, 0.5) : random_.uniform(-0.5, 0.25);
        plan_.stage = drawn_stage(shape, kCar, size, horizon);
        m.lanes = whole_number(random_, 2, drives ? 4 : 6);
        const bool along = drives || happens(random_, 0.85);
        m.heading = drives ? random_.uniform(1.4, 1.75)
                           : (along ? 1.57 + 0.35 * random_.normal() : random_.uniform(-0.3, 0.3));
        m.offset = along ? 2 * random_.normal() : 0;
        m.speed = random_.uniform(7, 26);
        m.density = log_uniform(random_, 0.01, 0.06);
        m.light_time = happens(random_, 0.35) ? random_.uniform(6, 25) : 0;
        m.wobble = log_uniform(random_, 0.001, 0.02);
        m.parked = drives || happens(random_, 0.2) ? log_uniform(random_, 0.01, 0.12) : 0;
        m.sorts = happens(random_, 0.3);
        draw_camera(drives ? 1 : 0.15, false);
        plan_.camera.pan *= 0.3;
        plan_.camera.shake *= 0.1;
        plan_.camera.zoom *= 0.2;
        plan_.camera.roll *= 0.3;
        plan_.rounds = happens(random_, 0.2);
        plan_.annotation *= 0.4;
        if (drives) {
            plan_.camera_speed = random_.uniform(0, 14);
            if (happens(random_, 0.7)) plan_.frame_rate = 10;
        }
        return Driving(m, plan_.stage, random_);
    }

    Swimming fish() {
        ShoalModel m;
        const cv::Size size = draw_size();
        m.count = happens(random_, 0.3) ? whole_number(random_, 12, 35) : whole_number(random_, 3, 12);
        m.length = log_uniform(random_, 0.025, 0.1);
        m.slender = random_.uniform(0.2, 0.6);
        m.speed = log_uniform(random_, 0.5, 4);
        m.turning = random_.uniform(0.4, 2.5);
        m.bursts = log_uniform(random_, 0.03, 0.8);
        m.together = random_.uniform(0, 0.6);
        m.alike = random_.uniform(0.02, 0.15);
        m.wobble = log_uniform(random_, 0.01, 0.08);
        plan_.stage.view = Swimming::view(size);
        if (happens(random_, 0.3)) plan_.frame_rate = random_.uniform(30, 120);
        draw_camera(0.15, false);
        return Swimming(m, size, random_);
    }

    KeyedRandom& random_;
    WorldKind kind_;
    WorldPlan plan_;
};

} // namespace fgagt::detail
