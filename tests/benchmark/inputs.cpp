#include "inputs.hpp"

#include "cells.hpp"

#include <fgagt/assignment/stage.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/synthetic_scene.hpp>
#include <fgagt/tracker.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>

namespace fgagt::bench {
namespace {

namespace fs = std::filesystem;

const cv::Size kFrameSize{1920, 1080};
constexpr std::size_t kFrames = 21;

std::optional<fs::path> sequence() {
    const char* data = std::getenv("FGAGT_DATA");
    if (data == nullptr) return std::nullopt;
    const fs::path folder = fs::path(data) / "mot" / "ADL-Rundle-6";
    if (!fs::exists(folder)) return std::nullopt;
    return folder;
}

std::vector<cv::Mat> read_frames() {
    std::vector<cv::Mat> result;
    if (const auto folder = sequence()) {
        const auto source = open_sequence(*folder);
        for (cv::Mat frame; result.size() < kFrames && source->read(frame);)
            result.push_back(frame.clone());
    } else {
        SyntheticSceneOptions options;
        options.frame_size = kFrameSize;
        options.objects = 40;
        options.min_height = 150;
        options.max_height = 400;
        const SyntheticScene scene(options);
        for (int k = 0; k < static_cast<int>(kFrames); ++k)
            result.push_back(scene.frame(k));
    }
    return result;
}

/// The scores of the default tracker's first stage in the first frame with enough detections and tracks;
/// every detection creates a track, so that there are enough.
Matrix affinities_of(const fs::path& folder, Eigen::Index rows, Eigen::Index columns) {
    const DetectionRows detections = read_detections(folder / "det" / "yolox_nano.txt");
    const auto source = open_sequence(folder);
    const FusionStage stage;
    Tracker<> tracker({.lifecycle = LifecycleManager({.birth_score = 0.1F, .max_tentative_missed = 30})});
    std::int64_t number = 1;
    for (cv::Mat frame; source->read(frame); ++number) {
        std::vector<Detection> usable;
        for (const DetectionRow& row : detections.frame(number))
            usable.push_back({.box = row.box, .score = row.score});
        tracker.begin(frame, usable);
        tracker.propagate_tracks();
        tracker.extract_features();
        tracker.pool_features();
        tracker.associate();
        const Evidence evidence = tracker.evidence();
        if (std::ssize(evidence.detections) >= rows && std::ssize(evidence.tracks) >= columns) {
            std::vector<std::size_t> d(static_cast<std::size_t>(rows)), t(static_cast<std::size_t>(columns));
            std::iota(d.begin(), d.end(), std::size_t{0});
            std::iota(t.begin(), t.end(), std::size_t{0});
            Matrix scores;
            stage.score(evidence, d, t, scores);
            return scores;
        }
        tracker.commit();
    }
    throw std::runtime_error("no frame of " + folder.string() + " has enough detections and tracks");
}

void write_npy(const fs::path& path, const float* numbers, const std::vector<std::size_t>& shape) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    std::size_t count = 1;
    for (const std::size_t extent : shape) {
        header += std::to_string(extent) + ',';
        count *= extent;
    }
    header += "), }";
    // The data start at a multiple of 64.
    header.resize((header.size() + 10 + 64) / 64 * 64 - 10 - 1, ' ');
    header += '\n';
    std::ofstream file(path, std::ios::binary);
    file << "\x93NUMPY\x01" << '\0' << static_cast<char>(header.size() & 0xFFU)
         << static_cast<char>(header.size() >> 8U) << header;
    file.write(reinterpret_cast<const char*>(numbers), static_cast<std::streamsize>(count * sizeof(float)));
    if (!file) throw std::runtime_error("cannot write " + path.string());
}

void write_npy(const fs::path& path, const Matrix& matrix) {
    write_npy(path, matrix.data(),
              {static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())});
}

} // namespace

const std::vector<cv::Mat>& frames() {
    static const std::vector<cv::Mat> result = read_frames();
    return result;
}

Matrix uniform(Eigen::Index rows, Eigen::Index columns, double low, double high, std::uint64_t seed) {
    KeyedRandom random(seed, rows, columns);
    Matrix result(rows, columns);
    for (float& value : detail::numbers_of(result))
        value = static_cast<float>(random.uniform(low, high));
    return result;
}

Matrix sparse_affinities(Eigen::Index rows, Eigen::Index columns) {
    constexpr double kBelow = 0.9 * static_cast<double>(kMargin);
    Matrix result = uniform(rows, columns, 0, kBelow, 1);
    KeyedRandom random(2, rows, columns);
    const auto any_column = [&] {
        return static_cast<Eigen::Index>(random.uniform(0, static_cast<double>(columns)));
    };
    const auto above = [&] { return static_cast<float>(random.uniform(static_cast<double>(kMargin), 1)); };
    std::vector<Eigen::Index> true_column(static_cast<std::size_t>(std::max(rows, columns)));
    std::iota(true_column.begin(), true_column.end(), Eigen::Index{0});
    for (std::size_t k = true_column.size(); k > 1; --k)
        std::swap(true_column[k - 1],
                  true_column[static_cast<std::size_t>(random.uniform(0, static_cast<double>(k)))]);
    for (Eigen::Index row = 0; row < rows; ++row) {
        const Eigen::Index column = true_column[static_cast<std::size_t>(row)];
        if (column < columns) result(row, column) = above();
        const int others = static_cast<int>(random.uniform(0, 4));
        for (int k = 0; k < others; ++k)
            result(row, any_column()) = above();
    }
    return result;
}

