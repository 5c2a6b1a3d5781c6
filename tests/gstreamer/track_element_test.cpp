#include "gstreamer/element_harness.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/fgagt.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

// The element fgagttrack, buffer by buffer, compared with trackers that are called directly.

namespace {

constexpr std::uint64_t kFrameTime = 40'000'000; // nanoseconds, at 25 frames per second
const cv::Size kSize(322, 241);                  // its rows are padded
const char* const kLabels[] = {"person", "block"};

const SyntheticScene& scene() {
    static const SyntheticScene made({.frame_size = kSize,
                                      .frames = 24,
                                      .objects = 8,
                                      .crossings = 1,
                                      .classes = 2,
                                      .seed = 5,
                                      .miss_probability = .15F});
    return made;
}

/// Detections in a frame of the scene, clipped to the frame and in whole pixels, as in regions.
std::vector<Detection> detections_of(int k) {
    std::vector<Detection> detections;
    for (Detection detection : scene().detections(k)) {
        const Box& box = detection.box;
        const cv::Rect2f inside =
            cv::Rect2f(box.left, box.top, box.width, box.height) &
            cv::Rect2f(0, 0, static_cast<float>(kSize.width), static_cast<float>(kSize.height));
        detection.box = {std::floor(inside.x), std::floor(inside.y), std::ceil(inside.width),
                         std::ceil(inside.height)};
        detections.push_back(detection);
    }
    return detections;
}

void attach(const Buffer& buffer, const std::vector<Detection>& detections) {
    for (const Detection& detection : detections) {
        const Box& box = detection.box;
        GstVideoRegionOfInterestMeta* region = gst_buffer_add_video_region_of_interest_meta(
            buffer.get(), kLabels[detection.class_id], static_cast<guint>(box.left),
            static_cast<guint>(box.top), static_cast<guint>(box.width), static_cast<guint>(box.height));
        gst_video_region_of_interest_meta_add_param(
            region, gst_structure_new("detection", "confidence", G_TYPE_DOUBLE,
                                      static_cast<double>(detection.score), nullptr));
    }
}

/// A frame of the scene in a video format.
cv::Mat picture(int k, GstVideoFormat format) {
    cv::Mat image = scene().frame(k);
    if (format == GST_VIDEO_FORMAT_GRAY8) cv::cvtColor(image, image, cv::COLOR_BGR2GRAY);
    if (format == GST_VIDEO_FORMAT_BGRA || format == GST_VIDEO_FORMAT_BGRx)
        cv::cvtColor(image, image, cv::COLOR_BGR2BGRA);
    if (format == GST_VIDEO_FORMAT_BGRx) // its fourth byte is undefined
        cv::randu(image.reshape(1, static_cast<int>(image.total())).col(3), 0, 256);
    return image;
}

Buffer frame_buffer(int k, std::optional<std::uint64_t> pts, GstVideoFormat format = GST_VIDEO_FORMAT_BGR) {
    return buffer_of(picture(k, format), format, pts);
}

/// The same frame with its detections.
Buffer scene_buffer(int k, std::optional<std::uint64_t> pts, GstVideoFormat format = GST_VIDEO_FORMAT_BGR) {
    Buffer buffer = frame_buffer(k, pts, format);
    attach(buffer, detections_of(k));
    return buffer;
}

std::uint64_t pts_of(int k) {
    return static_cast<std::uint64_t>(k) * kFrameTime;
}

/// The IDs of a frame's detections, 0 if they have none, followed by the IDs of visible predicted objects.
std::vector<TrackId> ids_of(const FrameResult& result, std::size_t detections, cv::Size size = kSize) {
    std::vector<TrackId> ids(detections, 0);
    for (const Track& track : result.tracks) {
        const Box& box = track.box;
        const bool shows = std::lround(std::min(box.right(), static_cast<float>(size.width))) >
                               std::lround(std::max(box.left, 0.F)) &&
                           std::lround(std::min(box.bottom(), static_cast<float>(size.height))) >
                               std::lround(std::max(box.top, 0.F));
        if (track.detection)
            ids[*track.detection] = track.id;
        else if (shows)
            ids.push_back(track.id);
    }
    return ids;
}

std::vector<TrackId> ids_of(const Buffer& buffer) {
    std::vector<TrackId> ids;
    for (GstVideoRegionOfInterestMeta* region : regions_in(buffer))
        ids.push_back(object_id(region));
    return ids;
}

/// The IDs other than 0.
std::set<TrackId> known(const std::vector<TrackId>& ids) {
    std::set<TrackId> known(ids.begin(), ids.end());
    known.erase(0);
    return known;
}

/// A tracker at 25 frames per second.
template <class T = Tracker<>>
T direct_tracker(typename T::Components components = {}) {
    TrackerOptions options;
    options.frame_rate = 25;
    return T(std::move(components), options);
}

/// Checks that both give the same results in every frame of the scene, and that there are some.
template <class Update>
void compare(ElementHarness& element, GstVideoFormat format, Update update) {
    std::set<TrackId> all;
    for (int k = 0; k < scene().frame_count(); ++k) {
        INFO("frame " << k);
        const auto detections = detections_of(k);
        const auto expected = ids_of(update(picture(k, format), detections, FrameInfo{.timestamp = 0.04 * k}),
                                     detections.size());
        CHECK(ids_of(element.pass(scene_buffer(k, pts_of(k), format))) == expected);
        all.merge(known(expected));
    }
    CHECK(all.size() >= 4);
    CHECK(element.counter("tracks") == all.size());
    CHECK(element.counter("frames") == static_cast<std::uint64_t>(scene().frame_count()));
}

} // namespace

