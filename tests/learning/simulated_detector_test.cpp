#include "support/catch.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/learning/simulated_detector.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

using namespace fgagt;

namespace {

using DetectorKind = SimulatedDetectorKind;
constexpr std::array kDetectorKinds{DetectorKind::kStrong, DetectorKind::kWeak, DetectorKind::kSparse,
                                    DetectorKind::kCompressed};
const cv::Size kView(1280, 720);

/// Five objects of 80 x 200 pixels far from each other, with a visible share.
std::vector<SimulatedObject> standing_row(float visibility) {
    std::vector<SimulatedObject> objects(5);
    for (std::size_t k = 0; k < objects.size(); ++k) {
        const float left = 40 + 250 * static_cast<float>(k);
        objects[k] = {.id = static_cast<TrackId>(k + 1),
                      .box = {left, 300, 80, 200},
                      .visibility = visibility,
                      .visible_box = {left, 300, 80, 200 * visibility},
                      .class_id = 3};
    }
    return objects;
}

/// Detections that show an object, best first, per frame and object; score 0 for a miss.
std::vector<std::vector<double>> scores_of(std::uint64_t seed, DetectorKind kind, float visibility,
                                           int frames) {
    SimulatedDetector detector(seed, kind, kView, 25);
    const auto objects = standing_row(visibility);
    std::vector<std::vector<double>> scores(objects.size());
    for (int k = 0; k < frames; ++k) {
        const SimulatedDetections found = detector.next(objects);
        for (std::size_t o = 0; o < objects.size(); ++o) {
            const auto first = std::ranges::find(found.identity, objects[o].id);
            scores[o].push_back(
                first == found.identity.end()
                    ? 0
                    : found.detections[static_cast<std::size_t>(first - found.identity.begin())].score);
        }
    }
    return scores;
}

/// False boxes of the frames of one detector.
using FalseBoxes = std::vector<std::vector<Box>>;

/// Counts of false boxes, summed over frames.
struct FalseBoxCount {
    double all = 0;
    double again = 0; // with a false box at the same place, moved as stated, in the frame before

    [[nodiscard]] double share() const { return again / all; }
};

/// Detects objects that move to the right by a step in every frame.
FalseBoxes false_boxes(std::uint64_t seed, DetectorKind kind, std::vector<SimulatedObject> objects,
                       float step, int frames, const Affine& camera_motion = {}) {
    SimulatedDetector detector(seed, kind, kView, 25);
    FalseBoxes result;
    for (int k = 0; k < frames; ++k) {
        const SimulatedDetections found = detector.next(objects, camera_motion);
        std::vector<Box>& boxes = result.emplace_back();
        for (std::size_t d = 0; d < found.detections.size(); ++d)
            if (found.identity[d] == kNobody) boxes.push_back(found.detections[d].box);
        for (SimulatedObject& object : objects) {
            object.box.left += step;
            object.visible_box.left += step;
        }
    }
    return result;
}

/// The false boxes near an object, or those far from all.
FalseBoxes chosen_boxes(FalseBoxes frames, const std::vector<SimulatedObject>& objects, float step,
                        bool near) {
    for (std::size_t k = 0; k < frames.size(); ++k)
        std::erase_if(frames[k], [&](const Box& box) {
            return near == std::ranges::none_of(objects, [&](const SimulatedObject& object) {
                       Box moved = object.box;
                       moved.left += step * static_cast<float>(k);
                       return iou(moved, box) > 0.1;
                   });
        });
    return frames;
}

void count_again(const FalseBoxes& frames, float step, FalseBoxCount& count) {
    for (std::size_t k = 1; k < frames.size(); ++k)
        for (const Box& now : frames[k]) {
            count.all += 1;
            const bool again = std::ranges::any_of(frames[k - 1], [&](Box before) {
                before.left += step;
                return iou(before, now) > 0.5;
            });
            count.again += again ? 1 : 0;
        }
}

double mean_score(DetectorKind kind, float visibility) {
    double sum = 0, count = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        for (const auto& object : scores_of(seed, kind, visibility, 40))
            for (const double score : object) {
                sum += score;
                ++count;
            }
    return sum / count;
}

} // namespace

