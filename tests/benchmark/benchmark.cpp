// Measures the library's stages side by side with the alternatives that a user would otherwise call.
// `compare.py` makes tables from the results.
//
//   fgagt_benchmark --inputs=FOLDER       writes the inputs of rivals outside this program
//   fgagt_benchmark [--benchmark_...]     measures; see Google Benchmark

#include "cells.hpp"

#include <opencv2/core/utility.hpp>

#include <string_view>

int main(int argc, char** argv) {
    constexpr std::string_view kInputs = "--inputs=";
    if (argc == 2 && std::string_view(argv[1]).starts_with(kInputs)) {
        fgagt::bench::write_inputs(std::string_view(argv[1]).substr(kInputs.size()));
        return 0;
    }
    cv::setNumThreads(1);
    fgagt::bench::add_assignment();
    fgagt::bench::add_backbone();
    fgagt::bench::add_detector();
    fgagt::bench::add_flow();
    fgagt::bench::add_graph();
    fgagt::bench::add_pooling();
    fgagt::bench::add_scaling();
    fgagt::bench::add_tracker();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
