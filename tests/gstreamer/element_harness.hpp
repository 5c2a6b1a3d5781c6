#pragma once

#include "support/catch.hpp"

#include <fgagt/core/errors.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <cstddef>
#include <cstdint>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::test {

/// Makes GLib warnings fatal and loads the plugin.
inline void start_gstreamer() {
    static const bool started = [] {
        gst_init(nullptr, nullptr);
        constexpr int kComplaints = G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING;
        g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | kComplaints));
        GstPlugin* plugin = gst_plugin_load_file(FGAGT_GSTREAMER_PLUGIN, nullptr);
        if (plugin == nullptr) throw std::runtime_error("cannot load " FGAGT_GSTREAMER_PLUGIN);
        gst_object_unref(plugin);
        return true;
    }();
    static_cast<void>(started);
}

struct BufferUnref {
    void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
/// A buffer that is released at the end of its scope.
using Buffer = std::unique_ptr<GstBuffer, BufferUnref>;

/// Converts an OpenCV image to a frame in a format: BGR, BGRx, BGRA or GRAY8.
inline Buffer buffer_of(const cv::Mat& image, GstVideoFormat format,
                        std::optional<std::uint64_t> pts = std::nullopt) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, format, static_cast<guint>(image.cols), static_cast<guint>(image.rows));
    Buffer buffer(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
    GST_BUFFER_PTS(buffer.get()) = pts.value_or(GST_CLOCK_TIME_NONE);
    GstVideoFrame frame;
    REQUIRE(gst_video_frame_map(&frame, &info, buffer.get(), GST_MAP_WRITE) == TRUE);
    image.copyTo(cv::Mat(image.size(), image.type(), GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
                         static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0))));
    gst_video_frame_unmap(&frame);
    return buffer;
}

using Properties = std::vector<std::pair<std::string, std::string>>;

/// An element that is not running.
inline GstElement* make_element(const char* name, const Properties& properties) {
    start_gstreamer();
    GstElement* element = gst_element_factory_make(name, nullptr);
    REQUIRE(element != nullptr);
    for (const auto& [property, value] : properties)
        gst_util_set_object_arg(G_OBJECT(element), property.c_str(), value.c_str());
    return element;
}

/// The next error message on a bus; empty if there is none.
inline std::string error_on(GstBus* bus) {
    GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    if (message == nullptr) return "";
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    std::string text = error->message;
    g_error_free(error);
    gst_message_unref(message);
    return text;
}

/// The error message of an element that refuses to start.
inline std::string start_error(const char* name, const Properties& properties) {
    GstElement* element = make_element(name, properties);
    GstBus* bus = gst_bus_new();
    gst_element_set_bus(element, bus);
    CHECK(gst_element_set_state(element, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE);
    std::string text = error_on(bus);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, nullptr);
    gst_object_unref(bus);
    gst_object_unref(element);
    return text;
}

/// A single running element.
class ElementHarness {
public:
    explicit ElementHarness(const char* name, const Properties& properties = {}) {
        GstElement* element = make_element(name, properties);
        bus_ = gst_bus_new();
        gst_element_set_bus(element, bus_);
        harness_ = gst_harness_new_with_element(element, "sink", "src");
        gst_object_unref(element);
    }
    ElementHarness(const ElementHarness&) = delete;
    ElementHarness& operator=(const ElementHarness&) = delete;
    ~ElementHarness() {
        gst_element_set_bus(harness_->element, nullptr);
        gst_harness_teardown(harness_);
        gst_object_unref(bus_);
    }

    /// @param format  in the syntax of caps
    void set_caps(const std::string& format, cv::Size size, int frame_rate = 25) {
        const std::string caps = "video/x-raw,format=" + format + ",width=" + std::to_string(size.width) +
                                 ",height=" + std::to_string(size.height) +
                                 ",framerate=" + std::to_string(frame_rate) + "/1";
        gst_harness_set_src_caps_str(harness_, caps.c_str());
    }

    [[nodiscard]] GstFlowReturn push(Buffer buffer) { return gst_harness_push(harness_, buffer.release()); }
    [[nodiscard]] Buffer pull() { return Buffer(gst_harness_try_pull(harness_)); }
    [[nodiscard]] Buffer pass(Buffer buffer) {
        const GstFlowReturn flow = push(std::move(buffer));
        REQUIRE(flow == GST_FLOW_OK);
        Buffer result = pull();
        REQUIRE(result != nullptr);
        return result;
    }

    void push_event(GstEvent* event) { REQUIRE(gst_harness_push_event(harness_, event) == TRUE); }
    void flush() {
        push_event(gst_event_new_flush_start());
        push_event(gst_event_new_flush_stop(TRUE));
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        push_event(gst_event_new_segment(&segment));
    }

    void set_state(GstState state) {
        REQUIRE(gst_element_set_state(harness_->element, state) == GST_STATE_CHANGE_SUCCESS);
    }

    [[nodiscard]] std::uint64_t counter(const char* name) const {
        guint64 value = 0;
        g_object_get(harness_->element, name, &value, nullptr);
        return value;
    }

    /// The next error message on the bus; empty if there is none.
    [[nodiscard]] std::string error() const { return error_on(bus_); }

private:
    GstBus* bus_ = nullptr;
    GstHarness* harness_ = nullptr;
};

/// The regions of a buffer, in the order in which they were added.
inline std::vector<GstVideoRegionOfInterestMeta*> regions_in(const Buffer& buffer) {
    std::vector<GstVideoRegionOfInterestMeta*> regions;
    void* state = nullptr;
    while (GstMeta* meta = gst_buffer_iterate_meta(buffer.get(), &state))
        if (meta->info->api == GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)
            regions.push_back(reinterpret_cast<GstVideoRegionOfInterestMeta*>(meta));
    return regions;
}

/// The ID of a region according to DL Streamer's structures; 0: none.
inline int object_id(GstVideoRegionOfInterestMeta* region) {
    int id = 0;
    const GstStructure* structure = gst_video_region_of_interest_meta_get_param(region, "object_id");
    if (structure != nullptr) REQUIRE(gst_structure_get_int(structure, "id", &id) == TRUE);
    return id;
}

/// Whether a region was added by the tracker.
inline bool is_predicted(GstVideoRegionOfInterestMeta* region) {
    gboolean predicted = FALSE;
    const GstStructure* structure = gst_video_region_of_interest_meta_get_param(region, "fgagt_track");
    if (structure != nullptr) REQUIRE(gst_structure_get_boolean(structure, "predicted", &predicted) == TRUE);
    return predicted == TRUE;
}

} // namespace fgagt::test
