#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/random_draws.hpp>

#include <opencv2/core.hpp>

#include <cmath>

namespace fgagt::detail {

/// First `first`, then `second`.
[[nodiscard]] inline Affine composed(const Affine& first, const Affine& second) {
    return {second.a * first.a + second.b * first.c,
            second.a * first.b + second.b * first.d,
            second.a * first.tx + second.b * first.ty + second.tx,
            second.c * first.a + second.d * first.c,
            second.c * first.b + second.d * first.d,
            second.c * first.tx + second.d * first.ty + second.ty};
}

/// The way back.
[[nodiscard]] inline Affine inverted(const Affine& map) {
    const double determinant = map.a * map.d - map.b * map.c;
    const double a = map.d / determinant, b = -map.b / determinant;
    const double c = -map.c / determinant, d = map.a / determinant;
    return {a, b, -(a * map.tx + b * map.ty), c, d, -(c * map.tx + d * map.ty)};
}

/// The box around a mapped box. Turns by less than a few degrees leave its size as it is.
[[nodiscard]] inline Box mapped(const Box& box, const Affine& map) {
    const double x = box.left + 0.5 * box.width, y = box.top + 0.5 * box.height;
    const double scale = std::sqrt(std::abs(map.a * map.d - map.b * map.c));
    const double width = scale * box.width, height = scale * box.height;
    return {static_cast<float>(map.a * x + map.b * y + map.tx - 0.5 * width),
            static_cast<float>(map.c * x + map.d * y + map.ty - 0.5 * height), static_cast<float>(width),
            static_cast<float>(height)};
}

/// Parameters of a camera that turns, shakes and zooms. Shifts are relative to the width of the frame.
struct CameraMotionModel {
    double pan = 0;          ///< standard deviation of the slow turning
    double pan_time = 5;     ///< its correlation time, seconds
    double shake = 0;        ///< standard deviation of the shaking
    double shake_time = 0.2; ///< its correlation time, seconds
    double roll = 0;         ///< standard deviation of the roll, radians
    double zoom = 0;         ///< standard deviation of the logarithm of the scale
    double follow = 0;       ///< share of the way of a followed point that the camera turns, [0, 1]
};

/// The map from a fixed canvas to the image of a moving camera.
class CameraWalk {
public:
    CameraWalk() = default;
    CameraWalk(const CameraMotionModel& model, cv::Size frame_size, KeyedRandom& random)
        : model_(model),
          size_(frame_size),
          pan_x_(random),
          pan_y_(random),
          zoom_(random) {}

    /// Moves on.
    ///
    /// @param seconds   time since the last frame
    /// @param followed  x of the point on the canvas that the camera follows, pixels from the centre
    void step(double seconds, double followed, KeyedRandom random) {
        const double slow = memory(seconds, model_.pan_time), quick = memory(seconds, model_.shake_time);
        pan_x_.step(slow, random);
        pan_y_.step(slow, random);
        zoom_.step(slow, random);
        shake_x_.step(quick, random);
        shake_y_.step(quick, random);
        roll_.step(quick, random);
        followed_ += (1 - memory(seconds, kReaction)) * (followed - followed_);
    }

    /// Canvas to image.
    [[nodiscard]] Affine view() const {
        const double scale = std::exp(model_.zoom * zoom_.value()), angle = model_.roll * roll_.value();
        const double cosine = scale * std::cos(angle), sine = scale * std::sin(angle);
        const double middle_x = 0.5 * size_.width, middle_y = 0.5 * size_.height;
        const double x = middle_x + model_.follow * followed_ +
                         size_.width * (model_.pan * pan_x_.value() + model_.shake * shake_x_.value());
        const double y = middle_y + size_.width * (0.2 * model_.pan * pan_y_.value() +
                                                   0.6 * model_.shake * shake_y_.value());
        return {cosine, -sine,  middle_x - cosine * x + sine * y,
                sine,   cosine, middle_y - sine * x - cosine * y};
    }

private:
    static constexpr double kReaction = 0.5; // seconds

    CameraMotionModel model_;
    cv::Size size_;
    SmoothWander pan_x_, pan_y_, zoom_;
    Wander shake_x_, shake_y_, roll_;
    double followed_ = 0;
};

} // namespace fgagt::detail
