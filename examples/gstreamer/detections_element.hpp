#pragma once

#include "element_description.hpp"
#include "region_meta.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/io/mot_text.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <gst/video/video.h>
#include <mutex>
#include <string>

namespace fgagt::examples {

/// The element `fgagtdetections`: attaches detections from a MOTChallenge file to frames by frame number, as
/// a detector would.
class DetectionsElement {
public:
    static constexpr const char* kName = "fgagtdetections";
    static constexpr const char* kTypeName = "FgagtDetections";

    static void describe(GstElementClass* element_class) {
        gst_element_class_set_static_metadata(
            element_class, "Detections from a file", "Filter/Analyzer/Video",
            "Attaches the detections of a MOTChallenge file to frames as regions of interest",
            "the fgagt authors");
        add_pads(element_class, "video/x-raw(ANY)");
        GObjectClass* const object_class = G_OBJECT_CLASS(element_class);
        g_object_class_install_property(
            object_class, kLocation,
            g_param_spec_string("location", "Location", "MOTChallenge detection file", "", kSetting));
        g_object_class_install_property(object_class, kLabel,
                                        g_param_spec_string("label", "Label",
                                                            "Label of the regions; the file contains none",
                                                            kUsualLabel, kSetting));
    }

    void set_property(guint id, const GValue* value) {
        const std::scoped_lock lock(mutex_);
        (id == kLocation ? location_ : label_) = string_of(value);
    }

    void get_property(guint id, GValue* value) const {
        const std::scoped_lock lock(mutex_);
        g_value_set_string(value, (id == kLocation ? location_ : label_).c_str());
    }

    /// @throws InvalidArgument  the location or the label is empty
    /// @throws ParseError  the file cannot be read
    void start() {
        const std::scoped_lock lock(mutex_);
        if (location_.empty() || label_.empty())
            throw InvalidArgument(
                "fgagtdetections: expected a file and a label; set the properties location and label");
        rows_ = read_detections(location_);
        quark_ = g_quark_from_string(label_.c_str());
        frame_ = 0;
    }

    void stop() { rows_ = {}; }

    void set_video(const GstVideoInfo& info) { size_ = {info.width, info.height}; }

    /// Ignores a buffer without a picture; it does not count as a frame.
    void transform(GstBuffer* buffer) {
        if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP)) return;
        for (const DetectionRow& row : rows_.frame(++frame_))
            add_detection(buffer, {.box = row.box, .score = row.score}, quark_, size_);
    }

    /// The next buffer is frame 1.
    void restart() { frame_ = 0; }

    void finish() {}

private:
    enum Property : guint { kLocation = 1, kLabel };
    static constexpr const char* kUsualLabel = "object";

    mutable std::mutex mutex_; // guards the properties' values
    std::string location_;
    std::string label_ = kUsualLabel;
    DetectionRows rows_;
    GQuark quark_ = 0;
    cv::Size size_;
    std::int64_t frame_ = 0;
};

} // namespace fgagt::examples
