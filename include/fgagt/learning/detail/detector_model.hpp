#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/learning/detail/random_draws.hpp>

#include <cstdint>

namespace fgagt {

/// The kind of detector that is simulated.
enum class SimulatedDetectorKind : std::uint8_t {
    kStrong,     ///< sure of nearly all objects, with many additional low boxes
    kWeak,       ///< broad scores, misses small objects
    kSparse,     ///< few, sure boxes, misses in runs and duplicates
    kCompressed, ///< all scores in a narrow range
};

} // namespace fgagt

namespace fgagt::detail {

/// Parameters of a simulated detector. Scores are the logistic function of a sum of effects, stretched to
/// [floor, ceiling]. Times are in seconds.
struct DetectorModel {
    double lowest = 0.01; ///< lower scores are not reported
    double floor = 0;     ///< score of something that is certainly nothing
    double ceiling = 1;   ///< score of something that is certainly an object

    double sure = 3;         ///< log-odds of a large, fully visible object
    double occlusion = 4;    ///< loss of log-odds of an object of which nothing is visible
    double blind = 0.1;      ///< visible share below which hardly anything is found
    double small = 1;        ///< loss of log-odds per halved height below `enough`
    double enough = 80;      ///< height above which size does not matter, pixels
    double quality = 0.5;    ///< deviation of the log-odds between objects
    double hard = 0.03;      ///< share of objects that always score low
    double dips = 0.8;       ///< deviation of the log-odds of an object over time
    double dip_time = 0.4;   ///< their correlation time
    double noise = 0.3;      ///< deviation of the log-odds from frame to frame
    double lapse = 0.02;     ///< rate at which an object is lost without a reason, per second
    double lapse_time = 0.3; ///< mean duration of such a loss

    double jitter = 0.02;       ///< deviation of the edges relative to the size
    double jitter_memory = 0.5; ///< share of its variance that is slow, [0, 1]
    double jitter_time = 0.4;   ///< correlation time of the slow part
    double occluded_jitter = 3; ///< growth of the jitter until nothing is visible
    double cuts = 0.3;          ///< how far boxes of occluded objects shrink to the visible part, [0, 1]
    bool clips = false;         ///< whether boxes end at the border of the image

    double second = 0.1;       ///< second boxes per object and frame
    double second_score = 0.3; ///< their score relative to the first
    double merges = 0.1;       ///< probability that a pair with a high overlap is merged
    double nms = 0.65;         ///< largest overlap of two boxes, IoU

    double clutter = 1;         ///< false boxes per frame anywhere
    double parts = 0.05;        ///< false boxes near objects, per object
    double clutter_score = 0.1; ///< mean of their score between `lowest` and `ceiling`, relative
    double ghosts = 1;          ///< persistent false objects on average
    double ghost_life = 10;     ///< their mean duration
    double ghost_score = 0.3;   ///< median of their mean score
};

/// Draws the parameters of a detector.
[[nodiscard]] inline DetectorModel drawn_detector(SimulatedDetectorKind kind, KeyedRandom& random) {
    DetectorModel m;
    m.quality = random.uniform(0.2, 0.9);
    m.dips = random.uniform(0.4, 1.2);
    m.dip_time = log_uniform(random, 0.15, 1);
    m.noise = random.uniform(0.1, 0.5);
    m.lapse = log_uniform(random, 0.002, 0.1);
    m.lapse_time = log_uniform(random, 0.05, 0.6);
    m.jitter = log_uniform(random, 0.01, 0.04);
    m.jitter_memory = random.uniform(0.2, 0.8);
    m.jitter_time = log_uniform(random, 0.15, 1);
    m.occluded_jitter = random.uniform(1, 4);
    m.cuts = happens(random, 0.4) ? random.uniform(0, 0.2) : random.uniform(0.2, 1);
    m.clips = happens(random, 0.5);
    m.nms = random.uniform(0.45, 0.75);
    m.merges = random.uniform(0, 0.4);
    m.ghosts = happens(random, 0.3) ? 0 : log_uniform(random, 0.3, 5);
    m.ghost_life = log_uniform(random, 1.5, 60);
    switch (kind) {
    case SimulatedDetectorKind::kStrong:
        m.lowest = happens(random, 0.5) ? 0.01 : random.uniform(0.02, 0.1);
        m.ceiling = random.uniform(0.91, 0.98);
        m.sure = random.uniform(2.6, 4.5);
        m.occlusion = random.uniform(3, 7);
        m.blind = random.uniform(0.05, 0.2);
        m.small = random.uniform(0.3, 1.2);
        m.enough = log_uniform(random, 40, 120);
        m.hard = random.uniform(0, 0.08);
        m.second = log_uniform(random, 0.02, 0.5);
        m.second_score = random.uniform(0.1, 0.4);
        m.clutter = log_uniform(random, 0.3, 8);
        m.parts = log_uniform(random, 0.02, 0.3);
        m.clutter_score = log_uniform(random, 0.03, 0.12);
        m.ghost_score = random.uniform(0.05, 0.5);
        break;
    case SimulatedDetectorKind::kWeak:
        m.lowest = 0.05;
        m.ceiling = random.uniform(0.85, 0.95);
        m.sure = random.uniform(0.5, 2.5);
        m.occlusion = random.uniform(2, 5);
        m.blind = random.uniform(0.1, 0.3);
        m.small = random.uniform(0.8, 2);
        m.enough = log_uniform(random, 100, 300);
        m.hard = random.uniform(0, 0.1);
        m.jitter *= 1.5;
        m.second = log_uniform(random, 0.03, 0.3);
        m.second_score = random.uniform(0.15, 0.5);
        m.clutter = log_uniform(random, 0.2, 4);
        m.parts = log_uniform(random, 0.02, 0.2);
        m.clutter_score = log_uniform(random, 0.05, 0.2);
        m.ghost_score = random.uniform(0.08, 0.4);
        break;
    case SimulatedDetectorKind::kSparse:
        m.lowest = 0.6;
        m.ceiling = 1;
        m.sure = random.uniform(2.5, 5);
        m.occlusion = random.uniform(3, 6);
        m.blind = random.uniform(0.15, 0.35);
        m.small = random.uniform(0.8, 2);
        m.enough = log_uniform(random, 60, 200);
        m.hard = random.uniform(0, 0.1);
        m.dips = random.uniform(0.6, 1.6);
        m.jitter *= 1.4;
        m.second = log_uniform(random, 0.01, 0.15);
        m.second_score = random.uniform(0.7, 0.95);
        m.clutter = log_uniform(random, 0.02, 0.6);
        m.parts = log_uniform(random, 0.01, 0.1);
        m.clutter_score = random.uniform(0.2, 0.5);
        m.ghost_score = random.uniform(0.6, 0.85);
        m.nms = random.uniform(0.6, 0.9);
        break;
    case SimulatedDetectorKind::kCompressed:
        m.lowest = random.uniform(0.01, 0.25);
        m.floor = m.lowest - 0.02;
        m.ceiling = m.lowest + random.uniform(0.15, 0.5);
        m.sure = random.uniform(1, 4);
        m.occlusion = random.uniform(2, 6);
        m.blind = random.uniform(0.05, 0.3);
        m.second = log_uniform(random, 0.02, 0.3);
        m.second_score = random.uniform(0.4, 0.8);
        m.clutter = log_uniform(random, 0.2, 3);
        m.clutter_score = log_uniform(random, 0.05, 0.2);
        m.ghost_score = m.lowest + random.uniform(0.1, 0.5) * (m.ceiling - m.lowest);
        break;
    }
    return m;
}

} // namespace fgagt::detail
