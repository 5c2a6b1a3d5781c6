#include "cells.hpp"

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/tracker.hpp>

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fgagt::bench {
namespace {

constexpr std::size_t kFrames = 6;
constexpr std::size_t kObjects = 100; // used when another quantity grows

/// A video of people who stand side by side and one behind the other, without occlusion.
struct Crowd {
    std::vector<cv::Mat> frames;
    std::vector<std::vector<Detection>> detections;

    Crowd(std::size_t objects, int height) {
        constexpr int kColumns = 45, kRows = 23; // room for a thousand
        for (std::size_t k = 0; k < kFrames; ++k) {
            frames.push_back(scaled_frame(k, height));
            const float across = static_cast<float>(frames[k].cols) / kColumns;
            const float down = static_cast<float>(frames[k].rows) / kRows;
            KeyedRandom random(15, k);
            const auto jitter = [&] { return 0.02F * static_cast<float>(random.uniform(-1, 1)); };
            std::vector<Detection>& people = detections.emplace_back();
            for (std::size_t object = 0; object < objects; ++object) {
                const std::size_t place = object * (std::size_t{kColumns} * kRows) / objects;
                const std::size_t above = place / kColumns;
                const auto column = static_cast<float>(place % kColumns), row = static_cast<float>(above);
                people.push_back({.box = {(column + 0.3F + jitter()) * across,
                                          (row + 0.05F + jitter()) * down, 0.4F * across, 0.9F * down},
                                  .score = 0.9F});
            }
        }
    }
};

/// Counts the microseconds of each stage of `update` in the fastest tenth of all frames, which other programs
/// disturb least; the measured time covers all frames.
template <class AnyTracker>
void measure_stages(benchmark::State& state, std::size_t objects, int height, int threads) {
    constexpr std::size_t kWarmUp = 2 * kFrames;
    struct Stage {
        const char* name;
        double StageTimes::*time;
        std::vector<double> microseconds;
    };
    std::array<Stage, 7> stages{{{"backbone", &StageTimes::backbone, {}},
                                 {"flow", &StageTimes::flow, {}},
                                 {"pool", &StageTimes::pool, {}},
                                 {"graph", &StageTimes::graph, {}},
                                 {"assign", &StageTimes::assign, {}},
                                 {"lifecycle", &StageTimes::lifecycle, {}},
                                 {"total", &StageTimes::total, {}}}};
    const Crowd crowd(objects, height);
    const int threads_before = cv::getNumThreads();
    cv::setNumThreads(threads);
    AnyTracker tracker;
    std::size_t step = 0;
    const auto update = [&]() -> const StageTimes& {
        const std::size_t place = step++ % (2 * kFrames - 2); // back and forth
        const std::size_t k = std::min(place, 2 * kFrames - 2 - place);
        return tracker.update(crowd.frames[k], crowd.detections[k]).times;
    };
    for (std::size_t k = 0; k < kWarmUp; ++k)
        update();
    for (auto _ : state) { // NOLINT(clang-analyzer-deadcode.DeadStores)
        const StageTimes& times = update();
        state.SetIterationTime(times.total * 1e-6);
        for (Stage& stage : stages)
            stage.microseconds.push_back(times.*stage.time);
    }
    cv::setNumThreads(threads_before);
    for (Stage& stage : stages) {
        const auto tenth =
            stage.microseconds.begin() + static_cast<std::ptrdiff_t>(stage.microseconds.size() / 10);
        std::nth_element(stage.microseconds.begin(), tenth, stage.microseconds.end());
        state.counters[stage.name] = *tenth;
    }
}

/// "stages/objects/100": the stages of the default tracker as the number of objects grows.
template <class AnyTracker>
void add_stages(const std::string& grows, std::size_t size, std::size_t objects, int height, int threads) {
    const std::string name = "stages/" + grows + "/" + std::to_string(size);
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
        measure_stages<AnyTracker>(state, objects, height, threads);
    })->UseManualTime();
}

} // namespace

void add_scaling() {
    for (const std::size_t objects : kScalingObjects)
        add_stages<Tracker<>>("objects", objects, objects, 1080, 1);
    for (const int height : kScalingHeights)
        add_stages<Tracker<>>("rows", static_cast<std::size_t>(height), kObjects, height, 1);
    for (const int threads : {1, 2}) {
        const auto size = static_cast<std::size_t>(threads);
        add_stages<Tracker<>>("threads", size, kObjects, 1080, threads);
        add_stages<PaperTracker<>>("threads_paper", size, kObjects, 1080, threads);
    }
}

} // namespace fgagt::bench
