#include "sequence.hpp"

#include <fgagt/io/camera_motion_file.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/sequence_info.hpp>

#include <cstdint>
#include <functional>

namespace fgagt::ablation {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFirst = 1; // frame number

/// The contents of a sequence folder except its pixels.
struct Files {
    GroundTruthRows ground_truth;
    DetectionRows detections;
    std::int64_t frames;
    cv::Size frame_size;
};

Files read_files(const SequenceSource& source) {
    const SequenceInfo info = read_sequence_info(source.folder / "seqinfo.ini");
    return {.ground_truth = read_ground_truth(source.folder / "gt" / "gt.txt"),
            .detections = read_detections(source.folder / "det" / source.detections),
            .frames = info.need(info.length, "seqLength"),
            .frame_size = {info.need(info.width, "imWidth"), info.need(info.height, "imHeight")}};
}

std::vector<std::vector<Detection>> by_frame(const DetectionRows& rows, std::int64_t frames) {
    std::vector<std::vector<Detection>> result;
    for (std::int64_t number = kFirst; number <= frames; ++number) {
        result.emplace_back();
        for (const DetectionRow& row : rows.frame(number))
            result.back().push_back({.box = row.box, .score = row.score});
    }
    return result;
}

/// @param view  transforms a frame; its result must own its pixels
std::vector<cv::Mat> read_pixels(const fs::path& folder,
                                 const std::function<cv::Mat(const cv::Mat&, std::int64_t)>& view) {
    std::vector<cv::Mat> frames;
    const auto source = open_sequence(folder);
    for (cv::Mat frame; source->read(frame);)
        frames.push_back(view(frame, static_cast<std::int64_t>(frames.size()) + kFirst));
    return frames;
}

cv::Mat as_it_is(const cv::Mat& frame, std::int64_t /*number*/) {
    return frame.clone();
}

test::MovingWindow window_over(const Files& files, test::WindowPath path) {
    return test::MovingWindow(files.frames, {.path = path, .source = files.frame_size});
}

} // namespace

Sequence read_frames(const SequenceSource& source) {
    Files files = read_files(source);
    return {.rules = source.rules,
            .ground_truth = std::move(files.ground_truth),
            .detections = by_frame(files.detections, files.frames),
            .frames = read_pixels(source.folder, as_it_is),
            .frame_size = files.frame_size,
            .score_ceiling = source.score_ceiling};
}

Sequence read_boxes(const SequenceSource& source) {
    Files files = read_files(source);
    Sequence sequence{.rules = source.rules,
                      .ground_truth = std::move(files.ground_truth),
                      .detections = by_frame(files.detections, files.frames),
                      .frames = {},
                      .frame_size = files.frame_size,
                      .score_ceiling = source.score_ceiling};
    if (!source.camera_motion) return sequence;
    const RecordedCameraMotion recorded = read_camera_motion(source.folder / "camera_motion.txt");
    for (std::int64_t number = kFirst; number <= files.frames; ++number)
        sequence.camera_motion.push_back(recorded.frame(number));
    return sequence;
}

Sequence read_through_window(const SequenceSource& source, test::WindowPath path) {
    const Files files = read_files(source);
    const test::MovingWindow window = window_over(files, path);
    const auto view = [&](const cv::Mat& frame, std::int64_t number) { return window.view(frame, number); };
    Sequence sequence{.rules = source.rules,
                      .ground_truth = window.seen(files.ground_truth),
                      .detections = by_frame(window.seen(files.detections), files.frames),
                      .frames = read_pixels(source.folder, view),
                      .frame_size = window.options().view};
    for (std::int64_t number = kFirst; number <= files.frames; ++number)
        sequence.camera_motion.emplace_back(window.camera_motion(number));
    return sequence;
}

Sequence read_beside_window(const SequenceSource& source, test::WindowPath path) {
    const Files files = read_files(source);
    const test::MovingWindow window = window_over(files, path);
    Sequence sequence{.rules = source.rules,
                      .ground_truth = window.shown(files.ground_truth),
                      .detections = by_frame(window.shown(files.detections), files.frames),
                      .frames = read_pixels(source.folder, as_it_is),
                      .frame_size = files.frame_size};
    sequence.camera_motion.assign(sequence.detections.size(), Affine{});
    return sequence;
}

} // namespace fgagt::ablation
