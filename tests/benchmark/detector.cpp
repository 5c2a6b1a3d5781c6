#include "cells.hpp"

#include <fgagt/detection/detector_file.hpp>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace fgagt::bench {
namespace {

std::optional<std::filesystem::path> model() {
    const char* const data = std::getenv("FGAGT_DATA"); // NOLINT(concurrency-mt-unsafe): it is never set
    if (data == nullptr) return std::nullopt;
    std::filesystem::path path = std::filesystem::path(data) / "models" / "yolox_nano_416x416.onnx";
    return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

} // namespace

void add_detector() {
    const auto path = model();
    if (!path) return;
    add("detector/with_features/ours", [path] {
        return [frame = frames()[0], detector = open_detector({.network{.model = *path}}), map = FeatureMap(),
                detections = std::vector<Detection>()]() mutable { detector.detect(frame, map, detections); };
    });
    add("detector/with_features/without", [path] {
        return [frame = frames()[0], detector = open_detector({.network{.model = *path}}),
                detections = std::vector<Detection>()]() mutable { detector.detect(frame, detections); };
    });
}

} // namespace fgagt::bench
