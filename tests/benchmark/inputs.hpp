#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/graph/graph_weights.hpp>

#include <opencv2/core.hpp>

#include <filesystem>
#include <vector>

/// What the stages and their rivals are given: the same in every run, and real where FGAGT_DATA is set.
namespace fgagt::bench {

inline constexpr float kMargin = 0.2F;

/// Consecutive frames of 1920 x 1080, BGR: of ADL-Rundle-6, or of a generated scene.
const std::vector<cv::Mat>& frames();

/// Numbers in [low, high).
Matrix uniform(Eigen::Index rows, Eigen::Index columns, double low, double high, std::uint64_t seed);

/// Affinities as a tracker sees them: each row has one to four entries above the margin, one of them the true
/// one, and all others below.
Matrix sparse_affinities(Eigen::Index rows, Eigen::Index columns);

/// [16 x 24] of the default tracker's first stage on ADL-Rundle-6, or generated ones as above.
Matrix tracker_affinities();

/// Feature map of a 1920 x 1080 frame at stride 4.
FeatureMap feature_map(int channels);

/// Boxes of people in a frame of 1920 x 1080.
std::vector<Box> people(std::size_t count);

/// A side of the adaptive graph: what it is given.
struct GraphInput {
    Matrix features_d, features_t, iou;
    GraphWeights weights;
};
GraphInput graph_input(Eigen::Index objects, Eigen::Index dimension);

/// Detections of people who walk about in a frame of 1920 x 1080, frame by frame.
std::vector<std::vector<Detection>> walks(std::size_t objects, std::size_t frames);

/// Writes what rivals outside this program are to be given, as .npy files.
void write_inputs(const std::filesystem::path& folder);

} // namespace fgagt::bench
