// The second unit of a program that has the library as one header: what is defined there without `inline` is
// there twice, and the parts that main.cpp does not use are in it, too.

#include <fgagt/fgagt.hpp>

#include <string_view>

/// Follows boxes of MOTChallenge text with learned weights, draws them, and counts who passes a line.
fgagt::LineCounts count_passing(std::string_view text, cv::Mat& frame) {
    fgagt::GraphTracker<> tracker;
    fgagt::TrackPainter painter;
    fgagt::LineCounter door({.start = {0, 100}, .end = {320, 100}});
    const auto rows = fgagt::parse_detections(text, "boxes");
    for (std::int64_t number = 1; number <= rows.last_frame(); ++number) {
        std::vector<fgagt::Detection> detections;
        for (const fgagt::DetectionRow& row : rows.frame(number))
            detections.push_back({.box = row.box, .score = row.score});
        const fgagt::FrameResult& result = tracker.update(frame, detections);
        door.update(result);
        painter.draw(frame, result.tracks);
    }
    return door.total();
}
