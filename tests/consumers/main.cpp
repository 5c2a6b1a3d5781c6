// A user's first program: a tracker, a frame, a box.

#include <fgagt/fgagt.hpp>

#include <cstdio>
#include <vector>

int main() {
    fgagt::Tracker<> tracker;
    const cv::Mat frame(240, 320, CV_8UC3, cv::Scalar(90, 120, 150));
    const std::vector<fgagt::Detection> detections{{.box = {100, 60, 40, 90}, .score = 0.9F}};
    for (int k = 0; k < 3; ++k)
        for (const fgagt::Track& track : tracker.update(frame, detections).tracks)
            std::printf("%lld\n", static_cast<long long>(track.id));
    return tracker.state().last_id == 1 ? 0 : 1;
}
