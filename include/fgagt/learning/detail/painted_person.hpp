#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/learning/detail/view.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

/// @file
/// Appearance of generated people: a head, clothes, and limbs that swing. Every person is different.
namespace fgagt::detail {

/// A random colour for clothes: most are dark, some grey or white, some blue, some of any colour.
[[nodiscard]] inline cv::Vec3b clothes_colour(KeyedRandom& random) {
    const double kind = random.uniform();
    cv::Vec3b hsv;
    const auto set = [&](double hue0, double hue1, double saturation0, double saturation1, double value0,
                         double value1) {
        hsv = {static_cast<std::uint8_t>(random.uniform(hue0, hue1)),
               static_cast<std::uint8_t>(random.uniform(saturation0, saturation1)),
               static_cast<std::uint8_t>(random.uniform(value0, value1))};
    };
    if (kind < 0.45)
        set(0, 180, 0, 70, 10, 80);
    else if (kind < 0.65)
        set(0, 180, 0, 45, 80, 240);
    else if (kind < 0.8)
        set(95, 130, 40, 200, 30, 180);
    else
        set(0, 180, 40, 255, 40, 240);
    cv::Mat pixel(1, 1, CV_8UC3, cv::Scalar(hsv[0], hsv[1], hsv[2]));
    cv::cvtColor(pixel, pixel, cv::COLOR_HSV2BGR);
    return pixel.at<cv::Vec3b>(0);
}

/// Normal noise that varies smoothly over an image, CV_32F.
///
/// @param grain  distance between independent numbers, pixels, >= 1
[[nodiscard]] inline cv::Mat smooth_noise(cv::Size size, int grain, double deviation, KeyedRandom& random) {
    cv::Mat coarse(std::max(2, size.height / grain), std::max(2, size.width / grain), CV_32F);
    for (int k = 0; k < coarse.rows * coarse.cols; ++k)
        coarse.at<float>(k / coarse.cols, k % coarse.cols) = static_cast<float>(deviation * random.normal());
    cv::Mat fine;
    cv::resize(coarse, fine, size, 0, 0, cv::INTER_CUBIC);
    return fine;
}

/// Multiplies each pixel of a CV_8UC3 image by e to the power of `logarithm` at that pixel.
inline void shade(cv::Mat& image, const cv::Mat& logarithm) {
    for (int y = 0; y < image.rows; ++y)
        for (int x = 0; x < image.cols; ++x) {
            const float factor = std::exp(logarithm.at<float>(y, x));
            for (std::uint8_t& level : image.at<cv::Vec3b>(y, x).val)
                level = cv::saturate_cast<std::uint8_t>(static_cast<float>(level) * factor);
        }
}

/// A random person, painted once in each phase of a step.
class PaintedPerson {
public:
    static constexpr int kPhases = 6;
    static constexpr int kWidth = 64, kHeight = 160; // pixels of a painted figure

    /// @param palette  likely colours of clothes; empty: any
    PaintedPerson(KeyedRandom& random, const std::vector<cv::Vec3b>& palette) {
        const Look look = dress(random, palette);
        for (int phase = 0; phase < kPhases; ++phase)
            views_.push_back(paint(look, phase));
    }

    /// One view for each of kPhases.
    [[nodiscard]] const std::vector<View>& views() const noexcept { return views_; }

private:
    /// Appearance of a person. Materials are images as large as the figure.
    struct Look {
        cv::Mat top, bottom, skin, hair, shoes, bag;
        double hip, knee, shoulders, bag_height;
        bool short_sleeves, skirt, bag_left;
    };

    static cv::Mat stuff(cv::Vec3b colour) {
        return {kHeight, kWidth, CV_8UC3, cv::Scalar(colour[0], colour[1], colour[2])};
    }

    /// Cloth of one colour with folds, and possibly with stripes, blotches or an open front of another
    /// colour.
    static cv::Mat cloth(KeyedRandom& random, const std::vector<cv::Vec3b>& palette) {
        cv::Mat result = stuff(colour(random, palette));
        const cv::Mat second = stuff(colour(random, palette));
        const double pattern = random.uniform();
        cv::Mat mask = cv::Mat::zeros(result.size(), CV_8U);
        if (pattern < 0.15) {
            const int period = static_cast<int>(random.uniform(6, 40));
            for (int y = 0; y < kHeight; y += 2 * period)
                mask.rowRange(y, std::min(y + period, kHeight)) = 255;
        } else if (pattern < 0.25) {
            const int period = static_cast<int>(random.uniform(5, 22));
            for (int x = 0; x < kWidth; x += 2 * period)
                mask.colRange(x, std::min(x + period, kWidth)) = 255;
        } else if (pattern < 0.4) {
            const int grain = static_cast<int>(random.uniform(8, 24));
            mask = smooth_noise(result.size(), grain, 1, random) > 0.7;
        } else if (pattern < 0.5) {
            const int side = static_cast<int>(random.uniform(20, 28));
            mask.colRange(side, kWidth - side) = 255;
        }
        second.copyTo(result, mask);
        shade(result, smooth_noise(result.size(), 10, random.uniform(0.05, 0.2), random));
        return result;
    }

    static cv::Vec3b colour(KeyedRandom& random, const std::vector<cv::Vec3b>& palette) {
        if (palette.empty() || random.uniform() < 0.3) return clothes_colour(random);
        cv::Vec3b result = palette[random.next() % palette.size()];
        const double factor = std::exp(0.12 * random.normal());
        for (std::uint8_t& level : result.val)
            level = cv::saturate_cast<std::uint8_t>(level * factor + 5 * random.normal());
        return result;
    }

