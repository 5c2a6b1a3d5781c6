#pragma once

#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>

namespace fgagt::detail {

/// What a camera above a plane ground sees: the height of a standing object grows linearly with the distance
/// of its foot from the horizon.
struct GroundView {
    cv::Size frame_size{};    ///< pixels
    double focal = 1;         ///< focal length, pixels
    double camera_height = 1; ///< metres above the ground
    double horizon = 0;       ///< row of the horizon, pixels; may lie outside the image

    /// Row in which an object at this distance touches the ground, pixels.
    [[nodiscard]] double row(double distance) const { return horizon + focal * camera_height / distance; }
    /// Distance of an object that touches the ground in this row, metres.
    [[nodiscard]] double distance(double row) const { return focal * camera_height / (row - horizon); }
    /// Column of an object, pixels.
    [[nodiscard]] double column(double x, double distance) const {
        return 0.5 * frame_size.width + focal * x / distance;
    }
    /// Metres to the right of the camera.
    [[nodiscard]] double x(double column, double distance) const {
        return (column - 0.5 * frame_size.width) * distance / focal;
    }
};

/// A solid on the ground, in the camera's coordinates, in metres.
struct Body {
    TrackId id = 0;
    int class_id = 0;
    double x = 0;         ///< of its centre, to the right
    double distance = 1;  ///< of its near side, > 0
    double elevation = 0; ///< of its bottom above the ground
    double width = 1;     ///< across the view
    double height = 1;    ///< upwards
    double depth = 0;     ///< along the view
};

/// The box around a body, pixels.
[[nodiscard]] inline Box projected(const Body& body, const GroundView& view) {
    const double bottom = view.horizon + view.focal * (view.camera_height - body.elevation) / body.distance;
    const double above = view.camera_height - body.elevation - body.height;
    // seen from above, the far edge of the top is the highest
    const double top =
        view.horizon + view.focal * above / (above > 0 ? body.distance + body.depth : body.distance);
    const double width = view.focal * body.width / body.distance;
    return {static_cast<float>(view.column(body.x, body.distance) - 0.5 * width), static_cast<float>(top),
            static_cast<float>(width), static_cast<float>(bottom - top)};
}

} // namespace fgagt::detail
