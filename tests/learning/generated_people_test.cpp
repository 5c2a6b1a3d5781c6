#include "support/catch.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/learning/cropped_object.hpp>
#include <fgagt/learning/generated_people.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

using namespace fgagt;

namespace {

std::vector<GeneratedPeople::Frame> frames_of(std::uint64_t seed, std::span<const CroppedObject> objects = {},
                                              double share = 1) {
    GeneratedPeople scene(seed, objects, share);
    std::vector<GeneratedPeople::Frame> frames;
    for (int k = 0; k < GeneratedPeople::kFrames; ++k)
        frames.push_back(scene.next());
    return frames;
}

constexpr double kSquare = 1; // an aspect ratio that no painted person has
const std::array<cv::Scalar, 6> kPureColours{cv::Scalar(255, 0, 0),   cv::Scalar(0, 255, 0),
                                             cv::Scalar(0, 0, 255),   cv::Scalar(255, 255, 0),
                                             cv::Scalar(255, 0, 255), cv::Scalar(0, 255, 255)};

/// A square object with one pure colour per view, given by their numbers.
CroppedObject object_of(const std::vector<std::size_t>& colours) {
    std::vector<cv::Mat> crops;
    for (const std::size_t colour : colours)
        crops.emplace_back(64, 64, CV_8UC3, kPureColours[colour]);
    return CroppedObject(crops);
}

/// More objects than there are people in a scene; object k has the pure colour k % 6.
std::vector<CroppedObject> many_objects() {
    std::vector<CroppedObject> objects;
    for (std::size_t k = 0; k < 30; ++k)
        objects.push_back(object_of({k % kPureColours.size()}));
    return objects;
}

/// Pixels of a box after scaling about its centre.
cv::Rect pixels_of(const Box& box, double scale) {
    return cv::Rect(cvRound(box.left + 0.5 * (1 - scale) * box.width),
                    cvRound(box.top + 0.5 * (1 - scale) * box.height), cvRound(scale * box.width),
                    cvRound(scale * box.height)) &
           cv::Rect(0, 0, GeneratedPeople::kWidth, GeneratedPeople::kHeight);
}

bool stands_alone(const GeneratedPeople::Frame& frame, TrackId id) {
    const auto box = std::ranges::find(frame.truth, id, &std::pair<TrackId, Box>::first)->second;
    return std::ranges::all_of(frame.truth, [&](const auto& other) {
        return other.first == id || intersection_area(other.second, box) == 0;
    });
}

/// The pure colour of a part of an image, whatever the light; empty if it is not pure.
std::optional<std::size_t> pure_colour(const cv::Mat& pixels) {
    const cv::Scalar mean = cv::mean(pixels);
    const double brightest = std::max({mean[0], mean[1], mean[2]});
    for (std::size_t k = 0; k < kPureColours.size(); ++k) {
        bool all = true;
        for (int channel = 0; channel < 3; ++channel)
            all = all && (kPureColours[k][channel] > 0 ? mean[channel] > 0.7 * brightest
                                                       : mean[channel] < 0.3 * brightest);
        if (all) return k;
    }
    return std::nullopt;
}

bool same_pixels(const cv::Mat& a, const cv::Mat& b) {
    return cv::norm(a, b, cv::NORM_INF) == 0;
}

} // namespace

TEST_CASE("the same seed gives the same people, and another seed others") {
    const auto once = frames_of(5), again = frames_of(5), other = frames_of(6);
    for (std::size_t k = 0; k < once.size(); ++k) {
        CHECK(same_pixels(once[k].pixels, again[k].pixels));
        CHECK_FALSE(same_pixels(once[k].pixels, other[k].pixels));
        CHECK(once[k].truth == again[k].truth);
        REQUIRE(once[k].detections.size() == again[k].detections.size());
        for (std::size_t d = 0; d < once[k].detections.size(); ++d)
            CHECK(once[k].detections[d].box == again[k].detections[d].box);
    }
}

