#include "gstreamer/element_harness.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <array>
#include <cstddef>
#include <string>

using namespace fgagt::test;

// The element fgagtdetections.

namespace {

const char* const kFile = "1,-1,11,21,30,40,0.5\n"
                          "3,-1,-9,21,30,40,0.25\n"
                          "3,-1,91,71,30,40,0.75\n";

Buffer grey_buffer() {
    return buffer_of(cv::Mat(80, 100, CV_8UC1, cv::Scalar(7)), GST_VIDEO_FORMAT_GRAY8);
}

std::array<guint, 4> rectangle(const GstVideoRegionOfInterestMeta* region) {
    return {region->x, region->y, region->w, region->h};
}

double confidence(GstVideoRegionOfInterestMeta* region) {
    double value = 0;
    const GstStructure* detection = gst_video_region_of_interest_meta_get_param(region, "detection");
    REQUIRE(gst_structure_get_double(detection, "confidence", &value) == TRUE);
    return value;
}

} // namespace

TEST_CASE("frames get the file's detections by number, from 1 again in a new stream") {
    const TemporaryFolder folder;
    ElementHarness element("fgagtdetections",
                           {{"location", folder.file("det.txt", kFile).string()}, {"label", "car"}});
    element.set_caps("GRAY8", {100, 80});
    for (int pass = 0; pass < 2; ++pass) {
        if (pass == 1) element.push_event(gst_event_new_stream_start("another"));
        const Buffer first = element.pass(grey_buffer());
        REQUIRE(regions_in(first).size() == 1);
        CHECK(rectangle(regions_in(first)[0]) == std::array<guint, 4>{10, 20, 30, 40});
        CHECK(confidence(regions_in(first)[0]) == 0.5);
        CHECK(std::string(g_quark_to_string(regions_in(first)[0]->roi_type)) == "car");
        CHECK(regions_in(element.pass(grey_buffer())).empty());
        const Buffer third = element.pass(grey_buffer());
        REQUIRE(regions_in(third).size() == 2);
        CHECK(rectangle(regions_in(third)[0]) == std::array<guint, 4>{0, 20, 20, 40});
        CHECK(rectangle(regions_in(third)[1]) == std::array<guint, 4>{90, 70, 10, 10});
        CHECK(confidence(regions_in(third)[1]) == 0.75);
    }
}

TEST_CASE("the detections element does not start without a file or label and reports why") {
    const TemporaryFolder folder;
    const std::string sound = folder.file("det.txt", kFile).string();
    const std::string broken = folder.file("broken.txt", "1,-1,x\n").string();
    const std::array<std::string, 3> cases[] = {{"", "object", "set the properties location and label"},
                                                {sound, "", "set the properties location and label"},
                                                {folder.path().string() + "/missing", "object", "/missing"},
                                                {broken, "object", "broken.txt:1"}};
    for (const auto& [location, label, message] : cases)
        CHECK_THAT(start_error("fgagtdetections", {{"location", location}, {"label", label}}),
                   contains(message));
}
