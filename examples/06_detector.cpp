// Tracks the objects that a detector network finds in a video and prints their IDs. With `--own-features`,
// the tracker compares the network's own features, computed in the same pass; colours usually work better.
//
//   06_detector MODEL VIDEO [--own-features]

#include <fgagt/detection/detector_file.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/io/frame_source.hpp>

#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

namespace {

void print(const fgagt::FrameResult& result) {
    std::printf("frame %lld:", static_cast<long long>(result.frame));
    for (const fgagt::Track& track : result.tracks)
        std::printf(" %lld (class %d)", static_cast<long long>(track.id), track.class_id);
    std::printf("\n");
}

void track_with_colours(const char* model, const char* path) {
    const auto video = fgagt::open_frames(path);
    fgagt::AnyDetector detector = fgagt::open_detector({.network{.model = model}});
    fgagt::Tracker<> tracker;
    std::vector<fgagt::Detection> seen;
    for (cv::Mat frame; video->read(frame);) {
        detector.detect(frame, seen);
        print(tracker.update(frame, seen));
    }
}

void track_with_own_features(const char* model, const char* path) {
    const auto video = fgagt::open_frames(path);
    fgagt::Tracker<fgagt::AnyDetector> tracker(
        {.backbone = fgagt::open_detector({.network{.model = model}})});
    for (cv::Mat frame; video->read(frame);)
        print(tracker.update(frame));
}

} // namespace

int main(int argc, char** argv) {
    const bool own_features = argc == 4 && std::string_view(argv[3]) == "--own-features";
    if (argc != 3 && !own_features) {
        std::fprintf(stderr, "usage: 06_detector MODEL VIDEO [--own-features]\n");
        return 2;
    }
    try {
        own_features ? track_with_own_features(argv[1], argv[2]) : track_with_colours(argv[1], argv[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "06_detector: %s\n", error.what());
        return 1;
    }
}