    static cv::Vec3b from_hsv(double hue, double saturation, double value) {
        cv::Mat pixel(1, 1, CV_8UC3, cv::Scalar(hue, saturation, value));
        cv::cvtColor(pixel, pixel, cv::COLOR_HSV2BGR);
        return pixel.at<cv::Vec3b>(0);
    }

    static Look dress(KeyedRandom& random, const std::vector<cv::Vec3b>& palette) {
        Look look;
        look.top = cloth(random, palette);
        look.bottom = cloth(random, palette);
        look.skin = stuff(from_hsv(random.uniform(3, 16), random.uniform(50, 160), random.uniform(60, 230)));
        const bool covered = random.uniform() < 0.3;
        look.hair =
            stuff(covered ? clothes_colour(random)
                          : from_hsv(random.uniform(5, 20), random.uniform(0, 140), random.uniform(10, 120)));
        look.shoes = stuff(clothes_colour(random));
        look.hip = kHeight * random.uniform(0.42, 0.58);
        look.knee = kHeight * (random.uniform() < 0.25 ? random.uniform(0.65, 0.85) : 1.0);
        look.shoulders = random.uniform(0.45, 0.75);
        look.short_sleeves = random.uniform() < 0.3;
        look.skirt = random.uniform() < 0.15;
        if (random.uniform() < 0.35) look.bag = cloth(random, palette);
        look.bag_left = random.uniform() < 0.5;
        look.bag_height = kHeight * random.uniform(0.2, 0.45);
        return look;
    }

    /// Paints a view.
    class Painter {
    public:
        explicit Painter(View& view) : view_(view) {
            view.pixels = cv::Mat::zeros(kHeight, kWidth, CV_8UC3);
            view.mask = cv::Mat::zeros(kHeight, kWidth, CV_8U);
        }
        /// Paints the area that `draw` fills with 255, between heights `from` and `to`.
        template <class Draw>
        void put(const cv::Mat& stuff, Draw draw, double from = 0, double to = kHeight) {
            cv::Mat mask = cv::Mat::zeros(kHeight, kWidth, CV_8U);
            draw(mask);
            mask.rowRange(0, cvRound(from)) = 0;
            mask.rowRange(cvRound(to), kHeight) = 0;
            stuff.copyTo(view_.pixels, mask);
            view_.mask |= mask;
        }

    private:
        View& view_;
    };

    static View paint(const Look& look, int phase) {
        View view;
        Painter painter(view);
        const double swing = std::sin(2 * 3.14159265358979 * phase / kPhases) * 0.28 * kWidth;
        paint_legs(look, swing, painter);
        paint_arms(look, swing, painter);
        const auto torso = [&](cv::Mat& mask) {
            cv::ellipse(mask, cv::Point(kWidth / 2, cvRound(0.5 * (0.16 * kHeight + look.hip))),
                        cv::Size(cvRound(0.5 * look.shoulders * kWidth),
                                 cvRound(0.5 * (look.hip - 0.14 * kHeight)) + 3),
                        0, 0, 360, 255, cv::FILLED);
        };
        painter.put(look.top, torso);
        const auto head = [](cv::Mat& mask) {
            cv::ellipse(mask, cv::Point(kWidth / 2, 14), cv::Size(9, 12), 0, 0, 360, 255, cv::FILLED);
        };
        const bool from_the_front = phase < kPhases / 2;
        painter.put(look.skin, head);
        painter.put(look.hair, head, 0, (from_the_front ? 0.06 : 0.12) * kHeight);
        if (!look.bag.empty() && phase % 3 != 1)
            painter.put(
                look.bag,
                [&](cv::Mat& mask) { mask.colRange(look.bag_left ? 5 : 35, look.bag_left ? 29 : 59) = 255; },
                look.bag_height, look.bag_height + 0.22 * kHeight);
        return view;
    }

    static void paint_legs(const Look& look, double swing, Painter& painter) {
        for (const int side : {-1, 1}) {
            const double hip = 0.5 * kWidth + side * 0.09 * kWidth;
            const auto leg = [&](cv::Mat& mask) {
                cv::line(mask, cv::Point(cvRound(hip), cvRound(look.hip) - 2),
                         cv::Point(cvRound(hip + 0.6 * side * swing), kHeight - 4), 255, 11);
            };
            painter.put(look.bottom, leg);
            painter.put(look.skin, leg, look.knee);
            painter.put(look.shoes, leg, kHeight - 9);
        }
        if (!look.skirt) return;
        painter.put(look.bottom, [&](cv::Mat& mask) {
            const int waist = cvRound(look.hip) - 5, hem = cvRound(0.72 * kHeight), middle = kWidth / 2;
            cv::fillConvexPoly(mask,
                               std::array{cv::Point(middle - 12, waist), cv::Point(middle + 12, waist),
                                          cv::Point(middle + 18, hem), cv::Point(middle - 18, hem)},
                               255);
        });
    }

    static void paint_arms(const Look& look, double swing, Painter& painter) {
        for (const int side : {-1, 1}) {
            const double reach = side * look.shoulders * kWidth;
            const auto arm = [&](cv::Mat& mask) {
                cv::line(mask, cv::Point(cvRound(0.5 * kWidth + 0.4 * reach), cvRound(0.2 * kHeight)),
                         cv::Point(cvRound(0.5 * kWidth + 0.5 * reach - 0.5 * side * swing),
                                   cvRound(0.5 * kHeight)),
                         255, 8);
            };
            painter.put(look.top, arm);
            painter.put(look.skin, arm, (look.short_sleeves ? 0.32 : 0.48) * kHeight);
        }
    }

    std::vector<View> views_;
};

} // namespace fgagt::detail
