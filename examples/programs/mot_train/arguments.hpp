#pragma once

#include "support/confident_tracks.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// The command line of mot_train.
struct Arguments {
    std::vector<std::filesystem::path> sequences;
    std::vector<std::pair<std::string, std::string>> tracks; ///< pairs of a video and its result
    ConfidenceOptions confidence;
    std::int64_t scenes = 0;
    std::vector<std::filesystem::path> crops;
    double crop_share = 0.5;
    std::vector<std::filesystem::path> validation;
    std::vector<std::filesystem::path> test;
    std::string detections;
    std::filesystem::path output;
    std::filesystem::path weights;
    std::int64_t steps = 1500;
    std::uint64_t seed = 1;
    std::filesystem::path log;
    std::filesystem::path plot;
    bool resume = false;
    std::int64_t checkpoint_every = 100;
    std::int64_t batch = 8;
    std::int64_t samples = 4000;
    double learning_rate = 3e-4;
    double weight_decay = 1e-4;
    int dimension = 128;
    double shrinkage = 0.5;
    std::int64_t max_gap = 40;
    double short_gaps = 0.5;
    double absences = 0.5;
    bool no_augmentation = false;
    std::int64_t patience = 5;
    bool freeze_graph = false;
    int threads = 0;
    bool quiet = false;

    [[nodiscard]] std::filesystem::path checkpoint() const {
        std::filesystem::path path = output;
        return path += ".checkpoint";
    }
};

} // namespace fgagt::examples
