#pragma once

#include "inputs.hpp"

#include <array>
#include <benchmark/benchmark.h>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// The measurements. The name of a benchmark consists of its cell and the competitor, "ours" or a rival:
/// "graph/128/ours", "graph/128/eigen".
namespace fgagt::bench {

struct AssignmentCell {
    std::string name;
    std::function<Matrix()> scores;
};
/// Affinities by kind and size; rivals outside this program use the same ones.
const std::vector<AssignmentCell>& assignment_cells();

inline constexpr std::array kRoiAlignChannels{10, 64, 256};
inline constexpr std::array<Eigen::Index, 2> kGraphDimensions{128, 256};
inline constexpr std::array<std::size_t, 5> kScalingObjects{10, 30, 100, 300, 1000};

/// Heights of 16:9 frames, from 360p to 4K.
inline constexpr std::array kScalingHeights{360, 540, 720, 1080, 1440, 2160};
/// A frame of that height.
cv::Mat scaled_frame(std::size_t index, int height);

/// Adds a benchmark that repeatedly calls the function that `prepare` returns. `prepare` is not called for
/// benchmarks that do not run.
template <class Prepare>
void add(const std::string& name, Prepare prepare) {
    benchmark::RegisterBenchmark(name.c_str(), [prepare](benchmark::State& state) {
        auto work = prepare();
        for (auto _ : state) { // NOLINT(clang-analyzer-deadcode.DeadStores)
            work();
            benchmark::ClobberMemory();
        }
    })->Unit(benchmark::kMicrosecond);
}

void add_assignment();
void add_backbone();
void add_detector();
void add_flow();
void add_graph();
void add_pooling();
void add_scaling();
void add_tracker();

} // namespace fgagt::bench
