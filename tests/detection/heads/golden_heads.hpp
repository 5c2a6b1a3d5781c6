#pragma once

#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/io/safetensors.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::test {

/// The frame of the golden files, pixels.
inline constexpr int kGoldenWidth = 100, kGoldenHeight = 80;
/// The network's input of the golden files.
inline const cv::Size kGoldenInput{64, 64};

/// A tensor of any shape, filled with one value.
[[nodiscard]] inline cv::Mat tensor(const std::vector<int>& shape, float value = 0) {
    return {shape, CV_32F, cv::Scalar(value)};
}

/// A file's tensor in the format of a network output.
[[nodiscard]] inline cv::Mat tensor_of(const Tensor& stored) {
    std::vector<int> shape(stored.shape.begin(), stored.shape.end());
    if (shape.size() == 1) shape.push_back(1); // OpenCV's format of vectors
    cv::Mat values(shape, CV_32F);
    std::copy(stored.values.begin(), stored.values.end(), values.ptr<float>());
    return values;
}

/// The result of an independent program for a network's outputs.
struct Golden {
    std::vector<NetworkOutput> outputs;
    std::vector<Detection> detections; ///< best first
};

/// Reads tests/golden/heads/<name>.safetensors.
[[nodiscard]] inline Golden read_golden(const std::string& name) {
    const TensorFile file = read_safetensors(golden("heads/" + name + ".safetensors"));
    Golden result;
    for (const auto& [key, stored] : file.tensors)
        if (key.starts_with("out.")) result.outputs.push_back({key.substr(4), tensor_of(stored)});
    const auto& boxes = file.tensors.at("boxes").values;
    const auto& scores = file.tensors.at("scores").values;
    const auto& classes = file.tensors.at("classes").values;
    for (std::size_t k = 0; k < scores.size(); ++k) {
        const float* box = boxes.data() + 4 * k;
        result.detections.push_back({.box = {box[0], box[1], box[2] - box[0], box[3] - box[1]},
                                     .score = scores[k],
                                     .class_id = static_cast<int>(classes[k])});
    }
    std::ranges::stable_sort(result.detections, std::greater<>(), &Detection::score);
    return result;
}

/// The largest difference between two boxes' edges, pixels.
[[nodiscard]] inline float distance(const Box& a, const Box& b) {
    return std::max({std::abs(a.left - b.left), std::abs(a.top - b.top), std::abs(a.right() - b.right()),
                     std::abs(a.bottom() - b.bottom())});
}

/// Checks that both lists are the same up to `edge` pixels and `score`, best first, in any order among
/// equals.
inline void check_same(const std::vector<Detection>& found, const std::vector<Detection>& expected,
                       float edge, float score) {
    CHECK(found.size() == expected.size());
    CHECK(std::ranges::is_sorted(found, std::greater<>(), &Detection::score));
    std::vector<bool> taken(found.size(), false);
    for (const Detection& wanted : expected) {
        std::size_t k = 0;
        const auto is_it = [&](const Detection& detection) {
            return detection.class_id == wanted.class_id &&
                   std::abs(detection.score - wanted.score) <= score &&
                   distance(detection.box, wanted.box) <= edge;
        };
        while (k < found.size() && (taken[k] || !is_it(found[k])))
            ++k;
        INFO("class " << wanted.class_id << ", score " << wanted.score << ", box " << wanted.box.left << ' '
                      << wanted.box.top << ' ' << wanted.box.width << ' ' << wanted.box.height);
        CHECK(k < found.size());
        if (k < found.size()) taken[k] = true;
    }
}

/// The position of the golden files' frame in a head's input.
template <DetectorHead Head>
[[nodiscard]] InputPlacement golden_placement(const Head& head) {
    return place_in_input({kGoldenWidth, kGoldenHeight}, head.input());
}

template <DetectorHead Head>
[[nodiscard]] std::vector<Detection> decoded(const Head& head, const std::vector<NetworkOutput>& outputs) {
    std::vector<Detection> detections{{.score = 7}}; // decode() replaces the contents
    head.decode(outputs, golden_placement(head), detections);
    return detections;
}

/// The options of the golden files' references.
template <class Options>
[[nodiscard]] Options golden_options(Options options) {
    options.selection.score_threshold = 0.3F;
    options.selection.max_overlap = 0.5F;
    options.selection.max_candidates = 100'000;
    return options;
}

/// The requirements for every head, given outputs of its family:
/// - the detections match the golden ones: floats versus doubles, coordinates up to some hundred pixels, so
///   to 1e-3 of them;
/// - the order of the outputs does not matter;
/// - non-finite numbers never appear in the result, wherever they are in the outputs;
/// - a higher threshold keeps the better detections;
/// - outputs that are missing, duplicated or of another shape are refused.
template <DetectorHead Head>
void check_golden(const Head& head, const std::string& name) {
    INFO(name);
    Golden golden = read_golden(name);
    const std::vector<Detection> found = decoded(head, golden.outputs);
    check_same(found, golden.detections, 1e-3F, 1e-5F);
    CHECK(head.fits(golden.outputs));

    std::vector<NetworkOutput> reversed(golden.outputs.rbegin(), golden.outputs.rend());
    check_same(decoded(head, reversed), found, 0, 0);

    auto options = head.options();
    options.selection.score_threshold = found[found.size() / 2].score;
    const std::vector<Detection> better = decoded(Head(options), golden.outputs);
    CHECK(better.size() < found.size());
    CHECK(better.front().score == found.front().score);
    CHECK(better.back().score >= options.selection.score_threshold);

    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(), 3e38F, -3e38F})
        for (std::size_t output = 0; output < golden.outputs.size(); ++output)
            for (std::size_t step = 1; step < 14; step += 3) {
                std::vector<NetworkOutput> spoilt = golden.outputs;
                spoilt[output].values = spoilt[output].values.clone();
                for (std::size_t k = step - 1; k < spoilt[output].values.total(); k += step)
                    spoilt[output].values.ptr<float>()[k] = bad;
                for (const Detection& detection : decoded(head, spoilt)) {
                    const Box& box = detection.box;
                    CHECK((std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right()) &&
                           std::isfinite(box.bottom()) && box.width > 0 && box.height > 0 &&
                           detection.score > 0 && detection.score <= 1 && detection.class_id >= 0));
                }
            }

    const auto is_refused = [&](const std::vector<NetworkOutput>& outputs) {
        CHECK_THROWS_AS(decoded(head, outputs), InvalidArgument);
        CHECK_FALSE(head.fits(outputs));
    };
    is_refused({});
    is_refused(std::vector<NetworkOutput>(20, golden.outputs.front()));
    std::vector<NetworkOutput> wrong = golden.outputs;
    wrong.front().values = tensor({1, 3, 7, 11});
    is_refused(wrong);
    wrong.front().values = tensor({1, 1, 1, 1, 5, 3});
    is_refused(wrong);
    wrong.front().values = cv::Mat(3, 4, CV_64F, cv::Scalar(0));
    CHECK_THROWS_AS(decoded(head, wrong), InvalidArgument);
}

} // namespace fgagt::test
