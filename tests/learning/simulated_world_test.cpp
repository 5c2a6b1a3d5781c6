#include "support/catch.hpp"

#include <fgagt/core/geometry.hpp>
#include <fgagt/learning/simulated_world.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

using namespace fgagt;

namespace {

constexpr std::array kWorldKinds{WorldKind::kWalkers, WorldKind::kCrowd,    WorldKind::kDancers,
                                 WorldKind::kPlayers, WorldKind::kVehicles, WorldKind::kAnimals};

std::vector<SimulatedWorld::Frame> world_frames(SimulatedWorld& world, int count) {
    std::vector<SimulatedWorld::Frame> frames;
    for (int k = 0; k < count; ++k)
        frames.push_back(world.next());
    return frames;
}

bool same_frame(const SimulatedWorld::Frame& a, const SimulatedWorld::Frame& b) {
    const auto same_detection = [](const Detection& x, const Detection& y) {
        return x.box == y.box && x.score == y.score && x.class_id == y.class_id;
    };
    return a.truth == b.truth && a.identity == b.identity && a.camera_motion == b.camera_motion &&
           a.camera_motion_known == b.camera_motion_known &&
           std::ranges::equal(a.detections, b.detections, same_detection);
}

double quantile(std::vector<double> values, double share) {
    REQUIRE(!values.empty());
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double median_of(const std::vector<double>& values) {
    return quantile(values, 0.5);
}

const SimulatedObject* find_object(const std::vector<SimulatedObject>& truth, TrackId id) {
    const auto found = std::ranges::find(truth, id, &SimulatedObject::id);
    return found == truth.end() ? nullptr : &*found;
}

/// What happens in the worlds of one kind, over some seeds.
struct WorldStatistics {
    std::vector<double> objects;      // per frame
    std::vector<double> aspect;       // width over height
    std::vector<double> speed;        // heights per second
    std::vector<double> acceleration; // heights per square second
    std::vector<double> width_change; // of the logarithm, per frame
    std::vector<double> visibility;
};

WorldStatistics statistics_of(WorldKind kind) {
    WorldStatistics result;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        SimulatedWorld world(seed, {.kind = kind});
        if (world.frame_rate() < 10 || world.frame_rate() > 30) continue;
        const auto frames = world_frames(world, 100);
        for (std::size_t k = 2; k < frames.size(); ++k) {
            result.objects.push_back(static_cast<double>(frames[k].truth.size()));
            for (const SimulatedObject& now : frames[k].truth) {
                result.aspect.push_back(now.box.width / now.box.height);
                result.visibility.push_back(now.visibility);
                const SimulatedObject* last = find_object(frames[k - 1].truth, now.id);
                const SimulatedObject* first = find_object(frames[k - 2].truth, now.id);
                if (last == nullptr || first == nullptr) continue;
                const cv::Point2f step = now.box.centre() - last->box.centre();
                const cv::Point2f bend = step - (last->box.centre() - first->box.centre());
                const double rate = world.frame_rate(), height = now.box.height;
                result.speed.push_back(std::hypot(step.x, step.y) / height * rate);
                result.acceleration.push_back(std::hypot(bend.x, bend.y) / height * rate * rate);
                result.width_change.push_back(std::abs(std::log(now.box.width / last->box.width)));
            }
        }
    }
    return result;
}

} // namespace

TEST_CASE("the same seed gives the same world of boxes, and another seed another one") {
    for (const WorldKind kind : kWorldKinds) {
        SimulatedWorld once(7, {.kind = kind}), again(7, {.kind = kind}), other(8, {.kind = kind});
        bool differs = false;
        for (int k = 0; k < 60; ++k) {
            const auto frame = once.next();
            CHECK(same_frame(frame, again.next()));
            differs = differs || !same_frame(frame, other.next());
        }
        CHECK(differs);
    }
}

TEST_CASE("a copied world of boxes continues like its original") {
    for (const WorldKind kind : kWorldKinds) {
        SimulatedWorld world(3, {.kind = kind});
        (void)world_frames(world, 20);
        SimulatedWorld copy = world;
        for (int k = 0; k < 20; ++k)
            CHECK(same_frame(world.next(), copy.next()));
    }
}

