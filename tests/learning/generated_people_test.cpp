#include "support/catch.hpp"

#include <fgagt/geometry.hpp>
#include <fgagt/learning/generated_people.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

using namespace fgagt;

namespace {

std::vector<GeneratedPeople::Frame> frames_of(std::uint64_t seed) {
    GeneratedPeople scene(seed);
    std::vector<GeneratedPeople::Frame> frames;
    for (int k = 0; k < GeneratedPeople::kFrames; ++k)
        frames.push_back(scene.next());
    return frames;
}

bool same_pixels(const cv::Mat& a, const cv::Mat& b) {
    return cv::norm(a, b, cv::NORM_INF) == 0;
}

} // namespace

TEST_CASE("A seed gives the same scene every time, another seed another one") {
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

TEST_CASE("Frames are colour images, and what is said of them can be used") {
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

TEST_CASE("Some places are crowded, and some people are found twice") {
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

TEST_CASE("People move steadily") {
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

TEST_CASE("A person can be seen where the truth says: the picture there is not the empty place's") {
    // A still picture of the place: the median over time is what nobody covers for long.
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

TEST_CASE("A generated scene is a sequence of many people with few errors") {
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