TEST_CASE("regions get the same IDs as from a direct tracker, in every format") {
    const auto [name, format] =
        GENERATE(std::pair("BGR", GST_VIDEO_FORMAT_BGR), std::pair("BGRA", GST_VIDEO_FORMAT_BGRA),
                 std::pair("BGRx", GST_VIDEO_FORMAT_BGRx), std::pair("GRAY8", GST_VIDEO_FORMAT_GRAY8));
    ElementHarness element("fgagttrack");
    element.set_caps(name, kSize);
    auto tracker = direct_tracker();
    compare(element, format, [&](const cv::Mat& frame, const auto& detections, const FrameInfo& info) {
        return tracker.update(frame, detections, info);
    });
}

TEST_CASE("regions get the same IDs as from a direct tracker, with every preset") {
    ElementHarness graph("fgagttrack", {{"preset", "graph"}});
    graph.set_caps("BGR", kSize);
    auto graph_tracker = direct_tracker<GraphTracker<>>(GraphTracker<>::learned(default_weights()));
    compare(graph, GST_VIDEO_FORMAT_BGR,
            [&](const cv::Mat& frame, const auto& detections, const FrameInfo& info) {
                return graph_tracker.update(frame, detections, info);
            });
    ElementHarness geometry("fgagttrack", {{"preset", "geometry"}});
    geometry.set_caps("BGR", kSize);
    auto geometry_tracker = direct_tracker<GeometryTracker>();
    compare(geometry, GST_VIDEO_FORMAT_BGR,
            [&](const cv::Mat& /*frame*/, const auto& detections, FrameInfo info) {
                info.frame_size = kSize;
                return geometry_tracker.update(detections, info);
            });
}

TEST_CASE("the geometry preset reads no pixels") {
    ElementHarness element("fgagttrack", {{"preset", "geometry"}});
    element.set_caps("BGR", kSize);
    std::set<TrackId> ids;
    for (int k = 0; k < 4; ++k) {
        Buffer without_pixels(gst_buffer_new());
        attach(without_pixels, detections_of(k));
        ids.merge(known(ids_of(element.pass(std::move(without_pixels)))));
    }
    CHECK(ids.size() >= 2);
}

TEST_CASE("properties reach the tracker") {
    LifecycleOptions lifecycle;
    lifecycle.max_lost_time = 1;
    TrackerOptions options;
    options.scores.ceiling = 0.3F;
    Tracker<> tracker({.lifecycle = LifecycleManager(lifecycle)}, options);
    Tracker<> usual;
    ElementHarness element("fgagttrack", {{"max-lost-time", "1"}, {"score-ceiling", "0.3"}});
    element.set_caps("BGR", kSize);
    int differences = 0;
    for (int k = 0; k < scene().frame_count(); ++k) {
        const auto detections = detections_of(k);
        const auto expected = ids_of(tracker.update(scene().frame(k), detections), detections.size());
        differences += expected != ids_of(usual.update(scene().frame(k), detections), detections.size());
        CHECK(ids_of(element.pass(scene_buffer(k, {}))) == expected);
    }
    CHECK(differences > 0);
}

