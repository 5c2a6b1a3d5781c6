#include "gstreamer/element_harness.hpp"
#include "gstreamer/region_meta.hpp"
#include "support/catch.hpp"

#include <fgagt/core/types.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace fgagt;
using namespace fgagt::examples;
using namespace fgagt::test;

// Regions of interest as written by detectors and read by downstream elements.

namespace {

const cv::Size kFrame(640, 480);
constexpr float kInfinite = std::numeric_limits<float>::infinity();

Buffer empty_buffer() {
    start_gstreamer();
    return Buffer(gst_buffer_new());
}

/// A region in the format of DL Streamer's detectors, with a rounded box as fractions of the frame.
RegionMeta& add_detector_region(const Buffer& buffer, const Box& box, double confidence,
                                const char* label = "person") {
    RegionMeta* region = gst_buffer_add_video_region_of_interest_meta(
        buffer.get(), label, static_cast<guint>(std::lround(box.left)),
        static_cast<guint>(std::lround(box.top)), static_cast<guint>(std::lround(box.width)),
        static_cast<guint>(std::lround(box.height)));
    GstStructure* detection =
        gst_structure_new("detection", "label_id", G_TYPE_INT, 1, "confidence", G_TYPE_DOUBLE, confidence,
                          "x_min", G_TYPE_DOUBLE, static_cast<double>(box.left) / kFrame.width, "x_max",
                          G_TYPE_DOUBLE, static_cast<double>(box.right()) / kFrame.width, "y_min",
                          G_TYPE_DOUBLE, static_cast<double>(box.top) / kFrame.height, "y_max", G_TYPE_DOUBLE,
                          static_cast<double>(box.bottom()) / kFrame.height, nullptr);
    gst_video_region_of_interest_meta_add_param(region, detection);
    return *region;
}

RegionMeta& add_plain_region(const Buffer& buffer, guint x, guint y, guint w, guint h) {
    return *gst_buffer_add_video_region_of_interest_meta(buffer.get(), "person", x, y, w, h);
}

/// A track with the label "car".
Track track_of(TrackId id, const Box& box) {
    Track track;
    track.id = id;
    track.box = box;
    track.class_id = static_cast<int>(g_quark_from_string("car"));
    return track;
}

bool near(const Box& a, const Box& b) {
    const std::array<float, 4> differences{a.left - b.left, a.top - b.top, a.width - b.width,
                                           a.height - b.height};
    return std::ranges::all_of(differences, [](float d) { return std::abs(d) < 1e-3F; });
}

} // namespace

TEST_CASE("a detector's region is read with its exact box, its score and its label") {
    const Buffer buffer = empty_buffer();
    const Box box{100.4F, 50.6F, 40.3F, 80.8F};
    add_detector_region(buffer, box, 0.75);
    const Regions regions = regions_of(buffer.get(), kFrame, {});
    REQUIRE(regions.detections.size() == 1);
    CHECK(near(regions.detections[0].box, box));
    CHECK(regions.detections[0].score == 0.75F);
    CHECK(regions.detections[0].class_id == static_cast<int>(g_quark_from_string("person")));
    CHECK(regions.any);
}

TEST_CASE("a scaled or moved rectangle overrides the exact box") {
    const Buffer buffer = empty_buffer();
    RegionMeta& region = add_detector_region(buffer, {100.4F, 50.6F, 40.3F, 80.8F}, 0.75);
    region.x = 60; // as if cropped
    CHECK(regions_of(buffer.get(), kFrame, {}).detections[0].box == Box{60, 51, 40, 81});
}

TEST_CASE("a plain region is a detection of score 1") {
    const Buffer buffer = empty_buffer();
    add_plain_region(buffer, 10, 20, 30, 40);
    const Detection detection = regions_of(buffer.get(), kFrame, {}).detections.at(0);
    CHECK(detection.box == Box{10, 20, 30, 40});
    CHECK(detection.score == 1);
}

TEST_CASE("a score is found as any number type or in another structure, but never in text") {
    const Buffer buffer = empty_buffer();
    const auto add = [&](GstStructure* structure) {
        gst_video_region_of_interest_meta_add_param(&add_plain_region(buffer, 1, 2, 3, 4), structure);
    };
    add(gst_structure_new("detection", "confidence", G_TYPE_FLOAT, 0.25F, nullptr));
    add(gst_structure_new("ObjectDetection", "confidence", G_TYPE_DOUBLE, 0.5, nullptr));
    add(gst_structure_new("detection", "confidence", G_TYPE_STRING, "0.5", nullptr));
    RegionMeta& classified = add_plain_region(buffer, 1, 2, 3, 4);
    gst_video_region_of_interest_meta_add_param(
        &classified, gst_structure_new("colour", "confidence", G_TYPE_DOUBLE, 0.1, nullptr));
    gst_video_region_of_interest_meta_add_param(
        &classified, gst_structure_new("detection", "label_id", G_TYPE_INT, 3, nullptr));
    std::vector<float> scores;
    for (const Detection& detection : regions_of(buffer.get(), kFrame, {}).detections)
        scores.push_back(detection.score);
    CHECK(scores == std::vector<float>{0.25F, 0.5F, 1, 1}); // the last is not the colour's score
}