TEST_CASE("a simulated detector reports sorted, usable boxes that NMS would keep, and whom they show") {
    for (const DetectorKind kind : kDetectorKinds)
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            SimulatedDetector detector(seed, kind, kView, 25);
            CHECK(detector.kind() == kind);
            const auto objects = standing_row(0.6F);
            for (int k = 0; k < 20; ++k) {
                const SimulatedDetections found = detector.next(objects);
                REQUIRE(found.identity.size() == found.detections.size());
                double overlap = 0;
                for (std::size_t d = 0; d < found.detections.size(); ++d) {
                    const Detection& detection = found.detections[d];
                    CHECK(is_usable(detection.box));
                    CHECK(detection.score >= static_cast<float>(detector.lowest_score()));
                    CHECK(detection.score <= 1);
                    CHECK(detection.class_id == 3);
                    if (d > 0) CHECK(detection.score <= found.detections[d - 1].score);
                    for (std::size_t other = 0; other < d; ++other)
                        overlap = std::max(overlap, iou(detection.box, found.detections[other].box));
                    if (found.identity[d] == kNobody) {
                        for (const SimulatedObject& object : objects)
                            CHECK(iou(detection.box, object.box) <= 0.5);
                        continue;
                    }
                    const auto object = std::ranges::find(objects, found.identity[d], &SimulatedObject::id);
                    REQUIRE(object != objects.end());
                    CHECK(intersection_area(object->box, detection.box) > 0);
                }
                CHECK(overlap <= detector.nms_iou());
            }
        }
}

TEST_CASE("a simulated detector with the same seed repeats itself, and another seed differs") {
    CHECK(scores_of(1, DetectorKind::kWeak, 0.7F, 30) == scores_of(1, DetectorKind::kWeak, 0.7F, 30));
    CHECK(scores_of(1, DetectorKind::kWeak, 0.7F, 30) != scores_of(2, DetectorKind::kWeak, 0.7F, 30));
}

TEST_CASE("occluded objects score lower with every simulated detector") {
    for (const DetectorKind kind : kDetectorKinds) {
        const double hidden = mean_score(kind, 0.15F), half = mean_score(kind, 0.5F),
                     whole = mean_score(kind, 1);
        CHECK(hidden < half);
        CHECK(half < whole);
    }
    CHECK(mean_score(DetectorKind::kStrong, 1) > mean_score(DetectorKind::kWeak, 1));
}

TEST_CASE("a sparse detector reports only sure boxes, a compressed one no sure box") {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        for (const auto& object : scores_of(seed, DetectorKind::kSparse, 0.6F, 20))
            for (const double score : object)
                CHECK((score == 0 || score >= 0.6F));
        for (const auto& object : scores_of(seed, DetectorKind::kCompressed, 1, 20))
            for (const double score : object)
                CHECK(score <= 0.75);
    }
}

TEST_CASE("misses and scores of a simulated detector persist for some frames") {
    double missed_again = 0, missed = 0, expected_again = 0; // expected if misses were independent
    double covariance = 0, variance = 0;                     // of consecutive scores
    for (std::uint64_t seed = 0; seed < 40; ++seed)
        for (const auto& object : scores_of(seed, DetectorKind::kSparse, 0.6F, 200)) {
            const auto count = static_cast<double>(object.size());
            const auto misses = static_cast<double>(std::ranges::count(object, 0.0));
            if (misses == count) continue;
            const double mean = std::accumulate(object.begin(), object.end(), 0.0) / (count - misses);
            for (std::size_t k = 1; k < object.size(); ++k) {
                const double before = object[k - 1], now = object[k];
                if (before == 0) {
                    missed += 1;
                    missed_again += now == 0 ? 1 : 0;
                    expected_again += misses / count;
                } else if (now != 0) {
                    covariance += (before - mean) * (now - mean);
                    variance += (before - mean) * (before - mean);
                }
            }
        }
    REQUIRE(missed > 1000);
    CHECK(missed_again > 1.15 * expected_again);
    CHECK(covariance > 0.15 * variance);
}