TEST_CASE("only regions with the requested labels are tracked") {
    ElementHarness element("fgagttrack", {{"labels", "dog,,block"}});
    element.set_caps("BGR", kSize);
    Tracker<> tracker;
    std::size_t blocks = 0;
    for (int k = 0; k < scene().frame_count(); ++k) {
        auto detections = detections_of(k);
        const Buffer buffer = element.pass(scene_buffer(k, {}));
        std::vector<TrackId> ids;
        std::size_t given = 0;
        for (GstVideoRegionOfInterestMeta* region : regions_in(buffer)) {
            const bool is_block = std::string(g_quark_to_string(region->roi_type)) == "block";
            const bool detected = given++ < detections.size();
            if (is_block) ids.push_back(object_id(region));
            if (!is_block && detected) CHECK(g_list_length(region->params) == 1);
            if (!is_block) CHECK(detected);
        }
        std::erase_if(detections, [](const Detection& detection) { return detection.class_id == 0; });
        CHECK(ids == ids_of(tracker.update(scene().frame(k), detections), detections.size()));
        blocks += known(ids).size();
    }
    CHECK(blocks > 10);
}

TEST_CASE("time follows the timestamps, and one nominal frame passes if they are missing") {
    ElementHarness element("fgagttrack", {{"max-lost-time", "5"}});
    element.set_caps("BGR", kSize);
    LifecycleOptions lifecycle;
    lifecycle.max_lost_time = 5;
    auto tracker = direct_tracker({.lifecycle = LifecycleManager(lifecycle)});
    std::set<TrackId> first, last;
    double time = 0;
    for (const int k : {0, 1, 2, 5, 6, 7, 13, 14, 15}) { // frames in between are dropped
        const bool has_time = k != 6 && k != 14;
        time = has_time ? 0.04 * k : time + 0.04;
        const auto detections = detections_of(k);
        const auto expected =
            ids_of(tracker.update(scene().frame(k), detections, {.timestamp = time}), detections.size());
        CHECK(ids_of(element.pass(scene_buffer(k, has_time ? std::optional(pts_of(k)) : std::nullopt))) ==
              expected);
        (k < 6 ? first : last).merge(known(expected));
    }
    CHECK(first != last);
}

TEST_CASE("a flush, a new stream and a decreasing timestamp restart tracking, and IDs continue") {
    const std::string what = GENERATE("flush", "stream", "timestamp");
    ElementHarness element("fgagttrack");
    element.set_caps("BGR", kSize);
    auto tracker = direct_tracker();
    std::set<TrackId> before, after;
    for (int pass = 0; pass < 2; ++pass) {
        if (pass == 1) tracker.reset();
        if (pass == 1 && what == "flush") element.flush();
        if (pass == 1 && what == "stream") element.push_event(gst_event_new_stream_start("another"));
        const std::uint64_t later = pass == 1 && what != "timestamp" ? pts_of(100) : 0;
        for (int k = 0; k < 8; ++k) {
            const auto detections = detections_of(k);
            const auto expected = ids_of(tracker.update(scene().frame(k), detections), detections.size());
            CHECK(ids_of(element.pass(scene_buffer(k, pts_of(k) + later))) == expected);
            (pass == 0 ? before : after).merge(known(expected));
        }
    }
    REQUIRE_FALSE(before.empty());
    REQUIRE_FALSE(after.empty());
    CHECK(*before.rbegin() < *after.begin());
}

TEST_CASE("a stream continues when its size, format and frame rate change") {
    ElementHarness element("fgagttrack");
    Tracker<> tracker;
    std::uint64_t pts = 0;
    for (int k = 0; k < 18; ++k) {
        const bool small = k >= 6 && k < 12;
        if (k % 6 == 0) element.set_caps(small ? "GRAY8" : "BGR", small ? kSize / 2 : kSize, small ? 50 : 25);
        pts += small ? kFrameTime / 2 : kFrameTime;
        cv::Mat image = picture(k, small ? GST_VIDEO_FORMAT_GRAY8 : GST_VIDEO_FORMAT_BGR);
        auto detections = detections_of(k);
        if (small) cv::resize(image, image, kSize / 2);
        for (Detection& detection : detections)
            if (small)
                detection.box = {std::floor(detection.box.left / 2), std::floor(detection.box.top / 2),
                                 std::ceil(detection.box.width / 2), std::ceil(detection.box.height / 2)};
        Buffer buffer = buffer_of(image, small ? GST_VIDEO_FORMAT_GRAY8 : GST_VIDEO_FORMAT_BGR, pts);
        attach(buffer, detections);
        const auto expected =
            ids_of(tracker.update(image, detections), detections.size(), small ? kSize / 2 : kSize);
        const Buffer passed = element.pass(std::move(buffer));
        CHECK(ids_of(passed) == expected);
    }
}

