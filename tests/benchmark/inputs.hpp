#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/graph/graph_weights.hpp>

#include <opencv2/core.hpp>

#include <filesystem>
#include <vector>

/// The inputs of the stages and their rivals: the same in every run, and real if FGAGT_DATA is set.
namespace fgagt::bench {

inline constexpr float kMargin = 0.2F;

/// Consecutive frames of 1920 x 1080, BGR, from ADL-Rundle-6 or from a generated scene.
const std::vector<cv::Mat>& frames();

/// Numbers in [low, high).
Matrix uniform(Eigen::Index rows, Eigen::Index columns, double low, double high, std::uint64_t seed);

/// Affinities as in a tracker: each row has one to four entries above the margin, one of them the correct
/// one, and all others are below.
Matrix sparse_affinities(Eigen::Index rows, Eigen::Index columns);

/// [16 x 24] from the default tracker's first stage on ADL-Rundle-6, or generated as above.
Matrix tracker_affinities();

/// Feature map of a 1920 x 1080 frame at stride 4.
FeatureMap feature_map(int channels);

/// Boxes of people in a frame of 1920 x 1080.
std::vector<Box> people(std::size_t count);

/// The inputs of one side of the adaptive graph.
struct GraphInput {
    Matrix features_d, features_t, iou;
    GraphWeights weights;
};
GraphInput graph_input(Eigen::Index objects, Eigen::Index dimension);

/// Detections of people who walk around in a frame of 1920 x 1080, frame by frame.
std::vector<std::vector<Detection>> walks(std::size_t objects, std::size_t frames);

/// Writes the inputs of rivals outside this program as .npy files.
void write_inputs(const std::filesystem::path& folder);

} // namespace fgagt::bench
