#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/motion/kalman_motion.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <limits>
#include <random>

using namespace fgagt;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::kInfinity;
using test::kNaN;

namespace {

BoxFlow shift_flow(float dx, float dy) {
    return {dx, dy, 1, 1, true};
}

/// The textbook filter with dense 8 x 8 matrices: the state is (x, y, w, h) and their velocities.
struct DenseKalman {
    using Vector = Eigen::VectorXd;
    using Square = Eigen::MatrixXd;
    KalmanMotionOptions options;
    Vector mean = Vector::Zero(8);
    Square covariance = Square::Zero(8, 8);

    static Vector measured(const Box& box) {
        return (Vector(4) << box.left + box.width / 2.0, box.top + box.height / 2.0, box.width, box.height)
            .finished();
    }
    static Square diagonal(Eigen::Index size, double value) { return Square::Identity(size, size) * value; }
    [[nodiscard]] double variance(double share) const { return share * share * mean(3) * mean(3); }

    void initiate(const Box& box) {
        mean << measured(box), Vector::Zero(4);
        covariance.topLeftCorner(4, 4) = diagonal(4, variance(options.birth_position_std));
        covariance.bottomRightCorner(4, 4) = diagonal(4, variance(options.birth_velocity_std));
    }
    void observe(const Square& h, const Vector& z, const Square& r) {
        const Square gain = covariance * h.transpose() * (h * covariance * h.transpose() + r).inverse();
        mean += gain * (z - h * mean);
        const Square rest = Square::Identity(8, 8) - gain * h;
        // Joseph form.
        covariance = (rest * covariance * rest.transpose() + gain * r * gain.transpose()).eval();
    }
    void update(const Box& box, double score) {
        Square h = Square::Zero(4, 8);
        h.leftCols(4).setIdentity();
        const double deviation = options.measurement_std + (1 - score) * options.doubt_std;
        Square r = diagonal(4, variance(deviation));
        r.bottomRightCorner(2, 2) *= options.size_noise_factor * options.size_noise_factor;
        observe(h, measured(box), r);
    }
    void follow(const Affine& camera) {
        Square a = Square::Identity(8, 8);
        const double scale = std::sqrt(camera.a * camera.d - camera.b * camera.c);
        for (const Eigen::Index at : {0, 4}) {
            a.block(at, at, 2, 2) << camera.a, camera.b, camera.c, camera.d;
            a.block(at + 2, at + 2, 2, 2) *= scale;
        }
        mean = (a * mean).eval();
        mean(0) += camera.tx;
        mean(1) += camera.ty;
        covariance = (a * covariance * a.transpose()).eval();
    }
    void observe_velocity(double vx, double vy, double dt) {
        Square h = Square::Zero(2, 8);
        h(0, 4) = h(1, 5) = 1;
        observe(h, (Vector(2) << vx, vy).finished(), diagonal(2, variance(options.flow_std) / (dt * dt)));
    }
    void predict(double dt) {
        Square f = Square::Identity(8, 8), q = Square::Zero(8, 8);
        const double drift = variance(options.position_std);
        const double turn = options.velocity_share * std::hypot(mean(4), mean(5));
        for (Eigen::Index i = 0; i < 4; ++i) {
            const double change = variance(options.velocity_std) + (i < 2 ? turn * turn : 0);
            f(i, i + 4) = dt;
            q(i, i) = drift * dt + change * dt * dt * dt / 3;
            q(i, i + 4) = q(i + 4, i) = change * dt * dt / 2;
            q(i + 4, i + 4) = change * dt;
        }
        mean = (f * mean).eval();
        covariance = (f * covariance * f.transpose() + q).eval();
    }
};

/// Largest difference between two filters, in units of the box's height.
double difference(const KalmanState& state, const DenseKalman& dense) {
    const KalmanAxis axes[] = {state.x, state.y, state.width, state.height};
    const double h = dense.mean(3);
    double largest = 0;
    for (Eigen::Index i = 0; i < 4; ++i) {
        const KalmanAxis& axis = axes[i];
        for (const double d : {(axis.position - dense.mean(i)) / h, (axis.velocity - dense.mean(i + 4)) / h,
                               (axis.position_variance - dense.covariance(i, i)) / (h * h),
                               (axis.covariance - dense.covariance(i, i + 4)) / (h * h),
                               (axis.velocity_variance - dense.covariance(i + 4, i + 4)) / (h * h)})
            largest = std::max(largest, std::abs(d));
    }
    return largest;
}

void check_close(const KalmanAxis& a, const KalmanAxis& b) {
    // Hundreds of rounding errors of 2^-53, with a margin for cancellation.
    constexpr double kRounding = 1e-9;
    CHECK_THAT(a.position, WithinRel(b.position, kRounding) || WithinAbs(b.position, 1e-9));
    CHECK_THAT(a.velocity, WithinRel(b.velocity, kRounding) || WithinAbs(b.velocity, 1e-9));
    CHECK_THAT(a.position_variance, WithinRel(b.position_variance, kRounding));
    CHECK_THAT(a.covariance, WithinRel(b.covariance, kRounding) || WithinAbs(b.covariance, 1e-9));
    CHECK_THAT(a.velocity_variance, WithinRel(b.velocity_variance, kRounding));
}

void check_close(const KalmanState& a, const KalmanState& b) {
    check_close(a.x, b.x);
    check_close(a.y, b.y);
    check_close(a.width, b.width);
    check_close(a.height, b.height);
}

/// A state with every velocity and covariance in use.
KalmanState moving(const KalmanMotion& motion, const Affine& world = {}) {
    const auto at = [&](double x, double y, double width, double height) {
        const double scale = std::sqrt(world.a * world.d - world.b * world.c);
        const double centre_x = world.a * x + world.b * y + world.tx;
        const double centre_y = world.c * x + world.d * y + world.ty;
        return Box{static_cast<float>(centre_x - scale * width / 2),
                   static_cast<float>(centre_y - scale * height / 2), static_cast<float>(scale * width),
                   static_cast<float>(scale * height)};
    };
    KalmanState state = motion.initiate(at(100, 200, 40, 80));
    for (int frame = 1; frame <= 5; ++frame) {
        motion.predict(state, 1, {}, {});
        motion.update(state, at(100 + 4 * frame, 200 - 2 * frame, 40 + frame, 80 + 2 * frame), 1);
    }
    return state;
}

} // namespace

