// Tracks the people in a video with OpenCV's built-in pedestrian detector and prints the IDs in each frame.
//
//   02_video VIDEO

#include "programs/support/hog_detector.hpp"

#include <fgagt/fgagt.hpp>
#include <fgagt/io/frame_source.hpp>

#include <cstdio>
#include <exception>

namespace {

void track_people(const char* path) {
    const auto video = fgagt::open_frames(path);
    fgagt::examples::HogDetector detector; // or your own; it returns std::vector<fgagt::Detection>
    fgagt::Tracker<> tracker;
    for (cv::Mat frame; video->read(frame);) {
        const fgagt::FrameResult& result = tracker.update(frame, detector.detect(frame));
        std::printf("frame %lld:", static_cast<long long>(result.frame));
        for (const fgagt::Track& track : result.tracks)
            std::printf(" %lld", static_cast<long long>(track.id)); // at track.box
        std::printf("\n");
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: 02_video VIDEO\n");
        return 2;
    }
    try {
        track_people(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "02_video: %s\n", error.what());
        return 1;
    }
}