TEST_CASE("objects appear in their own colours at their ground truth boxes throughout the scene") {
    const std::vector<CroppedObject> objects = many_objects();
    std::map<std::size_t, int> times;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        std::map<TrackId, std::size_t> colours;
        for (const GeneratedPeople::Frame& frame : frames_of(seed, objects))
            for (const auto& [id, box] : frame.truth) {
                // Steps widen a box by 12 %.
                CHECK(box.width / box.height == Approx(kSquare).epsilon(0.13));
                const cv::Rect middle = pixels_of(box, 0.5);
                if (!stands_alone(frame, id) || middle.area() < 25) continue;
                const auto colour = pure_colour(frame.pixels(middle));
                REQUIRE(colour.has_value());
                CHECK(colours.try_emplace(id, *colour).first->second == *colour);
                ++times[*colour];
            }
    }
    CHECK(times.size() > 3);
}

TEST_CASE("the edges of an object blend into the background") {
    const std::vector<CroppedObject> objects = many_objects();
    double steps = 0, contrast = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed)
        for (const GeneratedPeople::Frame& frame : frames_of(seed, objects))
            for (const auto& [id, box] : frame.truth) {
                const int y = cvRound(box.centre().y), left = cvRound(box.left) - 2;
                const int middle = cvRound(box.centre().x);
                if (!stands_alone(frame, id) || left < 0 || y < 0 || middle >= GeneratedPeople::kWidth ||
                    y >= GeneratedPeople::kHeight || box.width < 40)
                    continue;
                const auto at = [&](int x) { return cv::Vec3d(frame.pixels.at<cv::Vec3b>(y, x)); };
                double largest = 0; // between pixels at distance two
                for (int x = left; x + 2 <= middle; ++x)
                    largest = std::max(largest, cv::norm(at(x + 2) - at(x)));
                steps += largest;
                contrast += cv::norm(at(middle) - at(left));
            }
    CHECK(contrast > 1000);
    CHECK(steps < 0.45 * contrast);
}

TEST_CASE("an object shows its views in turn") {
    std::vector<CroppedObject> objects(30, object_of({0, 1}));
    int turned = 0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        std::map<TrackId, std::set<std::size_t>> colours;
        for (const GeneratedPeople::Frame& frame : frames_of(seed, objects))
            for (const auto& [id, box] : frame.truth) {
                const cv::Rect middle = pixels_of(box, 0.5);
                if (stands_alone(frame, id) && middle.area() >= 25)
                    colours[id].insert(pure_colour(frame.pixels(middle)).value());
            }
        for (const auto& [id, seen] : colours) {
            CHECK(std::ranges::all_of(seen, [](std::size_t colour) { return colour < 2; }));
            turned += seen.size() == 2 ? 1 : 0;
        }
    }
    CHECK(turned > 5);
}

TEST_CASE("the requested share of objects walks among people, each at most once") {
    const std::vector<CroppedObject> all = many_objects();
    const auto objects_seen = [&](std::span<const CroppedObject> objects, double share) {
        std::pair<std::size_t, std::size_t> seen{}; // objects, all
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            std::set<TrackId> ids, square;
            for (const GeneratedPeople::Frame& frame : frames_of(seed, objects, share))
                for (const auto& [id, box] : frame.truth) {
                    ids.insert(id);
                    if (box.width / box.height > 0.7F) square.insert(id);
                }
            CHECK(square.size() <= objects.size());
            seen.first += square.size();
            seen.second += ids.size();
        }
        return seen;
    };
    const auto none = objects_seen(all, 0), half = objects_seen(all, 0.5), every = objects_seen(all, 1);
    CHECK(none.first == 0);
    CHECK((5 * half.first > 2 * half.second && 5 * half.first < 3 * half.second));
    CHECK(every.first == every.second);
    CHECK(objects_seen(std::span(all).first(1), 1).first > 3); // of 6 scenes
}

TEST_CASE("the same seed and objects give the same scene, and without objects the original scene") {
    const std::vector<CroppedObject> objects = many_objects();
    const auto once = frames_of(5, objects, 0.5), again = frames_of(5, objects, 0.5);
    const auto without = frames_of(5, {}, 0.5), plain = frames_of(5);
    for (std::size_t k = 0; k < once.size(); ++k) {
        CHECK(same_pixels(once[k].pixels, again[k].pixels));
        CHECK(once[k].truth == again[k].truth);
        CHECK(same_pixels(without[k].pixels, plain[k].pixels));
    }
}