Matrix tracker_affinities() {
    constexpr Eigen::Index kRows = 16, kColumns = 24;
    static const Matrix result = [] {
        const auto folder = sequence();
        return folder ? affinities_of(*folder, kRows, kColumns) : sparse_affinities(kRows, kColumns);
    }();
    return result;
}

FeatureMap feature_map(int channels) {
    FeatureMap map;
    map.rows = kFrameSize.height / 4;
    map.columns = kFrameSize.width / 4;
    map.channels = channels;
    map.scale_x = map.scale_y = 0.25F;
    map.valid_cells = {0, 0, static_cast<float>(map.columns), static_cast<float>(map.rows)};
    KeyedRandom random(3, channels);
    map.data.resize(static_cast<std::size_t>(map.rows) * static_cast<std::size_t>(map.columns) *
                    static_cast<std::size_t>(channels));
    for (float& value : map.data)
        value = static_cast<float>(random.uniform());
    return map;
}

std::vector<Box> people(std::size_t count) {
    KeyedRandom random(4, count);
    std::vector<Box> boxes;
    for (std::size_t k = 0; k < count; ++k) {
        const auto width = static_cast<float>(random.uniform(30, 150));
        const float height = 2.5F * width;
        boxes.push_back(
            {static_cast<float>(random.uniform(0, static_cast<double>(kFrameSize.width) - width)),
             static_cast<float>(random.uniform(0, static_cast<double>(kFrameSize.height) - height)), width,
             height});
    }
    return boxes;
}

GraphInput graph_input(Eigen::Index objects, Eigen::Index dimension) {
    const double size = 2 / std::sqrt(static_cast<double>(dimension));
    GraphInput input{.features_d = uniform(objects, dimension, 0, 1, 5),
                     .features_t = uniform(objects, dimension, 0, 1, 6),
                     .iou = uniform(objects, objects, 0, 1, 7),
                     .weights = {}};
    input.weights.w1 = uniform(dimension, dimension, -size, size, 8);
    input.weights.w2 = uniform(dimension, dimension, -size, size, 9);
    input.weights.wa = uniform(dimension, dimension, -size, size, 10);
    return input;
}

std::vector<std::vector<Detection>> walks(std::size_t objects, std::size_t frames) {
    std::vector<std::vector<Detection>> result(frames);
    const std::vector<Box> starts = people(objects);
    for (std::size_t object = 0; object < objects; ++object) {
        KeyedRandom random(11, object);
        const double speed = random.uniform(-3, 3), phase = random.uniform(0, 1000);
        for (std::size_t k = 0; k < frames; ++k) {
            const double way =
                static_cast<double>(kFrameSize.width) - static_cast<double>(starts[object].width);
            const double along = std::fmod(std::abs(speed) * static_cast<double>(k) + phase, 2 * way);
            Box box = starts[object];
            box.left = static_cast<float>((along < way ? along : 2 * way - along) + random.uniform(-1, 1));
            box.top += static_cast<float>(random.uniform(-1, 1));
            if (random.uniform() > 0.05)
                result[k].push_back({.box = box, .score = static_cast<float>(random.uniform(0.5, 1))});
        }
    }
    return result;
}

void write_inputs(const fs::path& folder) {
    fs::create_directories(folder);
    for (const AssignmentCell& cell : assignment_cells())
        write_npy(folder / ("assignment_" + cell.name + ".npy"), cell.scores());
    Matrix boxes(100, 4);
    Eigen::Index row = 0;
    for (const Box& box : people(100))
        boxes.row(row++) << box.left, box.top, box.right(), box.bottom();
    write_npy(folder / "roi_align_boxes.npy", boxes);
    for (const int channels : kRoiAlignChannels) {
        const FeatureMap map = feature_map(channels);
        write_npy(folder / ("roi_align_" + std::to_string(channels) + ".npy"), map.data.data(),
                  {static_cast<std::size_t>(map.rows), static_cast<std::size_t>(map.columns),
                   static_cast<std::size_t>(channels)});
    }
    for (const Eigen::Index dimension : kGraphDimensions) {
        const GraphInput input = graph_input(100, dimension);
        const auto write = [&](const char* name, const Matrix& matrix) {
            write_npy(folder / ("graph_" + std::to_string(dimension) + '_' + name + ".npy"), matrix);
        };
        write("features_d", input.features_d);
        write("features_t", input.features_t);
        write("iou", input.iou);
        write("w1", input.weights.w1);
        write("w2", input.weights.w2);
        write("wa", input.weights.wa);
    }
}

} // namespace fgagt::bench