TEST_CASE("a strong simulated detector seldom loses a sure object, and then for some frames") {
    double frames = 0, missed = 0, missed_again = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed)
        for (const auto& object : scores_of(seed, DetectorKind::kStrong, 1, 200)) {
            const auto low =
                std::ranges::count_if(object, [](double score) { return score > 0 && score < 0.7; });
            if (low > 0) continue; // not sure
            for (std::size_t k = 1; k < object.size(); ++k) {
                frames += 1;
                missed += object[k - 1] == 0 ? 1 : 0;
                missed_again += object[k - 1] == 0 && object[k] == 0 ? 1 : 0;
            }
        }
    REQUIRE(missed > 20);
    CHECK(missed < 0.03 * frames);
    CHECK(missed_again > 0.4 * missed);
}

TEST_CASE("false objects of a simulated detector persist and follow the background") {
    constexpr float kShift = 30; // pixels per frame, to the right
    double followed = 0, stood = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SimulatedDetector detector(seed, DetectorKind::kWeak, kView, 25);
        std::vector<Detection> before;
        for (int k = 0; k < 30; ++k) {
            const SimulatedDetections found = detector.next({}, {.tx = kShift});
            for (const Detection& now : found.detections)
                for (const Detection& then : before) {
                    Box moved = then.box;
                    stood += iou(moved, now.box) > 0.8 ? 1 : 0;
                    moved.left += kShift;
                    followed += iou(moved, now.box) > 0.8 ? 1 : 0;
                }
            CHECK(std::ranges::all_of(found.identity, [](TrackId id) { return id == kNobody; }));
            before = found.detections;
        }
    }
    CHECK(followed > 100);
    CHECK(followed > 10 * stood);
}

TEST_CASE("most false boxes of a simulated detector last, near objects and far from them") {
    const auto objects = standing_row(1);
    for (const DetectorKind kind : {DetectorKind::kStrong, DetectorKind::kWeak})
        for (const bool near : {true, false}) {
            FalseBoxCount count;
            for (std::uint64_t seed = 0; seed < 20; ++seed)
                count_again(chosen_boxes(false_boxes(seed, kind, objects, 0, 60), objects, 0, near), 0,
                            count);
            CAPTURE(static_cast<int>(kind), near);
            REQUIRE(count.all > 200);
            CHECK(count.share() > 0.65);
            CHECK(count.share() < 0.97); // they also come and go
        }
}

TEST_CASE("false boxes of a simulated detector near an object follow it") {
    constexpr float kStep = 2;       // pixels per frame
    constexpr std::size_t kGap = 20; // frames in which they move by half their width
    const std::vector<SimulatedObject> objects = standing_row(1);
    FalseBoxCount with_object, in_place;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const FalseBoxes all =
            false_boxes(seed, DetectorKind::kStrong, objects, kStep, 60, {.ty = 40}); // nothing else stays
        const FalseBoxes near = chosen_boxes(all, objects, kStep, true);
        for (std::size_t k = kGap; k < near.size(); ++k) {
            const FalseBoxes pair{near[k - kGap], near[k]};
            count_again(pair, kGap * kStep, with_object);
            count_again(pair, 0, in_place);
        }
    }
    REQUIRE(with_object.all > 500);
    CHECK(with_object.share() > 0.1);
    CHECK(with_object.share() > 2 * in_place.share());
}