TEST_CASE("a world of boxes has the kinds that were asked for, and all kinds if none were") {
    std::set<WorldKind> worlds;
    std::set<SimulatedDetectorKind> detectors;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        SimulatedWorld any(seed);
        worlds.insert(any.kind());
        detectors.insert(any.detector().kind());
        SimulatedWorld named(seed, {.kind = any.kind(), .detector = any.detector().kind()});
        CHECK(same_frame(any.next(), named.next()));
        const SimulatedWorld chosen(
            seed, {.kind = WorldKind::kPlayers, .detector = SimulatedDetectorKind::kSparse});
        CHECK(chosen.kind() == WorldKind::kPlayers);
        CHECK(chosen.detector().kind() == SimulatedDetectorKind::kSparse);
    }
    CHECK(worlds.size() == kWorldKinds.size());
    CHECK(detectors.size() == 4);
}

TEST_CASE("frames of a world of boxes are consistent") {
    for (const WorldKind kind : kWorldKinds)
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            CAPTURE(static_cast<int>(kind), seed);
            SimulatedWorld world(seed, {.kind = kind});
            CHECK(world.frame_rate() >= 1);
            CHECK(world.frame_rate() <= 120);
            const Box image{0, 0, static_cast<float>(world.frame_size().width),
                            static_cast<float>(world.frame_size().height)};
            TrackId newest = 0;
            for (const auto& frame : world_frames(world, 80)) {
                std::set<TrackId> ids;
                for (const SimulatedObject& object : frame.truth) {
                    REQUIRE(is_usable(object.box));
                    CHECK(intersection_area(object.box, image) > 0);
                    CHECK(object.visibility >= 0);
                    CHECK(object.visibility <= 1);
                    CHECK(ids.insert(object.id).second);
                }
                for (const TrackId id : ids) // new IDs count up
                    if (id > newest) CHECK(id == ++newest);
                REQUIRE(frame.identity.size() == frame.detections.size());
                double overlap = 0;
                for (std::size_t d = 0; d < frame.detections.size(); ++d) {
                    const Detection& detection = frame.detections[d];
                    REQUIRE(is_usable(detection.box));
                    CHECK(detection.score >= 0);
                    CHECK(detection.score <= 1);
                    for (std::size_t other = 0; other < d; ++other)
                        overlap = std::max(overlap, iou(detection.box, frame.detections[other].box));
                    if (frame.identity[d] == kNobody) continue;
                    const SimulatedObject* object = find_object(frame.truth, frame.identity[d]);
                    REQUIRE(object != nullptr);
                    CHECK(intersection_area(object->box, detection.box) > 0);
                    CHECK(object->class_id == detection.class_id);
                }
                CHECK(overlap <= world.detector().nms_iou());
            }
        }
}

TEST_CASE("nearer objects of a world of boxes occlude those behind them") {
    int occluded = 0, wrong = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        SimulatedWorld world(seed, {.kind = WorldKind::kCrowd});
        for (const auto& frame : world_frames(world, 30))
            for (const SimulatedObject& object : frame.truth)
                for (const SimulatedObject& other : frame.truth) {
                    if (other.box.bottom() < object.box.bottom() + 4)
                        continue; // annotators err by some pixels
                    const double covered = intersection_area(object.box, other.box) / area(object.box);
                    if (object.visibility > 1 - covered + 0.15) ++wrong;
                    occluded += covered > 0.5 ? 1 : 0;
                }
    }
    CHECK(occluded > 100);
    CHECK(wrong == 0);
}

