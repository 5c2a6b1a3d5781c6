#pragma once

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/simulated_detector_kind.hpp>

#include <algorithm>
#include <cmath>

namespace fgagt::detail {

/// Parameters of a simulated detector. Scores are the logistic function of a sum of effects, stretched to
/// [floor, ceiling]. Times are in seconds.
struct DetectorModel {
    double lowest = 0.01; ///< lower scores are not reported
    double floor = 0;     ///< score of something that is certainly nothing
    double ceiling = 1;   ///< score of something that is certainly an object

    double sure = 3;         ///< log-odds of a large, fully visible object
    double occlusion = 4;    ///< loss of log-odds of an object of which nothing is visible
    double luck = 1.5;       ///< additional deviation of the log-odds where nothing is visible
    double blind = 0.1;      ///< visible share below which hardly anything is found
    double blindness = 6;    ///< additional loss of log-odds where nothing is visible
    double small = 1;        ///< loss of log-odds per halved height below `enough`
    double enough = 80;      ///< height above which size does not matter, pixels
    double quality = 0.5;    ///< deviation of the log-odds between objects
    double hard = 0.03;      ///< share of objects that always score low
    double dips = 0.8;       ///< deviation of the log-odds of an object over time
    double dip_time = 0.4;   ///< their correlation time
    double noise = 0.3;      ///< deviation of the log-odds from frame to frame
    double lapse = 0.02;     ///< rate at which an object is lost without a reason, per second
    double lapse_time = 0.3; ///< mean duration of such a loss

    double jitter = 0.02;          ///< deviation of the edges relative to the shorter side
    double jitter_memory = 0.5;    ///< share of its variance that is slow, [0, 1]
    double jitter_time = 0.4;      ///< correlation time of the slow part
    double occluded_jitter = 0.05; ///< growth of the jitter until nothing is visible
    double steadiness = 0.8;       ///< the vertical jitter over the horizontal one, in pixels
    double cuts = 0.3;             ///< how far boxes of occluded objects shrink to the visible part, [0, 1]
    double loose = 0;              ///< widening of all boxes, relative
    bool clips = false;            ///< whether boxes end at the border of the image

    double second = 0.1;        ///< second boxes per object
    double second_time = 0.5;   ///< median of the time that they last
    double second_score = 0.3;  ///< median of their score relative to the first
    double second_spread = 0.6; ///< deviation of its logarithm
    double second_shift = 0.15; ///< deviation of their shift relative to the width
    double merges = 0.1;        ///< probability that a pair with a high overlap is merged
    double nms = 0.65;          ///< largest overlap of two boxes, IoU

    double clutter = 1;          ///< false boxes anywhere, whatever their score
    double lasting = 0.9;        ///< share of them that last
    double clutter_life = 3;     ///< median of the time that they last
    double beside = 0.3;         ///< share of lasting ones that stay where an object was
    double parts = 0.1;          ///< false boxes near an object without neighbours, whatever their score
    double part_time = 1;        ///< median of the time that they last
    double unrest = 0.25;        ///< change of the object per frame that hides them, 1 - IoU
    double crowding = 3;         ///< growth of their number until another object covers the object
    double clutter_score = 0.05; ///< median of false scores
    double clutter_spread = 1.6; ///< deviation of their log-odds
    double large = 0.8;          ///< loss of log-odds of false boxes per doubled height above `coarse`
    double coarse = 100;         ///< height below which size does not matter for them, pixels
    double drop_outs = 0.05;     ///< probability that a lasting box is absent from a frame