TEST_CASE("a new object starts at rest at its box") {
    const KalmanMotion motion;
    const Box seen{10, 20, 30, 40};
    KalmanState state = motion.initiate(seen);
    CHECK(motion.box(state) == seen);
    CHECK(state.x == KalmanAxis{25, 0, 16, 0, 6.25}); // (.1 h)^2 and (h / 16)^2
    motion.predict(state, 7, {}, {});
    CHECK(motion.box(state) == seen);
}

TEST_CASE("the filter equals the textbook's") {
    const unsigned seed = test::seed_of("the filter equals the textbook's");
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto uniform = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
    };
    for (int life = 0; life < 50; ++life) {
        const KalmanMotion motion;
        DenseKalman dense;
        Box box{300, 200, 50, 120};
        KalmanState state = motion.initiate(box);
        dense.initiate(box);
        bool observed = true;
        for (int frame = 0; frame < 40; ++frame) {
            const auto dt = static_cast<float>(uniform(0.3, 3));
            // Scales and shears only along the axes: a rotation correlates x and y, which the filter ignores.
            Affine camera;
            if (random() % 2U == 0)
                camera = {uniform(0.97, 1.03), 0, uniform(-9, 9), 0, uniform(0.97, 1.03), uniform(-9, 9)};
            BoxFlow seen_flow;
            if (random() % 2U == 0)
                seen_flow =
                    shift_flow(static_cast<float>(uniform(-9, 9)), static_cast<float>(uniform(-9, 9)));

            motion.predict(state, dt, camera, seen_flow);
            const Eigen::VectorXd before = dense.mean;
            dense.follow(camera);
            if (seen_flow.reliable)
                dense.observe_velocity((seen_flow.dx - (dense.mean(0) - before(0))) / dt,
                                       (seen_flow.dy - (dense.mean(1) - before(1))) / dt, dt);
            if (!observed) dense.mean(6) = dense.mean(7) = 0;
            dense.predict(dt);
            observed = random() % 3U != 0;
            if (observed) {
                box.left += static_cast<float>(uniform(-8, 12));
                box.top += static_cast<float>(uniform(-8, 8));
                box.width = static_cast<float>(uniform(40, 60));
                box.height = static_cast<float>(uniform(100, 140));
                const auto score = static_cast<float>(uniform(0, 1));
                motion.update(state, box, score);
                dense.update(box, static_cast<double>(score));
            }
            CAPTURE(life, frame);
            REQUIRE(difference(state, dense) < 1e-9); // rounding errors of a few thousand operations
        }
    }
}