TEST_CASE("the camera motion of a world of boxes maps what stands") {
    std::vector<double> moved, mapped;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SimulatedWorld world(seed, {.kind = WorldKind::kCrowd});
        const auto frames = world_frames(world, 60);
        CHECK_FALSE(frames.front().camera_motion_known);
        for (std::size_t k = 1; k < frames.size(); ++k) {
            const Affine& motion = frames[k].camera_motion;
            if (!frames[k].camera_motion_known) {
                CHECK(motion == Affine{});
                continue;
            }
            CHECK(world.camera_moves());
            std::vector<double> without, with;
            for (const SimulatedObject& now : frames[k].truth) {
                const SimulatedObject* last = find_object(frames[k - 1].truth, now.id);
                if (last == nullptr || now.visibility < 0.99F || last->visibility < 0.99F) continue;
                const cv::Point2f from = last->box.centre(), to = now.box.centre();
                without.push_back(std::hypot(to.x - from.x, to.y - from.y) / now.box.height);
                with.push_back(std::hypot(motion.a * from.x + motion.b * from.y + motion.tx - to.x,
                                          motion.c * from.x + motion.d * from.y + motion.ty - to.y) /
                               now.box.height);
            }
            if (with.size() < 4 || quantile(without, 0.1) < 0.05) continue; // the camera hardly moves
            moved.push_back(quantile(without, 0.1));
            mapped.push_back(quantile(with, 0.1)); // some stand
        }
    }
    REQUIRE(moved.size() > 50);
    CHECK(median_of(mapped) < 0.02);
    CHECK(median_of(mapped) < 0.2 * median_of(moved));
}

TEST_CASE("a still camera of a world of boxes reports no motion") {
    int still = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SimulatedWorld world(seed, {.kind = WorldKind::kAnimals});
        if (world.camera_moves()) continue;
        ++still;
        for (const auto& frame : world_frames(world, 10)) {
            CHECK(frame.camera_motion == Affine{});
            CHECK_FALSE(frame.camera_motion_known);
        }
    }
    CHECK(still > 3);
}

TEST_CASE("some worlds of boxes have false objects that persist") {
    int persistent = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SimulatedWorld world(seed, {.detector = SimulatedDetectorKind::kStrong});
        if (world.camera_moves()) continue;
        std::map<std::size_t, int> lengths; // by index in the current frame
        std::vector<Box> before;
        int longest = 0;
        for (const auto& frame : world_frames(world, 80)) {
            std::vector<Box> now;
            std::map<std::size_t, int> current;
            for (std::size_t d = 0; d < frame.detections.size(); ++d) {
                if (frame.identity[d] != kNobody) continue;
                const Box& box = frame.detections[d].box;
                int length = 1;
                for (std::size_t other = 0; other < before.size(); ++other)
                    if (iou(box, before[other]) > 0.7) length = std::max(length, lengths[other] + 1);
                current[now.size()] = length;
                longest = std::max(longest, length);
                now.push_back(box);
            }
            before = now;
            lengths = current;
        }
        persistent += longest >= 20 ? 1 : 0;
    }
    CHECK(persistent > 3);
}

TEST_CASE("worlds of boxes move and look like their kinds") {
    const WorldStatistics walkers = statistics_of(WorldKind::kWalkers),
                          crowd = statistics_of(WorldKind::kCrowd);
    const WorldStatistics dancers = statistics_of(WorldKind::kDancers);
    const WorldStatistics players = statistics_of(WorldKind::kPlayers);
    const WorldStatistics vehicles = statistics_of(WorldKind::kVehicles);
    const WorldStatistics animals = statistics_of(WorldKind::kAnimals);
    for (const WorldStatistics* people : {&walkers, &crowd, &dancers, &players}) {
        CHECK(median_of(people->aspect) > 0.3);
        CHECK(median_of(people->aspect) < 0.65);
    }
    CHECK(median_of(vehicles.aspect) > 1);
    CHECK(median_of(animals.aspect) > 0.8);
    CHECK(median_of(crowd.objects) > 2 * median_of(walkers.objects));
    CHECK(median_of(crowd.objects) > 15);
    CHECK(median_of(crowd.objects) < 60);
    // people walk at about three quarters of their height per second
    CHECK(median_of(walkers.speed) > 0.2);
    CHECK(median_of(walkers.speed) < 1.2);
    CHECK(median_of(players.speed) > 1.2 * median_of(walkers.speed));
    CHECK(median_of(dancers.acceleration) > 1.5 * median_of(walkers.acceleration));
    CHECK(median_of(dancers.width_change) > 1.5 * median_of(walkers.width_change));
    CHECK(median_of(players.width_change) > 1.5 * median_of(walkers.width_change));
    CHECK(median_of(vehicles.width_change) < median_of(players.width_change));
    for (const WorldStatistics* people : {&walkers, &crowd, &dancers, &players})
        CHECK(quantile(people->visibility, 0.1) < 0.9); // they occlude each other
}
