#pragma once

#include "element_description.hpp"
#include "mapped_frame.hpp"
#include "track_run.hpp"

#include <atomic>
#include <cstdint>
#include <gst/video/video.h>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace fgagt::examples {

/// The element `fgagttrack`: adds object IDs to the regions of interest of each frame.
class TrackElement {
public:
    static constexpr const char* kName = "fgagttrack";
    static constexpr const char* kTypeName = "FgagtTrack";

    static void describe(GstElementClass* element_class) {
        gst_element_class_set_static_metadata(
            element_class, "Multi-object tracker", "Filter/Analyzer/Video",
            "Adds object IDs to the regions of interest that a detector attached to frames",
            "the fgagt authors");
        add_pads(element_class, GST_VIDEO_CAPS_MAKE(FGAGT_OPENCV_FORMATS));
        add_settings(G_OBJECT_CLASS(element_class));
        add_counters(G_OBJECT_CLASS(element_class));
    }

    void set_property(guint id, const GValue* value) {
        const std::scoped_lock lock(mutex_);
        switch (id) {
        case kPreset:
            settings_.tracker.preset = static_cast<Preset>(g_value_get_enum(value));
            break;
        case kScoreCeiling:
            settings_.tracker.score_ceiling = g_value_get_float(value);
            break;
        case kMaxLostTime:
            settings_.tracker.max_lost_time = g_value_get_float(value);
            break;
        case kLabels:
            labels_ = string_of(value);
            break;
        case kDetectEvery:
            settings_.detect_every = g_value_get_uint(value);
            break;
        case kAddPredicted:
            settings_.add_predicted = g_value_get_boolean(value) == TRUE;
            break;
        case kOutput:
            settings_.output = string_of(value);
            break;
        default:
            break;
        }
    }

    void get_property(guint id, GValue* value) const {
        const std::scoped_lock lock(mutex_);
        switch (id) {
        case kPreset:
            g_value_set_enum(value, static_cast<gint>(settings_.tracker.preset));
            break;
        case kScoreCeiling:
            g_value_set_float(value, settings_.tracker.score_ceiling);
            break;
        case kMaxLostTime:
            g_value_set_float(value, settings_.tracker.max_lost_time);
            break;
        case kLabels:
            g_value_set_string(value, labels_.c_str());
            break;
        case kDetectEvery:
            g_value_set_uint(value, settings_.detect_every);
            break;
        case kAddPredicted:
            g_value_set_boolean(value, static_cast<gboolean>(settings_.add_predicted));
            break;
        case kOutput:
            g_value_set_string(value, settings_.output.c_str());
            break;
        case kFrames:
            g_value_set_uint64(value, frames_);
            break;
        case kTracks:
            g_value_set_uint64(value, tracks_);
            break;
        default:
            break;
        }
    }

    /// @throws InvalidArgument  a setting is out of range
    void start() {
        const std::scoped_lock lock(mutex_);
        TrackSettings settings = settings_;
        settings.labels = labels_of(labels_);
        run_.emplace(std::move(settings));
        frames_ = 0;
        tracks_ = 0;
    }

    /// @throws std::filesystem::filesystem_error  the output cannot be written
    void stop() {
        std::optional<TrackRun> run = std::exchange(run_, std::nullopt);
        if (run) run->write();
    }

    void set_video(const GstVideoInfo& info) { run_->set_video(info); }

    /// Ignores a buffer without a picture.
    void transform(GstBuffer* buffer) {
        if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP)) return;
        tracks_ += run_->transform(buffer);
        ++frames_;
    }

    void restart() {
        if (run_) run_->restart();
    }

    /// @throws std::filesystem::filesystem_error  the output cannot be written
    void finish() {
        if (run_) run_->write();
    }

private:
    enum Property : guint {
        kPreset = 1,
        kScoreCeiling,
        kMaxLostTime,
        kLabels,
        kDetectEvery,
        kAddPredicted,
        kOutput,
        kFrames,
        kTracks
    };

    static GType preset_type() {
        static const GEnumValue values[] = {
            {static_cast<gint>(Preset::kDefault), "Flow, motion, overlap and colour", "default"},
            {static_cast<gint>(Preset::kGraph), "As default, with learned weights and an adaptive graph",
             "graph"},
            {static_cast<gint>(Preset::kGeometry), "Motion and overlap only; does not read pixels",
             "geometry"},
            {0, nullptr, nullptr}};
        static const GType type = g_enum_register_static("FgagtTrackPreset", values);
        return type;
    }

    static void add_settings(GObjectClass* object_class) {
        const TrackSettings defaults;
        const auto add = [&](Property id, GParamSpec* spec) {
            g_object_class_install_property(object_class, id, spec);
        };
        add(kPreset, g_param_spec_enum("preset", "Preset", "Tracker to use", preset_type(),
                                       static_cast<gint>(defaults.tracker.preset), kSetting));
        add(kScoreCeiling,
            g_param_spec_float("score-ceiling", "Score ceiling",
                               "Score from which a detection is normally trusted; adaptive levels never rise "
                               "above it",
                               0.01F, 1, defaults.tracker.score_ceiling, kSetting));
        add(kMaxLostTime,
            g_param_spec_float("max-lost-time", "Longest time lost",
                               "Nominal frames that an object may be lost and still keep its ID", 1, 1e6F,
                               defaults.tracker.max_lost_time, kSetting));
        add(kLabels, g_param_spec_string("labels", "Labels",
                                         "Labels of the regions to track, separated by commas; "
                                         "other regions stay untouched (empty: track all)",
                                         "", kSetting));
        add(kDetectEvery,
            g_param_spec_uint("detect-every", "Detect every",
                              "Interval of the detector in frames; between detector runs, frames without "
                              "regions are predicted instead of counting as empty",
                              1, 10'000, defaults.detect_every, kSetting));
        add(kAddPredicted,
            g_param_spec_boolean(
                "add-predicted", "Add predicted regions",
                "Whether objects that the detector missed get a region at their predicted place",
                static_cast<gboolean>(defaults.add_predicted), kSetting));
        add(kOutput, g_param_spec_string("output", "Output",
                                         "File for the tracks as MOTChallenge text, written at the "
                                         "end of the stream (empty: none)",
                                         "", kSetting));
    }

    static void add_counters(GObjectClass* object_class) {
        g_object_class_install_property(object_class, kFrames,
                                        g_param_spec_uint64("frames", "Frames",
                                                            "Frames tracked since the start", 0, G_MAXUINT64,
                                                            0, kCounter));
        g_object_class_install_property(object_class, kTracks,
                                        g_param_spec_uint64("tracks", "Tracks",
                                                            "Different objects confirmed since the start", 0,
                                                            G_MAXUINT64, 0, kCounter));
    }

    mutable std::mutex mutex_; // guards the properties' values
    TrackSettings settings_;   // except the labels
    std::string labels_;
    std::optional<TrackRun> run_; // set between start and stop
    std::atomic<std::uint64_t> frames_ = 0;
    std::atomic<std::uint64_t> tracks_ = 0;
};

} // namespace fgagt::examples
