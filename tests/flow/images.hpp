#pragma once

#include "support/data.hpp"

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace fgagt::test {

/// Evenly distributed in [low, high); the same on every platform.
inline double uniform(std::mt19937& random, double low, double high) {
    return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
}

/// A plane of grey levels that is defined at every real position: a sum of sinusoids with wavelengths of 8 to
/// 80 pixels.
class Texture {
public:
    explicit Texture(unsigned seed) {
        std::mt19937 random(seed);
        for (int i = 0; i < 20; ++i) {
            const double frequency = 2 * CV_PI / uniform(random, 8, 80);
            const double direction = uniform(random, 0, 2 * CV_PI);
            waves_.push_back({frequency * std::cos(direction), frequency * std::sin(direction),
                              uniform(random, 0, 2 * CV_PI), uniform(random, 5, 15)});
        }
    }

    [[nodiscard]] double at(double x, double y) const {
        double grey = 128;
        for (const Wave& wave : waves_)
            grey += wave.height * std::sin(wave.x * x + wave.y * y + wave.phase);
        return grey;
    }

    /// The picture whose pixel at p has the plane's value at `to_plane`(p), both in continuous coordinates.
    [[nodiscard]] cv::Mat picture(cv::Size size, const Affine& to_plane = {}) const {
        cv::Mat image(size, CV_8UC1);
        for (int row = 0; row < size.height; ++row)
            for (int column = 0; column < size.width; ++column) {
                const double x = column + 0.5, y = row + 0.5;
                image.at<std::uint8_t>(row, column) =
                    cv::saturate_cast<std::uint8_t>(at(to_plane.a * x + to_plane.b * y + to_plane.tx,
                                                       to_plane.c * x + to_plane.d * y + to_plane.ty));
            }
        return image;
    }

private:
    struct Wave {
        double x, y, phase, height;
    };
    std::vector<Wave> waves_;
};

/// The inverse of `map`.
inline Affine inverse(const Affine& map) {
    const double determinant = map.a * map.d - map.b * map.c;
    Affine result{map.d / determinant, -map.b / determinant, 0, -map.c / determinant, map.a / determinant, 0};
    result.tx = -(result.a * map.tx + result.b * map.ty);
    result.ty = -(result.c * map.tx + result.d * map.ty);
    return result;
}

inline cv::Point2f apply(const Affine& map, cv::Point2f point) {
    return {static_cast<float>(map.a * point.x + map.b * point.y + map.tx),
            static_cast<float>(map.c * point.x + map.d * point.y + map.ty)};
}

/// A frame of a MOTChallenge sequence, counted from 1, as a grey image.
inline cv::Mat grey_frame(const std::filesystem::path& sequence, int number) {
    char name[16];
    std::snprintf(name, sizeof name, "%06d.jpg", number);
    return cv::imread((sequence / "img1" / name).string(), cv::IMREAD_GRAYSCALE);
}

} // namespace fgagt::test