TEST_CASE("an invalid share of objects is refused") {
    const double bad = GENERATE(-0.1, 1.1, std::numeric_limits<double>::quiet_NaN());
    CHECK_THROWS_AS(GeneratedPeople(1, {}, bad), InvalidArgument);
}

TEST_CASE("frames are colour images with usable ground truth and detections") {
    std::size_t detections = 0, truths = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed)
        for (const GeneratedPeople::Frame& frame : frames_of(seed)) {
            REQUIRE(frame.pixels.type() == CV_8UC3);
            REQUIRE(frame.pixels.size() == cv::Size(GeneratedPeople::kWidth, GeneratedPeople::kHeight));
            std::set<TrackId> ids;
            for (const auto& [id, box] : frame.truth) {
                CHECK(is_usable(box));
                CHECK(ids.insert(id).second);
            }
            for (const Detection& detection : frame.detections) {
                CHECK(is_usable(detection.box));
                CHECK(detection.score >= 0.1F);
                CHECK(detection.score <= 1.0F);
            }
            detections += frame.detections.size();
            truths += frame.truth.size();
        }
    CHECK(truths > 1000);
    CHECK(static_cast<double>(detections) > 0.8 * static_cast<double>(truths));
    CHECK(static_cast<double>(detections) < 1.2 * static_cast<double>(truths));
}

TEST_CASE("some places are crowded, and some people are detected twice") {
    int crowded = 0, twice = 0;
    std::size_t detections = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::size_t most = 0;
        for (const GeneratedPeople::Frame& frame : frames_of(seed)) {
            most = std::max(most, frame.truth.size());
            for (const auto& [id, box] : frame.truth) {
                int around = 0;
                for (const Detection& detection : frame.detections)
                    around += iou(detection.box, box) > 0.7 ? 1 : 0;
                twice += around > 1 ? 1 : 0;
            }
            detections += frame.detections.size();
        }
        crowded += most > 12 ? 1 : 0;
    }
    CHECK((crowded >= 2 && crowded <= 12));
    CHECK(static_cast<double>(twice) > 0.01 * static_cast<double>(detections));
    CHECK(static_cast<double>(twice) < 0.2 * static_cast<double>(detections));
}

TEST_CASE("people move steadily") {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        std::map<TrackId, Box> before;
        for (const GeneratedPeople::Frame& frame : frames_of(seed)) {
            for (const auto& [id, box] : frame.truth)
                if (before.contains(id)) {
                    const cv::Point2f way = box.centre() - before[id].centre();
                    CHECK(std::hypot(way.x, way.y) < 0.3F * box.height);
                }
            before.clear();
            before.insert(frame.truth.begin(), frame.truth.end());
        }
    }
}

TEST_CASE("pixels inside ground truth boxes change more than the background") {
    // A still picture of the background: the median over time is not occluded for long.
    const auto frames = frames_of(3);
    double there = 0, elsewhere = 0;
    for (const GeneratedPeople::Frame& frame : frames) {
        cv::Mat covered = cv::Mat::zeros(frame.pixels.size(), CV_8U);
        for (const auto& [id, box] : frame.truth)
            covered(cv::Rect(cvRound(box.left), cvRound(box.top), cvRound(box.width), cvRound(box.height)) &
                    cv::Rect({}, covered.size())) = 255;
        cv::Mat difference;
        cv::absdiff(frame.pixels, frames.front().pixels, difference);
        there += cv::norm(cv::mean(difference, covered));
        elsewhere += cv::norm(cv::mean(difference, covered == 0));
    }
    CHECK(there > elsewhere);
}

TEST_CASE("a generated scene contains many people and few detector errors") {
    std::size_t true_ones = 0, false_ones = 0;
    std::set<std::pair<std::uint64_t, TrackId>> people;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const LabelledSequence sequence = generated_sequence(seed);
        REQUIRE(sequence.size() == GeneratedPeople::kFrames);
        for (std::size_t frame = 0; frame < sequence.size(); ++frame)
            for (const Observation& one : sequence.observations(frame)) {
                ++(one.identity == kNobody ? false_ones : true_ones);
                if (one.identity != kNobody) people.emplace(seed, one.identity);
            }
    }
    CHECK(people.size() > 30);
    CHECK(false_ones > 0);
    CHECK(true_ones > 5 * false_ones);
}