TEST_CASE("objects that the detector missed get a region, unless this is disabled") {
    ElementHarness element("fgagttrack");
    ElementHarness quiet("fgagttrack", {{"add-predicted", "false"}});
    element.set_caps("BGR", kSize);
    quiet.set_caps("BGR", kSize);
    int added = 0;
    for (int k = 0; k < scene().frame_count(); ++k) {
        const std::size_t detected = detections_of(k).size();
        const Buffer buffer = element.pass(scene_buffer(k, pts_of(k)));
        const auto regions = regions_in(buffer);
        for (std::size_t i = 0; i < regions.size(); ++i)
            CHECK(is_predicted(regions[i]) == (i >= detected));
        added += static_cast<int>(regions.size() - detected);
        auto ids = ids_of(buffer);
        ids.resize(detected);
        CHECK(ids_of(quiet.pass(scene_buffer(k, pts_of(k)))) == ids);
    }
    CHECK(added > 3);
    CHECK(quiet.counter("tracks") == element.counter("tracks"));
}

TEST_CASE("frames between the detector's runs are predicted and do not count as misses") {
    ElementHarness element("fgagttrack", {{"detect-every", "4"}});
    element.set_caps("BGR", kSize);
    Tracker<> tracker;
    std::size_t predicted = 0;
    for (int k = 0; k < scene().frame_count(); ++k) {
        const bool looks = k % 4 == 0;
        const auto detections = looks ? detections_of(k) : std::vector<Detection>{};
        const auto expected =
            ids_of(looks ? tracker.update(scene().frame(k), detections) : tracker.propagate(scene().frame(k)),
                   detections.size());
        CHECK(ids_of(element.pass(looks ? scene_buffer(k, pts_of(k)) : frame_buffer(k, pts_of(k)))) ==
              expected);
        if (!looks) predicted += expected.size();
    }
    CHECK(predicted > 18);
}

TEST_CASE("hostile regions are ignored, and the other regions are tracked") {
    ElementHarness element("fgagttrack");
    element.set_caps("BGR", kSize);
    Tracker<> tracker;
    const guint huge = std::numeric_limits<guint>::max();
    for (int k = 0; k < 12; ++k) {
        Buffer buffer = scene_buffer(k, pts_of(k));
        const std::size_t sound = regions_in(buffer).size();
        const auto add = [&](guint x, guint y, guint w, guint h) {
            return gst_buffer_add_video_region_of_interest_meta(buffer.get(), "person", x, y, w, h);
        };
        add(10, 10, 0, 20);
        add(10, 10, 20, 0);
        add(huge, huge, huge, huge);
        add(0, 0, huge, huge);
        add(10, 10, 30, 30)->roi_type = 0;
        for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -1e300})
            gst_video_region_of_interest_meta_add_param(
                add(0, 0, 0, 0),
                gst_structure_new("detection", "x_min", G_TYPE_DOUBLE, bad, "x_max", G_TYPE_DOUBLE, 0.5,
                                  "y_min", G_TYPE_DOUBLE, bad, "y_max", G_TYPE_DOUBLE, bad, "confidence",
                                  G_TYPE_DOUBLE, bad, nullptr));
        auto detections = detections_of(k);
        detections.push_back({.box = {10, 10, 30, 30}, .class_id = 2});
        auto expected = ids_of(tracker.update(scene().frame(k), detections), detections.size());
        expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(sound), 4, 0);
        expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(sound) + 5, 3, 0);
        const Buffer passed = element.pass(std::move(buffer));
        CHECK(ids_of(passed) == expected);
    }
    CHECK(element.error().empty());
}

TEST_CASE("frames of one pixel and frames without regions are processed") {
    ElementHarness element("fgagttrack");
    element.set_caps("BGR", {1, 1});
    for (int k = 0; k < 3; ++k)
        CHECK(regions_in(element.pass(buffer_of(cv::Mat(1, 1, CV_8UC3, cv::Scalar(9)), GST_VIDEO_FORMAT_BGR,
                                                pts_of(k))))
                  .empty());
    CHECK(element.counter("frames") == 3);
}

TEST_CASE("a gap buffer is passed on unchanged") {
    ElementHarness element("fgagttrack");
    element.set_caps("BGR", kSize);
    Tracker<> tracker;
    for (int k = 0; k < 6; ++k) {
        Buffer gap = frame_buffer(k, pts_of(k) + 1);
        GST_BUFFER_FLAG_SET(gap.get(), GST_BUFFER_FLAG_GAP);
        const auto detections = detections_of(k);
        const auto expected = ids_of(tracker.update(scene().frame(k), detections), detections.size());
        CHECK(ids_of(element.pass(scene_buffer(k, pts_of(k)))) == expected);
        const Buffer mine(gst_buffer_ref(gap.get())); // so that the element gets a copy
        const Buffer passed = element.pass(std::move(gap));
        CHECK(regions_in(passed).empty());
        CHECK(GST_BUFFER_FLAG_IS_SET(passed.get(), GST_BUFFER_FLAG_GAP));
    }
    CHECK(element.counter("frames") == 6);
}