TEST_CASE("labels select regions, and any region shows that the detector ran") {
    const Buffer buffer = empty_buffer();
    add_detector_region(buffer, {1, 2, 3, 4}, 0.5, "car");
    RegionMeta& person = add_detector_region(buffer, {5, 6, 7, 8}, 0.5, "person");
    const Regions people = regions_of(buffer.get(), kFrame, {g_quark_from_string("person")});
    CHECK(people.metas == std::vector<RegionMeta*>{&person});
    const Regions none = regions_of(buffer.get(), kFrame, {g_quark_from_string("dog")});
    CHECK(none.detections.empty());
    CHECK(none.any);
    CHECK_FALSE(regions_of(empty_buffer().get(), kFrame, {}).any);
}

TEST_CASE("a written detection is read back to the bit, even beyond the edge") {
    const Buffer buffer = empty_buffer();
    const GQuark label = g_quark_from_string("person");
    const std::vector<Box> boxes{{100.4F, 50.6F, 40.3F, 80.8F},
                                 {-20.7F, -1.1F, 60, 480.3F},
                                 {630.2F, 470.9F, 1000.1F, 0.3F},
                                 {-300, 100, 50, 50},
                                 {12.5F, 13.5F, 0, 0}};
    for (const Box& box : boxes)
        add_detection(buffer.get(), {.box = box, .score = 0.3F}, label, kFrame);
    const Regions regions = regions_of(buffer.get(), kFrame, {});
    REQUIRE(regions.detections.size() == boxes.size());
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        INFO(k);
        CHECK(regions.detections[k].box == boxes[k]);
        CHECK(regions.detections[k].score == 0.3F);
        const RegionMeta& region = *regions.metas[k];
        CHECK(region.x + region.w <= static_cast<guint>(kFrame.width));
        CHECK(region.y + region.h <= static_cast<guint>(kFrame.height));
        CHECK(region.roi_type == label);
    }
}

TEST_CASE("a non-finite box becomes a region without a size") {
    const Buffer buffer = empty_buffer();
    for (const Box box : {Box{std::nanf(""), 0, 10, 10}, Box{0, -kInfinite, 10, kInfinite}})
        add_detection(buffer.get(), {.box = box}, g_quark_from_string("person"), kFrame);
    for (const Detection& detection : regions_of(buffer.get(), kFrame, {}).detections)
        CHECK(detection.box == Box{});
}

TEST_CASE("a track is written in DL Streamer's format, and only once") {
    const Buffer buffer = empty_buffer();
    RegionMeta& region = add_plain_region(buffer, 10, 20, 30, 40);
    Track track = track_of(7, {10.5F, 20.5F, 32, 48});
    track.score = 0.5F;
    track.detection = 0;
    track.age = 12;
    set_track(region, track, kFrame);
    track.id = 8;
    set_track(region, track, kFrame);
    CHECK(g_list_length(region.params) == 2);
    CHECK(object_id(&region) == 8);
    CHECK_FALSE(is_predicted(&region));
    const GstStructure* structure = gst_video_region_of_interest_meta_get_param(&region, "fgagt_track");
    CHECK(number_of(structure, "id") == 8);
    CHECK(number_of(structure, "age") == 12);
    CHECK(number_of(structure, "confidence") == 0.5);
    CHECK(number_of(structure, "x_min") == 10.5 / 640);
    CHECK(number_of(structure, "x_max") == 42.5 / 640);
    CHECK(number_of(structure, "y_min") == 20.5 / 480);
    CHECK(number_of(structure, "y_max") == 68.5 / 480);
}

TEST_CASE("an ID beyond 32 bits is not truncated") {
    const Buffer buffer = empty_buffer();
    RegionMeta& region = add_plain_region(buffer, 10, 20, 30, 40);
    set_track(region, track_of((std::int64_t{1} << 32) + 5, {}), kFrame);
    CHECK(gst_video_region_of_interest_meta_get_param(&region, "object_id") == nullptr);
    gint64 id = 0;
    REQUIRE(gst_structure_get_int64(gst_video_region_of_interest_meta_get_param(&region, "fgagt_track"), "id",
                                    &id) == TRUE);
    CHECK(id == (std::int64_t{1} << 32) + 5);
}

TEST_CASE("a predicted track has a region only inside the frame") {
    const Buffer buffer = empty_buffer();
    add_predicted(buffer.get(), track_of(3, {-10, 20, 40, 50}), kFrame);
    add_predicted(buffer.get(), track_of(4, {-50, 20, 40, 50}), kFrame);
    const auto regions = regions_in(buffer);
    REQUIRE(regions.size() == 1);
    CHECK(object_id(regions[0]) == 3);
    CHECK(is_predicted(regions[0]));
    CHECK(std::string(g_quark_to_string(regions[0]->roi_type)) == "car");
    CHECK(std::array{regions[0]->x, regions[0]->y, regions[0]->w, regions[0]->h} ==
          std::array<guint, 4>{0, 20, 30, 50});
    CHECK(gst_video_region_of_interest_meta_get_param(regions[0], "detection") == nullptr);
}