TEST_CASE("a simulated detector gives more false boxes where objects are close to each other") {
    const auto row = [](float distance) { // pairs; the distance is that within a pair
        std::vector<SimulatedObject> objects = standing_row(1), result;
        for (SimulatedObject object : objects) {
            result.push_back(object);
            object.id += 10;
            object.box.left += distance;
            object.visible_box.left += distance;
            result.push_back(object);
        }
        return result;
    };
    double found_apart = 0, found_close = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed)
        for (const bool is_close : {false, true}) {
            SimulatedDetector detector(seed, DetectorKind::kStrong, kView, 25);
            const auto objects = row(is_close ? 60.F : 125.F);
            for (int k = 0; k < 40; ++k) { // without the ten objects
                const double more = static_cast<double>(detector.next(objects).detections.size()) - 10;
                (is_close ? found_close : found_apart) += more;
            }
        }
    REQUIRE(found_apart > 100);
    CHECK(found_close > 1.04 * found_apart);
}

TEST_CASE("a simulated detector gives fewer false boxes where all objects are large") {
    const auto small = standing_row(1);
    auto large = small;
    for (SimulatedObject& object : large)
        object.box = object.visible_box = {object.box.left, 60, 240, 600};
    double at_small = 0, at_large = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed)
        for (const bool is_large : {false, true})
            for (const auto& boxes :
                 false_boxes(seed, DetectorKind::kStrong, is_large ? large : small, 0, 40))
                (is_large ? at_large : at_small) += static_cast<double>(boxes.size());
    REQUIRE(at_large > 100);
    CHECK(at_small > 1.5 * at_large);
}

TEST_CASE("false boxes of a simulated detector last less at objects that change quickly") {
    FalseBoxCount calm, restless;
    for (std::uint64_t seed = 0; seed < 30; ++seed)
        for (const float step : {1.F, 12.F}) { // 12 pixels are 0.15 widths
            const auto objects = standing_row(1);
            const FalseBoxes near =
                chosen_boxes(false_boxes(seed, DetectorKind::kWeak, objects, step, 30), objects, step, true);
            count_again(near, step, step > 1 ? restless : calm);
        }
    REQUIRE(restless.all > 500);
    CHECK(restless.share() < calm.share() - 0.1);
}

TEST_CASE("second boxes of a simulated detector last") {
    double second = 0, again = 0;
    const auto objects = standing_row(1);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SimulatedDetector detector(seed, DetectorKind::kWeak, kView, 25);
        std::vector<std::size_t> before(objects.size());
        for (int k = 0; k < 100; ++k) {
            const SimulatedDetections found = detector.next(objects);
            for (std::size_t o = 0; o < objects.size(); ++o) {
                const auto count =
                    static_cast<std::size_t>(std::ranges::count(found.identity, objects[o].id));
                second += before[o] > 1 ? 1 : 0;
                again += before[o] > 1 && count > 1 ? 1 : 0;
                before[o] = count;
            }
        }
    }
    REQUIRE(second > 500);
    CHECK(again > 0.7 * second);
}

TEST_CASE("a simulated detector rejects invalid arguments and stays unchanged") {
    CHECK_THROWS_AS(SimulatedDetector(1, DetectorKind::kStrong, cv::Size(15, 100), 25), InvalidArgument);
    CHECK_THROWS_AS(SimulatedDetector(1, DetectorKind::kStrong, cv::Size(100, 15), 25), InvalidArgument);
    for (const double rate : {0.0, -1.0, 1001.0, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(SimulatedDetector(1, DetectorKind::kStrong, kView, rate), InvalidArgument);
    SimulatedDetector detector(1, DetectorKind::kStrong, kView, 25), other = detector;
    auto objects = standing_row(1);
    objects[2].visibility = 1.5F;
    CHECK_THROWS_AS(detector.next(objects), InvalidArgument);
    objects = standing_row(1);
    objects[4].box.width = 0;
    CHECK_THROWS_AS(detector.next(objects), InvalidArgument);
    CHECK_THROWS_AS(detector.next({}, {.ty = std::numeric_limits<double>::infinity()}), InvalidArgument);
    objects = standing_row(1);
    const SimulatedDetections found = detector.next(objects), expected = other.next(objects);
    CHECK(found.identity == expected.identity);
    CHECK(std::ranges::equal(found.detections, expected.detections,
                             [](const Detection& a, const Detection& b) { return a.box == b.box; }));
}
