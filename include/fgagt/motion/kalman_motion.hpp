#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/motion/detail/bounded_box.hpp>

#include <cmath>
#include <utility>

namespace fgagt {

/// Options of KalmanMotion: standard deviations in units of the box's height h. DeepSORT and ByteTrack use a
/// velocity_std of 1/160, a measurement_std of 1/20 for every box and no velocity_share. People walk more
/// steadily than that. A detector's score also shows how accurate a box is: on real sequences the
/// lowest-score boxes are two to seven times as far off as the highest-score ones, and sizes are farther off
/// than centres.
struct KalmanMotionOptions {
    double position_std = 1.0 / 20;  ///< drift of the position in one nominal frame, h, > 0
    double velocity_std = 1.0 / 480; ///< change of velocity in one nominal frame, h per frame, > 0
    /// Added change of the centre's velocity, as a share of the speed, >= 0.
    double velocity_share = 0.1;
    double measurement_std = 0.03; ///< error of the centre of an observed box of score 1, h, > 0
    /// Added to measurement_std at score 0, h, >= 0; linear in between.
    double doubt_std = 0.15;
    double size_noise_factor = 2;         ///< error of an observed size relative to the centre's, > 0
    double birth_position_std = 1.0 / 10; ///< error of a new object's centre and size, h, > 0
    double birth_velocity_std = 1.0 / 16; ///< error of a new object's velocity, h per frame, > 0
    double flow_std = 0.02;               ///< error of a reliable flow's displacement, h, > 0
};

/// One coordinate with its rate of change: means, variances and covariance; pixels and nominal frames.
struct KalmanAxis {
    double position = 0;          ///< mean
    double velocity = 0;          ///< mean, per frame
    double position_variance = 0; ///< of the position
    double covariance = 0;        ///< of position and velocity
    double velocity_variance = 0; ///< of the velocity

    friend bool operator==(const KalmanAxis&, const KalmanAxis&) = default;
};

/// A box's centre and size. A plain value.
struct KalmanState {
    KalmanAxis x;         ///< of the centre
    KalmanAxis y;         ///< of the centre
    KalmanAxis width;     ///< of the box
    KalmanAxis height;    ///< of the box
    bool observed = true; ///< whether the last event was an observation, not a prediction

    friend bool operator==(const KalmanState&, const KalmanState&) = default;
};

/// For snapshots.
template <class Archive>
void transfer(Archive& archive, KalmanAxis& axis) {
    archive(axis.position, axis.velocity, axis.position_variance, axis.covariance, axis.velocity_variance);
}
/// For snapshots.
template <class Archive>
void transfer(Archive& archive, KalmanState& state) {
    archive(state.x, state.y, state.width, state.height, state.observed);
}

/// Constant-velocity Kalman filter, independent in centre x, centre y, width and height.
///
/// - Position and velocity are random walks in continuous time, so two predictions of one frame each equal
///   one prediction of two frames.
/// - Camera motion is applied first: the centre moves with it; sizes and velocities scale and turn with it. A
///   camera motion that is not finite, mirrors, or scales by more than 16 counts as unknown.
/// - Reliable flow, minus the camera's part in it, is a measurement of the velocity over the elapsed time.
/// - From the second prediction without an observation on, the size stays constant. It never more than
///   doubles or halves in one prediction.
///
/// Means and variances stay bounded for any input; no size falls below 0.001 px.
class KalmanMotion {
public:
    using Options = KalmanMotionOptions;
    using State = KalmanState;