TEST_CASE("predictions over elapsed times add up") {
    const KalmanMotion motion;
    KalmanState once = moving(motion);
    // The size stays constant from the second prediction.
    once.width.velocity = once.height.velocity = 0;
    KalmanState twice = once, thrice = once;
    motion.predict(once, 3, {}, {});
    motion.predict(twice, 1, {}, {});
    motion.predict(twice, 2, {}, {});
    for (int i = 0; i < 3; ++i)
        motion.predict(thrice, 1, {}, {});
    check_close(twice, once);
    check_close(thrice, once);
}

TEST_CASE("a size changes for one prediction and then stays constant") {
    const KalmanMotion motion;
    KalmanState state = moving(motion);
    const double width = state.width.position, speed = state.width.velocity;
    REQUIRE(speed > 0.3);
    motion.predict(state, 1, {}, {});
    CHECK(state.width.position == width + speed);
    motion.predict(state, 1, {}, {});
    CHECK(state.width.position == width + speed);
    CHECK(state.width.velocity == 0);
    state = moving(motion);
    motion.predict(state, 1000, {}, {});
    CHECK(state.width.position == 2 * width); // never more than doubled
    state = moving(motion);
    state.height.velocity = -10;
    const double height = state.height.position;
    motion.predict(state, 1000, {}, {});
    CHECK(state.height.position == height / 2);
}

TEST_CASE("camera motion commutes with prediction") {
    // Values are exact in float if the scale is 2 and the shift is an integer.
    const KalmanMotion motion;
    const Affine world{2, 0, 30, 0, 2, -50};
    KalmanState camera_moved = moving(motion);
    KalmanState world_moved = moving(motion, world);
    motion.predict(camera_moved, 2, world, {});
    motion.predict(world_moved, 2, {}, {});
    check_close(camera_moved, world_moved);
}

TEST_CASE("a rotating camera rotates positions and velocities") {
    const KalmanMotion motion;
    KalmanState state = moving(motion);
    const KalmanState before = state;
    const double c = std::cos(0.3), s = std::sin(0.3);
    motion.predict(state, 1, {c, -s, 5, s, c, 6}, {});
    CHECK_THAT(state.x.velocity, WithinAbs(c * before.x.velocity - s * before.y.velocity, 1e-12));
    CHECK_THAT(state.y.velocity, WithinAbs(s * before.x.velocity + c * before.y.velocity, 1e-12));
    CHECK_THAT(state.x.position,
               WithinAbs(c * before.x.position - s * before.y.position + 5 + state.x.velocity, 1e-12));
    CHECK_THAT(state.height.position, WithinAbs(before.height.position + before.height.velocity, 1e-12));
}

