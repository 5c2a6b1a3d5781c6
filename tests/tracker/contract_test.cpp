#include "support/catch.hpp"
#include "support/moving_squares.hpp"

#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>

#include <opencv2/core.hpp>

#include <vector>

using namespace fgagt;
using test::MovingSquares;

// Promises of the contract that do not belong to a single part of the library.

namespace {

template <class AnyTracker>
void track_shape(const cv::Mat& frame) {
    AnyTracker tracker;
    const auto width = static_cast<float>(frame.cols), height = static_cast<float>(frame.rows);
    const std::vector<Detection> detections{
        {.box = {0, 0, width, height}, .score = 0.9F},
        {.box = {0.5F * width, 0.25F * height, 0.3F * width, 0.5F * height}, .score = 0.9F}};
    for (int k = 0; k < 3; ++k) {
        const FrameResult& result = tracker.update(frame, detections);
        REQUIRE(result.tracks.size() == 2);
        for (const Track& track : result.tracks)
            REQUIRE(is_usable(track.box));
    }
}

} // namespace

TEST_CASE("frames of every shape are tracked") {
    cv::RNG random(7);
    for (const cv::Size size :
         {cv::Size(1, 1), {2, 1}, {1, 3}, {3, 2}, {40000, 1}, {1, 40000}, {33000, 3}, {5, 33000}, {17, 700}})
        for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4}) {
            INFO(size << " of type " << type);
            cv::Mat whole(size + cv::Size(7, 5), type);
            random.fill(whole, cv::RNG::UNIFORM, 0, 256);
            const cv::Mat part = whole(cv::Rect({3, 2}, size));
            track_shape<Tracker<>>(part);
            track_shape<GraphTracker<>>(part);
            track_shape<PaperTracker<>>(part);
        }
}

TEST_CASE("a result is valid until the next call, and a copy stays valid") {
    const MovingSquares scene;
    Tracker<> tracker, same;
    const FrameResult& result = tracker.update(scene.frame(0), scene.detections(0));
    const FrameResult copy = result;
    CHECK(tracker.state().frames == 1); // reading the state is not a call
    CHECK(result.tracks == copy.tracks);
    tracker.update(scene.frame(1), scene.detections(1));
    tracker.reset();
    CHECK(copy.tracks == same.update(scene.frame(0), scene.detections(0)).tracks);
}