    KalmanMotion() : KalmanMotion(KalmanMotionOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit KalmanMotion(KalmanMotionOptions options) : options_(options) {
        const detail::OptionCheck check("KalmanMotion", "KalmanMotionOptions");
        const auto check_positive = [&](const char* name, const double& value) {
            check(detail::is_finite(value) && value > 0, name, "finite and > 0", value);
        };
        const auto check_not_negative = [&](const char* name, const double& value) {
            check(detail::is_finite(value) && value >= 0, name, "finite and >= 0", value);
        };
        check_positive("position_std", options.position_std);
        check_positive("velocity_std", options.velocity_std);
        check_not_negative("velocity_share", options.velocity_share);
        check_positive("measurement_std", options.measurement_std);
        check_not_negative("doubt_std", options.doubt_std);
        check_positive("size_noise_factor", options.size_noise_factor);
        check_positive("birth_position_std", options.birth_position_std);
        check_positive("birth_velocity_std", options.birth_velocity_std);
        check_positive("flow_std", options.flow_std);
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// The state of an object first seen at `box`, assumed to be at rest.
    [[nodiscard]] State initiate(const Box& box) const noexcept {
        const Box seen = detail::bounded_box(box);
        State state;
        const auto [x, y] = centre(seen);
        const double position_variance = square(options_.birth_position_std * seen.height);
        const double velocity_variance = square(options_.birth_velocity_std * seen.height);
        state.x = {x, 0, position_variance, 0, velocity_variance};
        state.y = {y, 0, position_variance, 0, velocity_variance};
        state.width = {seen.width, 0, position_variance, 0, velocity_variance};
        state.height = {seen.height, 0, position_variance, 0, velocity_variance};
        bound(state);
        return state;
    }

    /// Advances the state to the current frame.
    ///
    /// @param state    of the object, from initiate
    /// @param elapsed  nominal frames, > 0
    /// @param camera   from the previous frame to this one; the identity when unknown
    /// @param flow     of the box, from the previous frame to this one
    void predict(State& state, float elapsed, const Affine& camera, const BoxFlow& flow) const noexcept {
        const double dt = detail::bounded(elapsed, kMinElapsed, kMaxElapsed);
        const double x = state.x.position, y = state.y.position;
        if (is_plausible(camera)) follow_camera(state, camera);
        if (flow.reliable && detail::is_finite(flow.dx) && detail::is_finite(flow.dy)) {
            const double variance = square(options_.flow_std * state.height.position / dt);
            observe_velocity(state.x, (flow.dx - (state.x.position - x)) / dt, variance);
            observe_velocity(state.y, (flow.dy - (state.y.position - y)) / dt, variance);
            bound(state);
        }
        if (!state.observed) state.width.velocity = state.height.velocity = 0;
        state.observed = false;
        move(state, dt);
        bound(state);
    }

    /// Updates the state with an observation of the current frame. An unusable box (see is_usable())
    /// has no effect.
    ///
    /// @param state  of the object, in the current frame
    /// @param box    in pixels
    /// @param score  of the detection, [0, 1]: the lower, the less its box is trusted
    void update(State& state, const Box& box, float score) const noexcept {
        if (!is_usable(box)) return;
        const double deviation =
            options_.measurement_std + options_.doubt_std * (1 - detail::bounded(score, 0, 1));
        const double variance = square(deviation * state.height.position);
        const double size_variance = square(options_.size_noise_factor) * variance;
        const auto [x, y] = centre(box);
        observe_position(state.x, x, variance);
        observe_position(state.y, y, variance);
        observe_position(state.width, box.width, size_variance);
        observe_position(state.height, box.height, size_variance);
        state.observed = true;
        bound(state);
    }

    /// The filtered box: finite, of positive size.
    [[nodiscard]] Box box(const State& state) const noexcept {
        return detail::bounded_box(state.x.position, state.y.position, state.width.position,
                                   state.height.position);
    }

private:
    static constexpr double kMinElapsed = 1e-6, kMaxElapsed = 1e9; // nominal frames
    static constexpr double kMaxCameraScale = 16;
    static constexpr double kMaxSizeChange = 2;   // factor, in one prediction
    static constexpr double kMinVariance = 1e-20; // far below that of the smallest size
    static constexpr double kMaxVariance = 4 * detail::kMaxCoordinate * detail::kMaxCoordinate;

    [[nodiscard]] static double square(double value) noexcept { return value * value; }

    [[nodiscard]] static cv::Point2d centre(const Box& box) noexcept {
        return {box.left + 0.5 * box.width, box.top + 0.5 * box.height};
    }

    [[nodiscard]] static bool is_plausible(const Affine& map) noexcept {
        const auto within = [](const double& value, double limit) {
            return detail::is_within(value, -limit, limit);
        };
        const double determinant = map.a * map.d - map.b * map.c;
        return within(map.a, kMaxCameraScale) && within(map.b, kMaxCameraScale) &&
               within(map.c, kMaxCameraScale) && within(map.d, kMaxCameraScale) &&
               within(map.tx, detail::kMaxCoordinate) && within(map.ty, detail::kMaxCoordinate) &&
               determinant >= 1 / square(kMaxCameraScale) && determinant <= square(kMaxCameraScale);
    }

    static void follow_camera(State& state, const Affine& map) noexcept {
        const KalmanAxis x = state.x, y = state.y;
        turn(state.x, map.a, x, map.b, y);
        turn(state.y, map.c, x, map.d, y);
        state.x.position += map.tx;
        state.y.position += map.ty;
        const double scale = std::sqrt(map.a * map.d - map.b * map.c);
        turn(state.width, scale, state.width, 0, {});
        turn(state.height, scale, state.height, 0, {});
        bound(state);
    }

    /// axis = a x + b y for independent x and y. The covariance that a rotation creates between the new axes
    /// is dropped.
    static void turn(KalmanAxis& axis, double a, const KalmanAxis& x, double b,
                     const KalmanAxis& y) noexcept {
        axis = {a * x.position + b * y.position, a * x.velocity + b * y.velocity,
                a * a * x.position_variance + b * b * y.position_variance,
                a * a * x.covariance + b * b * y.covariance,
                a * a * x.velocity_variance + b * b * y.velocity_variance};
    }

    void move(State& state, double dt) const noexcept {
        const double drift = square(options_.position_std * state.height.position);
        const double change = square(options_.velocity_std * state.height.position);
        const double speed_change =
            square(options_.velocity_share) * (square(state.x.velocity) + square(state.y.velocity));
        for (KalmanAxis* axis : {&state.x, &state.y})
            move(*axis, dt, drift, change + speed_change);
        for (KalmanAxis* axis : {&state.width, &state.height})
            resize(*axis, dt, drift, change);
    }

    /// As move(), but reduces the velocity of a size that would change too much in one prediction.
    static void resize(KalmanAxis& axis, double dt, double drift, double change) noexcept {
        const double size = axis.position;
        const double reached =
            detail::bounded(size + dt * axis.velocity, size / kMaxSizeChange, size * kMaxSizeChange);
        axis.velocity = (reached - size) / dt;
        move(axis, dt, drift, change);
    }

    /// @param drift, change  variance that position and velocity gain per nominal frame
    static void move(KalmanAxis& axis, double dt, double drift, double change) noexcept {
        axis.position += dt * axis.velocity;
        axis.position_variance +=
            dt * (2 * axis.covariance + dt * axis.velocity_variance) + dt * drift + dt * dt * dt / 3 * change;
        axis.covariance += dt * axis.velocity_variance + dt * dt / 2 * change;
        axis.velocity_variance += dt * change;
    }

    static void observe_position(KalmanAxis& axis, double position, double variance) noexcept {
        const double total = axis.position_variance + variance;
        const double innovation = position - axis.position;
        axis.position += axis.position_variance / total * innovation;
        axis.velocity += axis.covariance / total * innovation;
        axis.velocity_variance -= axis.covariance / total * axis.covariance;
        axis.covariance *= variance / total;
        axis.position_variance *= variance / total;
    }

    static void observe_velocity(KalmanAxis& axis, double velocity, double variance) noexcept {
        std::swap(axis.position, axis.velocity);
        std::swap(axis.position_variance, axis.velocity_variance);
        observe_position(axis, velocity, variance);
        std::swap(axis.position, axis.velocity);
        std::swap(axis.position_variance, axis.velocity_variance);
    }

    static void bound(State& state) noexcept {
        using detail::kMaxCoordinate;
        bound(state.x, -kMaxCoordinate, kMaxCoordinate);
        bound(state.y, -kMaxCoordinate, kMaxCoordinate);
        bound(state.width, detail::kMinSize, 2 * kMaxCoordinate);
        bound(state.height, detail::kMinSize, 2 * kMaxCoordinate);
    }

    /// Keeps means in range and the covariance matrix valid, despite rounding.
    static void bound(KalmanAxis& axis, double low, double high) noexcept {
        using detail::bounded;
        axis.position = bounded(axis.position, low, high);
        axis.velocity = bounded(axis.velocity, -detail::kMaxCoordinate, detail::kMaxCoordinate);
        axis.position_variance = bounded(axis.position_variance, kMinVariance, kMaxVariance);
        axis.velocity_variance = bounded(axis.velocity_variance, kMinVariance, kMaxVariance);
        const double most = std::sqrt(axis.position_variance * axis.velocity_variance);
        axis.covariance = bounded(axis.covariance, -most, most);
    }

    Options options_;
};
static_assert(MotionModel<KalmanMotion>);

} // namespace fgagt