TEST_CASE("only reliable flow improves the velocity") {
    const KalmanMotion motion;
    const KalmanState start = motion.initiate({0, 0, 50, 100});
    KalmanState without = start, with = start, ignored = start;
    motion.predict(without, 1, {}, {});
    motion.predict(with, 1, {}, shift_flow(6, -3));
    BoxFlow unreliable = shift_flow(6, -3);
    unreliable.reliable = false;
    motion.predict(ignored, 1, {}, unreliable);
    CHECK(ignored == without);
    CHECK(with.x.velocity_variance < 0.2 * without.x.velocity_variance);
    // Prior (h / 16)^2 versus (.02 h)^2: the weight of the flow is 6.25^2 / (6.25^2 + 2^2).
    const double share = 39.0625 / 43.0625;
    CHECK_THAT(with.x.velocity, WithinAbs(6 * share, 1e-12));
    CHECK_THAT(with.y.position, WithinAbs(50 - 3 * share, 1e-12));
    CHECK(with.width == without.width);
}

TEST_CASE("flow over a longer time gives the same velocity with less uncertainty") {
    const KalmanMotion motion;
    KalmanState state = motion.initiate({0, 0, 50, 100});
    motion.predict(state, 3, {}, shift_flow(18, 0));
    const double share = 39.0625 / (39.0625 + 4.0 / 9);
    CHECK_THAT(state.x.velocity, WithinAbs(6 * share, 1e-12));
}

TEST_CASE("the camera's part of the flow does not change the object's velocity") {
    const KalmanMotion motion;
    const KalmanState start = motion.initiate({0, 0, 50, 100});
    KalmanState state = start;
    motion.predict(state, 1, {1, 0, 7, 0, 1, -4}, shift_flow(7, -4)); // the camera causes all of it
    CHECK(state.x.velocity == 0);
    CHECK(state.y.velocity == 0);
    CHECK(motion.box(state) == Box{7, -4, 50, 100});
    state = start;
    motion.predict(state, 1, {1.1, 0, 0, 0, 1.1, 0},
                   shift_flow(2.5F, 5)); // the shift of the centre (25, 50) by the zoom
    CHECK_THAT(state.x.velocity, WithinAbs(0, 1e-12));
    CHECK_THAT(state.y.velocity, WithinAbs(0, 1e-12));
}

TEST_CASE("an implausible camera motion counts as unknown") {
    const KalmanMotion motion;
    KalmanState expected = moving(motion);
    motion.predict(expected, 1, {}, {});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Affine& hostile :
         {Affine{nan, 0, 0, 0, 1, 0}, Affine{1, 0, nan, 0, 1, 0}, Affine{0, 0, 0, 0, 0, 0},
          Affine{-1, 0, 0, 0, 1, 0}, Affine{1e300, 0, 0, 0, 1e300, 0}, Affine{1e300, 0, 0, 0, 1e-300, 0},
          Affine{1, 0, 1e300, 0, 1, 0}}) {
        KalmanState state = moving(motion);
        motion.predict(state, 1, hostile, {});
        CHECK(state == expected);
    }
}

TEST_CASE("an invalid box as observation changes nothing") {
    const KalmanMotion motion;
    const KalmanState before = moving(motion);
    for (const Box& hostile : {Box{kNaN, 0, 1, 1}, {0, 0, kInfinity, 1}, {0, 0, 0, 1}, {2e7F, 0, 1, 1}}) {
        KalmanState state = before;
        motion.update(state, hostile, 1);
        CHECK(state == before);
    }
}

