// The second unit of a program with the single header: anything defined there without `inline` now exists
// twice. It also uses the parts that main.cpp does not use.

#include <fgagt/fgagt.hpp>

#include <string_view>

/// Tracks boxes from MOTChallenge text with learned weights, draws them, and counts line crossings.
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
