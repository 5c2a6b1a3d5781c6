#pragma once

#include "layer_of_file.hpp"

#include <fgagt/detection/score_levels.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::examples {

/// A pair, written LOW:HIGH on the command line.
template <class Value>
struct Range {
    Value low, high;
};

/// A size, written WIDTHxHEIGHT on the command line.
struct PixelSize {
    cv::Size value;
};

/// The command line of mot_track.
struct Arguments {
    std::filesystem::path source;
    std::filesystem::path detections;
    std::string detector;
    std::string head;
    std::optional<PixelSize> input_size;
    std::vector<std::string> classes;
    std::filesystem::path output;
    std::string preset = "default";
    std::string backbone;
    std::filesystem::path weights;
    Range<float> score_range{0, 1};
    float score_ceiling = ScoreLevelsOptions{}.ceiling;
    std::filesystem::path camera_motion;
    Range<std::int64_t> frames{1, std::numeric_limits<std::int64_t>::max()};
    int detect_every = 1;
    std::filesystem::path checkpoint;
    std::int64_t every = 1000;
    bool resume = false;
    std::filesystem::path video;
    std::filesystem::path stats;
    int threads = 0;
    bool quiet = false;
};

/// Whether the backbone is the detector itself.
[[nodiscard]] inline bool detects_by_itself(const Arguments& arguments) {
    return !arguments.detector.empty() && layer_of_file(arguments.backbone).file == arguments.detector;
}

} // namespace fgagt::examples