TEST_CASE("boxes stay usable whatever comes in") {
    const unsigned seed = test::seed_of("boxes stay usable whatever comes in");
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto number = [&] {
        const float numbers[] = {0,      1,     -1,     5.5F,  100,       -100,       1e7F, -1e7F,
                                 1e-30F, 1e30F, -1e30F, 3e38F, kInfinity, -kInfinity, kNaN, 1e-45F};
        return numbers[random() % 16U];
    };
    const Box usable[] = {{0, 0, 1e-30F, 1e-30F},     {-1e7F, -1e7F, 2e7F, 2e7F}, {9999999, 9999999, 1, 1},
                          {-1e7F, 9e6F, 1e-3F, 1e6F}, {10, 20, 30, 40},           {0, 0, 1e-45F, 1e7F}};
    const KalmanMotion motion;
    for (int life = 0; life < 2000; ++life) {
        KalmanState state = motion.initiate(random() % 4U == 0 ? Box{number(), number(), number(), number()}
                                                               : usable[random() % 6U]);
        for (int step = 0; step < 30; ++step) {
            const Affine wild{number(), number(), number(), number(), number(), number()};
            const Affine large{16, 0, 1e6, 0, 16, -1e6}, small{1 / 16.0, 0, 0, 0, 1 / 16.0, 0};
            const Affine cameras[] = {wild, large, small, {}};
            const float times[] = {1, 1e9F, 3e38F, 1e-30F};
            const BoxFlow wild_flow{number(), number(), number(), 1, random() % 2U == 0};
            if (random() % 2U == 0)
                motion.predict(state, times[random() % 4U], cameras[random() % 4U], wild_flow);
            else
                motion.update(state, usable[random() % 6U], 1);
            const Box box = motion.box(state);
            CAPTURE(life, step, box.left, box.top, box.width, box.height);
            REQUIRE(is_usable(box));
            for (const KalmanAxis& axis : {state.x, state.y, state.width, state.height}) {
                REQUIRE(detail::is_finite(axis.velocity));
                REQUIRE((axis.position_variance > 0 && axis.velocity_variance > 0));
                REQUIRE(detail::is_finite(axis.position_variance + axis.velocity_variance));
                REQUIRE(axis.covariance * axis.covariance <=
                        1.000001 * axis.position_variance * axis.velocity_variance);
            }
        }
    }
}

TEST_CASE("the filter recovers from hostile input") {
    const KalmanMotion motion;
    KalmanState state = motion.initiate({1e6F, -1e6F, 1e-30F, 9e6F});
    motion.predict(state, 1e9F, {16, 0, 1e6, 0, 16, -1e6}, shift_flow(1e30F, -1e30F));
    const Box box{100, 100, 50, 100};
    for (int frame = 0; frame < 200; ++frame) {
        motion.predict(state, 1, {}, {});
        motion.update(state, box, 1);
    }
    CHECK(iou(motion.box(state), box) > 0.9);
}

TEST_CASE("a more confident detection moves the box more, and scores are clamped to their range") {
    const KalmanMotion motion;
    const auto moved_by = [&](float score) {
        KalmanState state = motion.initiate({-25, -50, 50, 100});
        motion.update(state, {-15, -55, 50, 110}, score);
        return std::pair{state.x.position, state.height.position - 100};
    };
    const auto [sure_x, sure_height] = moved_by(1);
    const auto [unsure_x, unsure_height] = moved_by(0.3F);
    CHECK(sure_x > 1.5 * unsure_x);
    CHECK(sure_height > 1.5 * unsure_height);
    CHECK(moved_by(7) == moved_by(1));
    CHECK(moved_by(-7) == moved_by(0));
    CHECK(moved_by(kNaN) == moved_by(0));
}

TEST_CASE("a Kalman filter refuses invalid deviations") {
    const auto refused = [](auto change) {
        KalmanMotionOptions options;
        change(options);
        CHECK_THROWS_AS(KalmanMotion(options), InvalidArgument);
    };
    for (const double bad : {0.0, -1.0, static_cast<double>(kNaN), static_cast<double>(kInfinity)}) {
        refused([=](auto& o) { o.position_std = bad; });
        refused([=](auto& o) { o.velocity_std = bad; });
        refused([=](auto& o) { o.measurement_std = bad; });
        refused([=](auto& o) { o.size_noise_factor = bad; });
        refused([=](auto& o) { o.birth_position_std = bad; });
        refused([=](auto& o) { o.birth_velocity_std = bad; });
        refused([=](auto& o) { o.flow_std = bad; });
        if (bad != 0) refused([=](auto& o) { o.velocity_share = bad; });
        if (bad != 0) refused([=](auto& o) { o.doubt_std = bad; });
    }
}
