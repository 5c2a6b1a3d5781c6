#pragma once

#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>

namespace fgagt {

/// A distinct colour for each ID, the same in every run. The golden ratio spreads the hues of consecutive IDs
/// evenly. Saturation and brightness alternate between IDs with similar hues.
///
/// @return  blue, green, red, each in [0, 255]
[[nodiscard]] inline cv::Scalar track_colour(TrackId id) noexcept {
    constexpr double kGoldenRatio = 0.6180339887498949;
    const double turns = static_cast<double>(id) * kGoldenRatio;
    const double hue = 6 * (turns - std::floor(turns));
    const double value = id % 3 == 0 ? 205 : 255;
    const double saturation = id % 2 == 0 ? .6 : .85;
    const auto channel = [&](double offset) {
        const double position = std::fmod(offset + hue, 6.);
        return value * (1 - saturation * std::clamp(std::min(position, 4 - position), 0., 1.));
    };
    return {channel(1), channel(3), channel(5)};
}

/// Relative luminance of an sRGB colour (WCAG 2.1), in [0, 1].
///
/// @param bgr  blue, green, red, each in [0, 255]
[[nodiscard]] inline double relative_luminance(const cv::Scalar& bgr) noexcept {
    const auto linear = [](double channel) {
        const double share = channel / 255;
        return share <= .04045 ? share / 12.92 : std::pow((share + .055) / 1.055, 2.4);
    };
    return .0722 * linear(bgr[0]) + .7152 * linear(bgr[1]) + .2126 * linear(bgr[2]);
}

/// Contrast ratio of two colours (WCAG 2.1), in [1, 21]; text needs at least 4.5.
[[nodiscard]] inline double contrast(const cv::Scalar& a, const cv::Scalar& b) noexcept {
    const auto [dark, light] = std::minmax({relative_luminance(a), relative_luminance(b)});
    return (light + .05) / (dark + .05);
}

/// Black or white, whichever is easier to read on `background`; the contrast is at least 4.5.
[[nodiscard]] inline cv::Scalar text_colour_on(const cv::Scalar& background) noexcept {
    const cv::Scalar black = cv::Scalar::all(0), white = cv::Scalar::all(255);
    return contrast(black, background) >= contrast(white, background) ? black : white;
}

} // namespace fgagt