TEST_CASE("elements of one process are independent, and stopping an element resets it") {
    ElementHarness first("fgagttrack"), second("fgagttrack");
    first.set_caps("BGR", kSize);
    second.set_caps("BGR", kSize);
    std::vector<std::vector<TrackId>> alone;
    for (int k = 0; k < 8; ++k)
        alone.push_back(ids_of(first.pass(scene_buffer(k, pts_of(k)))));
    first.set_state(GST_STATE_NULL);
    first.set_state(GST_STATE_PLAYING);
    first.push_event(gst_event_new_stream_start("again"));
    first.set_caps("BGR", kSize);
    CHECK(first.counter("frames") == 0);
    CHECK(first.counter("tracks") == 0);
    ElementHarness third("fgagttrack");
    third.set_caps("BGR", kSize);
    for (int k = 0; k < 8; ++k) {
        CHECK(ids_of(first.pass(scene_buffer(k, pts_of(k)))) == alone[static_cast<std::size_t>(k)]);
        CHECK(ids_of(second.pass(scene_buffer(k, pts_of(k)))) == alone[static_cast<std::size_t>(k)]);
        const int other = scene().frame_count() - 1 - k;
        CHECK_FALSE(regions_in(third.pass(scene_buffer(other, pts_of(k)))).empty());
    }
}

TEST_CASE("a shared buffer stays unchanged, and its pixels are not copied") {
    ElementHarness element("fgagttrack");
    element.set_caps("BGR", kSize);
    const Buffer mine = scene_buffer(0, 0);
    const Buffer passed = element.pass(Buffer(gst_buffer_ref(mine.get())));
    CHECK(known(ids_of(mine)).empty());
    CHECK_FALSE(known(ids_of(passed)).empty());
    CHECK(gst_buffer_peek_memory(mine.get(), 0) == gst_buffer_peek_memory(passed.get(), 0));
}

TEST_CASE("the output matches the regions and is written at the end of the stream") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "tracks.txt";
    ElementHarness element("fgagttrack", {{"output", file.string()}});
    element.set_caps("BGR", kSize);
    auto tracker = direct_tracker();
    std::vector<ResultRow> rows;
    for (int k = 0; k < 10; ++k) {
        const FrameResult& result =
            tracker.update(scene().frame(k), detections_of(k), {.timestamp = 0.04 * k});
        for (const Track& track : result.tracks)
            rows.push_back({k + 1, track.id, track.box, track.score});
        static_cast<void>(element.pass(scene_buffer(k, pts_of(k))));
    }
    CHECK_FALSE(std::filesystem::exists(file));
    element.push_event(gst_event_new_eos());
    CHECK(contents_of(file) == results_text(rows));
    std::filesystem::remove(file); // it must not be written twice
    element.set_state(GST_STATE_NULL);
    CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("the output of a truncated stream is written when it stops") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "tracks.txt";
    ElementHarness element("fgagttrack", {{"output", file.string()}});
    element.set_caps("BGR", kSize);
    static_cast<void>(element.pass(scene_buffer(0, 0)));
    element.set_state(GST_STATE_NULL);
    CHECK_FALSE(read_results(file).frame(1).empty());
}

TEST_CASE("an output that cannot be written is an error on the bus") {
    const TemporaryFolder folder;
    ElementHarness element("fgagttrack", {{"output", (folder.path() / "missing/tracks.txt").string()}});
    element.set_caps("BGR", kSize);
    static_cast<void>(element.pass(scene_buffer(0, 0)));
    CHECK(element.error().empty());
    element.push_event(gst_event_new_eos());
    CHECK_THAT(element.error(), contains("missing/tracks.txt"));
    element.set_state(GST_STATE_NULL);
    CHECK(element.error().empty()); // the error is reported once
}

TEST_CASE("a buffer that is smaller than its frame is an error on the bus") {
    ElementHarness element("fgagttrack");
    element.set_caps("BGR", kSize);
    CHECK(element.push(Buffer(gst_buffer_new_allocate(nullptr, 100, nullptr))) == GST_FLOW_ERROR);
    CHECK_THAT(element.error(), contains("322 x 241"));
}
