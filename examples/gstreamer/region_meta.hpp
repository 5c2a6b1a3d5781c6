#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/io/mot_text.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gst/video/video.h>
#include <limits>
#include <optional>
#include <vector>

/// Detections and tracks as regions of interest on GStreamer's buffers (GstVideoRegionOfInterestMeta).
///
/// A region is a rectangle of whole pixels within the frame, a label, and structures with further data.
/// Detectors such as Intel's DL Streamer write a structure "detection" with the score as "confidence" and the
/// exact box as "x_min", "x_max", "y_min" and "y_max", as fractions of the frame's width and height. DL
/// Streamer's trackers write a structure "object_id" with the number "id". This file reads and writes these
/// structures, and adds a structure "fgagt_track" for the data that have no place in them.
namespace fgagt::examples {

using RegionMeta = GstVideoRegionOfInterestMeta;

/// A number field of a structure, whatever its type; empty if there is no such field.
[[nodiscard]] inline std::optional<double> number_of(const GstStructure* structure, const char* field) {
    const GValue* value = gst_structure_get_value(structure, field);
    if (value == nullptr || g_value_type_transformable(G_VALUE_TYPE(value), G_TYPE_DOUBLE) == FALSE)
        return std::nullopt;
    GValue number = G_VALUE_INIT;
    g_value_init(&number, G_TYPE_DOUBLE);
    g_value_transform(value, &number);
    return g_value_get_double(&number);
}

/// A number as a float; infinite if out of range.
[[nodiscard]] inline float narrowed(double number) {
    return std::abs(number) > std::numeric_limits<float>::max()
               ? (number < 0 ? -1.F : 1.F) * std::numeric_limits<float>::infinity()
               : static_cast<float>(number);
}

/// Whether all edges of a box are finite.
[[nodiscard]] inline bool is_finite(const Box& box) {
    const std::array<float, 4> edges{box.left, box.top, box.right(), box.bottom()};
    return std::ranges::all_of(edges, [](float edge) { return std::isfinite(edge); });
}

/// The part of a box that lies in the frame, in whole pixels; empty if the box lies outside or is not finite.
[[nodiscard]] inline cv::Rect rectangle_within(const Box& box, cv::Size frame) {
    const auto place = [](float edge, int length) {
        return static_cast<int>(std::lround(std::clamp(edge, 0.F, static_cast<float>(length))));
    };
    if (!is_finite(box)) return {};
    const cv::Point first(place(box.left, frame.width), place(box.top, frame.height));
    const cv::Point last(place(box.right(), frame.width), place(box.bottom(), frame.height));
    return {first, cv::Size(std::max(last.x - first.x, 0), std::max(last.y - first.y, 0))};
}

/// The box that a "detection" describes by fractions, in pixels; empty if they are missing or not finite.
[[nodiscard]] inline std::optional<Box> exact_box(const GstStructure* detection, cv::Size frame) {
    const auto left = number_of(detection, "x_min"), right = number_of(detection, "x_max");
    const auto top = number_of(detection, "y_min"), bottom = number_of(detection, "y_max");
    if (!left || !right || !top || !bottom) return std::nullopt;
    const auto pixels = [](double share, int length) { return narrowed(share * length); };
    const Box box{pixels(*left, frame.width), pixels(*top, frame.height), pixels(*right - *left, frame.width),
                  pixels(*bottom - *top, frame.height)};
    return is_finite(box) ? std::optional(box) : std::nullopt;
}

/// The box of a region, in pixels: the exact box if it agrees with the rectangle. Elements that scale or crop
/// frames may have updated only the rectangle.
[[nodiscard]] inline Box box_of(const RegionMeta& meta, const GstStructure* detection, cv::Size frame) {
    const Box rectangle{static_cast<float>(meta.x), static_cast<float>(meta.y), static_cast<float>(meta.w),
                        static_cast<float>(meta.h)};
    const auto exact = detection == nullptr ? std::nullopt : exact_box(detection, frame);
    if (!exact) return rectangle;
    constexpr float kRounding = 1; // some elements round, some truncate
    const cv::Rect shown = rectangle_within(*exact, frame);
    const std::array<float, 4> differences{static_cast<float>(shown.x) - rectangle.left,
                                           static_cast<float>(shown.y) - rectangle.top,
                                           static_cast<float>(shown.width) - rectangle.width,
                                           static_cast<float>(shown.height) - rectangle.height};
    const bool agree =
        std::ranges::all_of(differences, [](float difference) { return std::abs(difference) <= kRounding; });
    return agree ? *exact : rectangle;
}

/// The score of a region: "confidence" of its "detection" or, if it has no such structure, of the first
/// structure with that field. 1 if there is none.
[[nodiscard]] inline float score_of(const RegionMeta& meta, const GstStructure* detection) {
    std::optional<double> score;
    if (detection != nullptr) score = number_of(detection, "confidence");
    for (const GList* item = meta.params; item != nullptr && detection == nullptr && !score;
         item = item->next)
        score = number_of(static_cast<const GstStructure*>(item->data), "confidence");
    return narrowed(score.value_or(1));
}

/// A region as a detection; its class is the quark of its label.
[[nodiscard]] inline Detection detection_of(RegionMeta& meta, cv::Size frame) {
    const GstStructure* detection = gst_video_region_of_interest_meta_get_param(&meta, "detection");
    return {.box = box_of(meta, detection, frame),
            .score = score_of(meta, detection),
            .class_id = static_cast<int>(meta.roi_type)};
}

/// The regions of one buffer.
struct Regions {
    std::vector<RegionMeta*> metas;    ///< [M] those with the requested labels
    std::vector<Detection> detections; ///< [M] the same regions as detections
    bool any = false;                  ///< whether there are regions, whatever their labels
};

/// Reads the regions of a buffer.
///
/// @param frame   size of the frame, pixels
/// @param labels  labels to read; empty: all
[[nodiscard]] inline Regions regions_of(GstBuffer* buffer, cv::Size frame,
                                        const std::vector<GQuark>& labels) {
    Regions regions;
    void* state = nullptr;
    while (GstMeta* meta =
               gst_buffer_iterate_meta_filtered(buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
        regions.any = true;
        auto* const region = reinterpret_cast<RegionMeta*>(meta);
        if (!labels.empty() && std::ranges::find(labels, region->roi_type) == labels.end()) continue;
        regions.metas.push_back(region);
        regions.detections.push_back(detection_of(*region, frame));
    }
    return regions;
}

/// Adds a region for the part of a box that lies in the frame.
inline RegionMeta& add_region(GstBuffer* buffer, const Box& box, GQuark label, cv::Size frame) {
    const cv::Rect rectangle = rectangle_within(box, frame);
    return *gst_buffer_add_video_region_of_interest_meta_id(
        buffer, label, static_cast<guint>(rectangle.x), static_cast<guint>(rectangle.y),
        static_cast<guint>(rectangle.width), static_cast<guint>(rectangle.height));
}

/// The region's structure of this name; created if missing.
[[nodiscard]] inline GstStructure* structure_of(RegionMeta& meta, const char* name) {
    GstStructure* structure = gst_video_region_of_interest_meta_get_param(&meta, name);
    if (structure != nullptr) return structure;
    structure = gst_structure_new_empty(name);
    gst_video_region_of_interest_meta_add_param(&meta, structure);
    return structure;
}

/// Sets the exact box, as fractions of the frame, and the score.
inline void set_box_and_score(GstStructure* structure, const Box& box, float score, cv::Size frame) {
    const double left = box.left, top = box.top;
    gst_structure_set(structure, "x_min", G_TYPE_DOUBLE, left / frame.width, "x_max", G_TYPE_DOUBLE,
                      (left + box.width) / frame.width, "y_min", G_TYPE_DOUBLE, top / frame.height, "y_max",
                      G_TYPE_DOUBLE, (top + box.height) / frame.height, "confidence", G_TYPE_DOUBLE,
                      static_cast<double>(score), nullptr);
}

/// Adds a detection to a buffer as detectors do.
inline void add_detection(GstBuffer* buffer, const Detection& detection, GQuark label, cv::Size frame) {
    RegionMeta& meta = add_region(buffer, detection.box, label, frame);
    set_box_and_score(structure_of(meta, "detection"), detection.box, detection.score, frame);
}

/// Records which track a region belongs to. An ID that does not fit "object_id" is only in "fgagt_track".
inline void set_track(RegionMeta& meta, const Track& track, cv::Size frame) {
    if (track.id <= std::numeric_limits<gint>::max())
        gst_structure_set(structure_of(meta, "object_id"), "id", G_TYPE_INT, static_cast<gint>(track.id),
                          nullptr);
    GstStructure* structure = structure_of(meta, "fgagt_track");
    gst_structure_set(structure, "id", G_TYPE_INT64, gint64{track.id}, "predicted", G_TYPE_BOOLEAN,
                      static_cast<gboolean>(!track.detection), "age", G_TYPE_INT64, gint64{track.age},
                      nullptr);
    set_box_and_score(structure, track.box, track.score, frame);
}

/// Adds a region for a track without a detection in this frame; none if the track lies outside the frame.
inline void add_predicted(GstBuffer* buffer, const Track& track, cv::Size frame) {
    if (rectangle_within(track.box, frame).empty()) return;
    set_track(add_region(buffer, track.box, static_cast<GQuark>(track.class_id), frame), track, frame);
}

} // namespace fgagt::examples
