#include "cells.hpp"

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/flow/image_pyramid.hpp>
#include <fgagt/flow/lucas_kanade.hpp>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

namespace fgagt::bench {
namespace {

constexpr int kWindow = 21, kLevels = 3;

/// Two grey frames, and points of the first one in continuous coordinates.
struct Pair {
    cv::Mat previous, current;
    std::vector<cv::Point2f> points;
};

cv::Mat grey(const cv::Mat& frame) {
    cv::Mat result;
    cv::cvtColor(frame, result, cv::COLOR_BGR2GRAY);
    return result;
}

Pair pair_of(std::size_t apart, std::size_t points, int height = 1080) {
    Pair pair{.previous = grey(scaled_frame(0, height)),
              .current = grey(scaled_frame(apart, height)),
              .points = {}};
    KeyedRandom random(13, points);
    for (std::size_t k = 0; k < points; ++k) {
        const auto x =
            static_cast<float>(random.uniform(kWindow, static_cast<double>(pair.previous.cols) - kWindow));
        const auto y =
            static_cast<float>(random.uniform(kWindow, static_cast<double>(pair.previous.rows) - kWindow));
        pair.points.emplace_back(x, y);
    }
    return pair;
}

/// The cost per frame: its pyramid, and tracking the points from the previous frame.
auto ours(Pair pair) {
    LucasKanade lucas_kanade({.window = kWindow, .levels = kLevels});
    GreyPyramid previous;
    lucas_kanade.prepare(pair.previous, previous);
    return [=, current = GreyPyramid(), tracked = std::vector<TrackedPoint>()]() mutable {
        lucas_kanade.prepare(pair.current, current);
        lucas_kanade.track(previous, current, pair.points, tracked);
    };
}

/// The same with OpenCV: its pyramid already contains the derivatives that the next frame needs.
auto opencv(Pair pair) {
    std::vector<cv::Mat> previous;
    cv::buildOpticalFlowPyramid(pair.previous, previous, {kWindow, kWindow}, kLevels);
    return [=, current = std::vector<cv::Mat>(), tracked = std::vector<cv::Point2f>(),
            status = std::vector<unsigned char>(), error = std::vector<float>()]() mutable {
        cv::buildOpticalFlowPyramid(pair.current, current, {kWindow, kWindow}, kLevels);
        cv::calcOpticalFlowPyrLK(previous, current, pair.points, tracked, status, error, {kWindow, kWindow},
                                 kLevels);
    };
}

} // namespace

cv::Mat scaled_frame(std::size_t index, int height) {
    const cv::Mat& frame = frames()[index];
    if (frame.rows == height) return frame;
    cv::Mat result;
    cv::resize(frame, result, {height * frame.cols / frame.rows, height}, 0, 0,
               height < frame.rows ? cv::INTER_AREA : cv::INTER_LINEAR);
    return result;
}

void add_flow() {
    for (const std::size_t apart : {1U, 5U})
        for (const std::size_t points : {10U, 50U, 200U, 1000U}) {
            const std::string cell = "flow/" + std::to_string(apart) + "_apart_" + std::to_string(points);
            add(cell + "/ours", [=] { return ours(pair_of(apart, points)); });
            add(cell + "/opencv", [=] { return opencv(pair_of(apart, points)); });
        }
    for (const std::size_t points : kScalingObjects)
        add("scaling/flow/" + std::to_string(points), [points] { return ours(pair_of(1, points)); });
    for (const int height : kScalingHeights)
        add("scaling/flow_100_points/" + std::to_string(height),
            [height] { return ours(pair_of(1, 100, height)); });
}

} // namespace fgagt::bench
