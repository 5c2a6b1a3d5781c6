#pragma once

#include "support/data.hpp"

#include <fgagt/core/types.hpp>

#include <opencv2/imgproc.hpp>

#include <random>
#include <vector>

namespace fgagt::test {

/// Three separate textured squares that move steadily over a textured background. Every tracker must keep
/// their three IDs, so that the effect under test is visible.
class MovingSquares {
public:
    MovingSquares() : background_(kSize, CV_8UC3) {
        cv::RNG random(seed_of("moving squares"));
        random.fill(background_, cv::RNG::UNIFORM, 60, 160);
        cv::GaussianBlur(background_, background_, {}, 3);
        for (std::size_t k = 0; k < kObjects; ++k) {
            cv::Mat texture(12, 8, CV_8UC3);
            random.fill(texture, cv::RNG::UNIFORM, 0, 255);
            textures_.emplace_back();
            cv::resize(texture, textures_.back(), {kWidth, kHeight}, 0, 0, cv::INTER_CUBIC);
        }
    }

    /// Frame k, an arbitrary number from 0; 1 channel (grey), 3 (BGR) or 4 (BGRA).
    [[nodiscard]] cv::Mat frame(int k, int channels = 3) const {
        cv::Mat image = background_.clone();
        for (std::size_t object = 0; object < kObjects; ++object) {
            const cv::Rect place(left(object, k), top(object), kWidth, kHeight);
            textures_[object].copyTo(image(place));
        }
        if (channels == 1) cv::cvtColor(image, image, cv::COLOR_BGR2GRAY);
        if (channels == 4) cv::cvtColor(image, image, cv::COLOR_BGR2BGRA);
        return image;
    }

    /// One detection per object with a jitter of about a pixel, score 0.9.
    [[nodiscard]] std::vector<Detection> detections(int k) const {
        std::mt19937 random(static_cast<unsigned>(k) * 7919U + 1U);
        const auto jitter = [&] { return static_cast<float>(random() % 1000U) / 500.0F - 1.0F; };
        std::vector<Detection> result;
        for (std::size_t object = 0; object < kObjects; ++object)
            result.push_back(
                {.box = {static_cast<float>(left(object, k)) + jitter(),
                         static_cast<float>(top(object)) + jitter(), kWidth + jitter(), kHeight + jitter()},
                 .score = 0.9F});
        return result;
    }

private:
    static constexpr std::size_t kObjects = 3;
    static constexpr int kWidth = 40, kHeight = 70;
    inline static const cv::Size kSize{320, 260};

    /// Back and forth within the frame, two pixels per frame.
    static int left(std::size_t object, int k) {
        const int way = kSize.width - kWidth - 40;
        const int along = (2 * k + 60 * static_cast<int>(object)) % (2 * way);
        return 20 + (along < way ? along : 2 * way - along);
    }
    static int top(std::size_t object) { return 10 + 85 * static_cast<int>(object); }

    cv::Mat background_;
    std::vector<cv::Mat> textures_;
};

} // namespace fgagt::test