    double ghosts = 1;        ///< persistent false objects on average
    double ghost_life = 10;   ///< their mean duration
    double ghost_score = 0.3; ///< median of their mean score
    double ghost_dips = 0.5;  ///< deviation of the log-odds of lasting false boxes over time
};

/// Draws how much a strong detector reports besides the objects. Those that report little are exact, and
/// their false boxes are short.
inline void draw_generosity(DetectorModel& m, KeyedRandom& random) {
    const double generosity = std::pow(random.uniform(), 0.7);
    const auto between = [&](double little, double much, double deviation) {
        return log_normal(random, little * std::pow(much / little, generosity), deviation);
    };
    m.second = between(0.01, 1.2, 0.5);
    m.clutter = between(0.07, 45, 0.5);
    m.clutter_life = between(0.15, 7, 0.7);
    m.parts = between(0.02, 8, 0.5);
    m.part_time = between(0.03, 2, 0.5);
    m.drop_outs = std::min(0.5, between(0.3, 0.006, 0.4));
    m.ghosts = between(0.02, 6, 0.7);
    m.jitter = between(0.007, 0.07, 0.25);
    m.nms = random.uniform(0.48, 0.55) + 0.25 * generosity;
}

/// Draws the parameters of a detector.
[[nodiscard]] inline DetectorModel drawn_detector(SimulatedDetectorKind kind, KeyedRandom& random) {
    DetectorModel m;
    m.quality = random.uniform(0.2, 0.9);
    m.dips = random.uniform(0.4, 1.2);
    m.dip_time = log_uniform(random, 0.08, 0.6);
    m.luck = random.uniform(0.6, 2);
    m.noise = random.uniform(0.1, 0.5);
    m.lapse = log_uniform(random, 0.002, 0.1);
    m.lapse_time = log_uniform(random, 0.05, 0.6);
    m.jitter = log_uniform(random, 0.01, 0.09);
    m.jitter_memory = random.uniform(0.5, 0.95);
    m.jitter_time = log_uniform(random, 0.15, 1.5);
    m.occluded_jitter = random.uniform(0.01, 0.12);
    m.steadiness = random.uniform(0.5, 1.1);
    m.cuts = happens(random, 0.4) ? random.uniform(0, 0.2) : random.uniform(0.2, 1);
    m.loose = 0.03 * random.normal();
    m.clips = happens(random, 0.5);
    m.ghost_dips = random.uniform(0.5, 1.7);
    m.clutter_spread = random.uniform(0.8, 1.4);
    m.lasting = happens(random, 0.75) ? random.uniform(0.93, 1) : random.uniform(0.5, 0.9);
    m.clutter_life = log_uniform(random, 0.7, 15);
    m.beside = random.uniform(0, 0.7);
    m.part_time = log_uniform(random, 0.4, 4);
    m.second_time = log_uniform(random, 0.1, 2);
    m.unrest = random.uniform(0.08, 0.3);
    m.crowding = random.uniform(1, 6);
    m.drop_outs = log_uniform(random, 0.003, 0.12);
    m.large = random.uniform(1.3, 3.3);
    m.coarse = log_uniform(random, 80, 160);
    m.nms = random.uniform(0.45, 0.75);
    m.merges = random.uniform(0, 0.4);
    m.ghosts = happens(random, 0.2) ? 0 : log_uniform(random, 0.3, 6);
    m.ghost_life = log_uniform(random, 0.8, 10);
    switch (kind) {
    case SimulatedDetectorKind::kStrong:
        m.lowest = happens(random, 0.6) ? 0.01 : random.uniform(0.02, 0.1);
        m.ceiling = random.uniform(0.93, 0.99);
        m.sure = random.uniform(3.1, 4.5);
        m.occlusion = random.uniform(1, 3);
        m.blindness = random.uniform(0, 3);
        m.blind = random.uniform(0.01, 0.1);
        m.quality = random.uniform(0.2, 0.7);
        m.merges = random.uniform(0, 0.1);
        m.occluded_jitter = random.uniform(0.01, 0.09);
        m.small = random.uniform(0.3, 1.2);
        m.enough = log_uniform(random, 30, 100);
        m.dips = random.uniform(0.2, 0.8);
        m.noise = random.uniform(0.05, 0.3);
        m.cuts = happens(random, 0.9) ? random.uniform(0, 0.2) : random.uniform(0.2, 0.5);
        m.hard = random.uniform(0, 0.03);
        m.second_score = random.uniform(0.15, 0.6);
        m.clutter_score = log_uniform(random, 0.02, 0.05);
        draw_generosity(m, random);
        m.ghost_score = random.uniform(0.05, 0.65);
        break;
    case SimulatedDetectorKind::kWeak:
        m.lowest = 0.05;
        m.ceiling = random.uniform(0.85, 0.95);
        m.sure = random.uniform(3, 4.8);
        m.occlusion = random.uniform(5, 7);
        m.blind = random.uniform(0.2, 0.4);
        m.small = random.uniform(0.6, 1.6);
        m.enough = log_uniform(random, 50, 180);
        m.quality = random.uniform(0.2, 0.7);
        m.hard = random.uniform(0, 0.05);
        m.lapse = log_uniform(random, 0.02, 0.4);
        m.jitter = log_uniform(random, 0.05, 0.17);
        m.second = log_uniform(random, 0.3, 1.2);
        m.second_score = random.uniform(0.25, 0.65);
        m.clutter = log_uniform(random, 15, 55);
        m.parts = log_uniform(random, 0.7, 3);
        m.lasting = random.uniform(0.9, 1);
        m.drop_outs = log_uniform(random, 0.003, 0.05);
        m.large = random.uniform(0.1, 0.5);
        m.beside = random.uniform(0, 0.4);
        m.ghosts = log_uniform(random, 0.5, 6);
        m.clutter_score = log_uniform(random, 0.02, 0.05);
        m.clutter_spread = random.uniform(0.6, 1.1);
        m.ghost_score = random.uniform(0.06, 0.3);
        break;
    case SimulatedDetectorKind::kSparse:
        m.lowest = 0.6;
        m.ceiling = 1;
        m.sure = random.uniform(5.4, 8.2);
        m.lapse = log_uniform(random, 0.05, 1);
        m.lapse_time = log_uniform(random, 0.04, 0.3);
        m.ghosts = log_uniform(random, 0.2, 5);
        m.occlusion = random.uniform(3.5, 6);
        m.blind = random.uniform(0.1, 0.3);
        m.small = random.uniform(1, 2.5);
        m.enough = log_uniform(random, 150, 500);
        m.quality = random.uniform(0.7, 1.5);
        m.noise = random.uniform(0.5, 1.2);
        m.hard = random.uniform(0, 0.1);
        m.dips = random.uniform(0.4, 1.2);
        m.jitter = log_uniform(random, 0.05, 0.13);
        m.second = log_uniform(random, 0.03, 0.2);
        m.second_score = random.uniform(0.9, 1);
        m.second_spread = 0.07;
        m.second_shift = random.uniform(0.02, 0.1);
        m.clutter = log_uniform(random, 2, 10);
        m.parts = log_uniform(random, 0.4, 2);
        m.part_time = log_uniform(random, 0.1, 1);
        m.drop_outs = log_uniform(random, 0.02, 0.3);
        m.clutter_score = random.uniform(0.4, 0.6);
        m.ghost_score = random.uniform(0.6, 0.85);
        m.nms = random.uniform(0.65, 0.95);
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
        m.clutter_score = m.lowest + log_uniform(random, 0.02, 0.2) * (m.ceiling - m.lowest);
        m.ghost_score = m.lowest + random.uniform(0.1, 0.5) * (m.ceiling - m.lowest);
        break;
    }
    return m;
}

} // namespace fgagt::detail
