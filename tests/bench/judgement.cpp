#include "judgement.hpp"

#include <fgagt/core/geometry.hpp>

#include <algorithm>
#include <map>
#include <span>

namespace fgagt::bench {
namespace {

constexpr double kTouches = 0.5; // IoU

Box box_of(const MotBox& box) {
    return {static_cast<float>(box.left), static_cast<float>(box.top), static_cast<float>(box.width),
            static_cast<float>(box.height)};
}

bool touches_any(const ResultRow& row, std::span<const GroundTruthRow> objects) {
    return std::ranges::any_of(objects, [&](const GroundTruthRow& object) {
        return iou(box_of(row.box), box_of(object.box)) >= kTouches;
    });
}

struct Track {
    std::int64_t boxes = 0;
    bool touches = false;
};

} // namespace

Judgement& Judgement::operator+=(const Judgement& other) noexcept {
    metrics += other.metrics;
    false_tracks += other.false_tracks;
    boxes_of_false_tracks += other.boxes_of_false_tracks;
    microseconds += other.microseconds;
    frames += other.frames;
    return *this;
}

Judgement judge(const GroundTruthRows& truth, const ResultRows& result, MotRules rules) {
    Judgement judgement{.metrics = evaluate(truth, result, rules)};
    std::map<TrackId, Track> tracks;
    for (const ResultRow& row : result.rows()) {
        Track& track = tracks[row.id];
        ++track.boxes;
        track.touches = track.touches || touches_any(row, truth.frame(row.frame));
    }
    for (const auto& [id, track] : tracks) {
        if (track.touches) continue;
        ++judgement.false_tracks;
        judgement.boxes_of_false_tracks += track.boxes;
    }
    return judgement;
}

} // namespace fgagt::bench
