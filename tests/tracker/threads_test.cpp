#include "support/catch.hpp"
#include "support/opencv_threads.hpp"

#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

using namespace fgagt;
using test::OpenCvThreads;

namespace {

/// A stream with enough objects to divide all work between threads.
struct Crowd {
    std::vector<cv::Mat> frames;
    std::vector<std::vector<Detection>> detections;

    explicit Crowd(std::uint64_t seed, int count = 12) {
        SyntheticSceneOptions options;
        options.frame_size = {640, 480};
        options.frames = count;
        options.objects = 40;
        options.min_height = 40;
        options.max_height = 90;
        options.seed = seed;
        const SyntheticScene scene(options);
        for (int k = 0; k < count; ++k) {
            frames.push_back(scene.frame(k));
            detections.push_back(scene.detections(k));
        }
    }
};

/// All results of a tracker for a stream as numbers.
template <class AnyTracker>
std::vector<double> numbers_of(AnyTracker tracker, const Crowd& stream) {
    std::vector<double> numbers;
    for (std::size_t k = 0; k < stream.frames.size(); ++k) {
        const FrameResult& result = tracker.update(stream.frames[k], stream.detections[k]);
        for (const Track& track : result.tracks)
            for (const double number :
                 {static_cast<double>(track.id), static_cast<double>(track.box.left),
                  static_cast<double>(track.box.top), static_cast<double>(track.box.width),
                  static_cast<double>(track.box.height), static_cast<double>(track.score)})
                numbers.push_back(number);
        for (const float similarity : detail::numbers_of(tracker.work().similarity))
            numbers.push_back(static_cast<double>(similarity));
    }
    return numbers;
}

template <class AnyTracker>
void check_every_number_of_threads(const AnyTracker& tracker, const Crowd& stream) {
    std::vector<double> alone;
    {
        const OpenCvThreads threads(1);
        alone = numbers_of(tracker, stream);
    }
    CHECK(alone.size() > 1000);
    for (const int count : {2, 3, 4}) {
        const OpenCvThreads threads(count);
        CHECK(numbers_of(tracker, stream) == alone);
    }
}

} // namespace

TEST_CASE("the number of threads does not change the results") {
    const Crowd stream(31);
    check_every_number_of_threads(Tracker<>(), stream);
    check_every_number_of_threads(GraphTracker<>(), stream);
    check_every_number_of_threads(PaperTracker<>(), stream);
}

// A single OpenCV thread, because the thread sanitizer cannot follow the synchronisation of its pool.
TEST_CASE("trackers in several threads give the same results as alone") {
    constexpr std::size_t kThreads = 4;
    const OpenCvThreads one(1);
    std::vector<Crowd> streams;
    for (std::size_t k = 0; k < kThreads; ++k)
        streams.emplace_back(k + 1, 6);
    const auto all_presets = [&](std::size_t k) {
        return std::vector{numbers_of(Tracker<>(), streams[k]), numbers_of(GraphTracker<>(), streams[k]),
                           numbers_of(PaperTracker<>(), streams[k])};
    };
    std::vector<std::vector<std::vector<double>>> together(kThreads);
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < kThreads; ++k)
        threads.emplace_back([&, k] { together[k] = all_presets(k); });
    for (std::thread& thread : threads)
        thread.join();
    for (std::size_t k = 0; k < kThreads; ++k)
        CHECK(together[k] == all_presets(k));
}
