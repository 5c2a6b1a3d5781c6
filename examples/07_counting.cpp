// Counts the people in a generated scene: how many cross a line, by class and direction, and how many are in
// a zone and for how long. With a file name, also draws the last frame with the line, the zone and a heatmap.
//
//   07_counting [PICTURE.png]

#include <fgagt/counting/counting.hpp>
#include <fgagt/drawing/drawing.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <opencv2/imgcodecs.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace {

void print(const fgagt::LineCounter& line) {
    for (const auto& [class_id, counts] : line.counts())
        std::printf("class %d passed the line %lld times to the right, %lld times to the left\n", class_id,
                    static_cast<long long>(counts.to_right), static_cast<long long>(counts.to_left));
}

void print(const fgagt::Zone& zone) {
    const fgagt::ZoneCounts counts = zone.total();
    const std::int64_t stays = counts.left + counts.vanished;
    std::printf("%lld entered the zone, %lld appeared in it, %lld left, %lld vanished; %zu are inside\n",
                static_cast<long long>(counts.entered), static_cast<long long>(counts.appeared),
                static_cast<long long>(counts.left), static_cast<long long>(counts.vanished),
                zone.visits().size());
    if (stays > 0)
        std::printf("a stay lasted %.1f frames\n",
                    static_cast<double>(counts.dwell_frames) / static_cast<double>(stays));
}

void count(const char* picture) {
    const fgagt::SyntheticScene scene({.frames = 300, .objects = 16, .classes = 2});
    fgagt::Tracker<> tracker;
    // Downwards, so its right side is the image's left.
    fgagt::LineCounter line({.start = {320, 80}, .end = {320, 480}});
    fgagt::Zone zone({.corners = {{100, 200}, {300, 200}, {340, 470}, {60, 470}}});
    fgagt::TrackPainter painter;
    fgagt::Heatmap heatmap({.frame_size = scene.options().frame_size});
    cv::Mat frame;
    for (int k = 0; k < scene.frame_count(); ++k) {
        frame = scene.frame(k);
        const fgagt::FrameResult& result = tracker.update(frame, scene.detections(k));
        for (const fgagt::Crossing& crossing : line.update(result))
            std::printf("frame %3d: track %lld passes to the %s\n", k, static_cast<long long>(crossing.id),
                        crossing.direction == fgagt::CrossingDirection::kToRight ? "right" : "left");
        for (const fgagt::ZoneVisit& visit : zone.update(result))
            std::printf("frame %3d: track %lld was in the zone for %lld frames\n", k,
                        static_cast<long long>(visit.id), static_cast<long long>(visit.dwell()));
        heatmap.add(result.tracks);
        if (k + 1 == scene.frame_count()) heatmap.draw(frame); // under the painter's drawing
        painter.draw(frame, result.tracks);
    }
    print(line);
    print(zone);
    if (picture == nullptr) return;
    fgagt::draw_line_counter(frame, line);
    fgagt::draw_zone(frame, zone);
    if (!cv::imwrite(picture, frame)) throw std::runtime_error("the picture could not be written");
}

} // namespace

int main(int argc, char** argv) {
    try {
        count(argc > 1 ? argv[1] : nullptr);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "07_counting: %s\n", error.what());
        return 1;
    }
}
