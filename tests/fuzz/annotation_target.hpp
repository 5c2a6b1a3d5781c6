#pragma once

#include "fuzz/law.hpp"
#include "support/annotation_law.hpp"

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/cityscapes.hpp>
#include <fgagt/annotations/coco.hpp>
#include <fgagt/annotations/crowdhuman.hpp>
#include <fgagt/annotations/cvat.hpp>
#include <fgagt/annotations/eva.hpp>
#include <fgagt/annotations/kitti.hpp>
#include <fgagt/annotations/labelme.hpp>
#include <fgagt/annotations/pascal_voc.hpp>
#include <fgagt/annotations/tt100k.hpp>
#include <fgagt/annotations/yolo_text.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace fgagt::test {

/// A text format of annotations.
struct TextFormat {
    std::string_view corpus;       ///< folder of its corpus; two formats may share one
    const AnnotationFormat& keeps; ///< what the format keeps
    Annotations (*parse)(std::string_view text);
    Annotations (*again)(const Annotations& annotations); ///< written and read again
};

namespace annotation_target {

inline const CvatOptions kCvatOptions{.most_added = 100};
inline const YoloOptions kYoloOptions{640, 480, {"person", "car", "bicycle"}};

} // namespace annotation_target

/// All text formats. Formats with a file per image are read as one image.
inline const std::array kTextFormats{
    TextFormat{"cityscapes", kCityscapesFormat,
               [](std::string_view text) { return parse_cityscapes(text, "bytes"); },
               [](const Annotations& a) {
                   return parse_cityscapes(cityscapes_texts(a).begin()->second, "written");
               }},
    TextFormat{"coco", kCocoFormat, [](std::string_view text) { return parse_coco(text, "bytes"); },
               [](const Annotations& a) { return parse_coco(coco_text(a), "written"); }},
    TextFormat{"crowdhuman", kCrowdHumanFormat,
               [](std::string_view text) { return parse_crowdhuman(text, "bytes"); },
               [](const Annotations& a) { return parse_crowdhuman(crowdhuman_text(a), "written"); }},
    TextFormat{
        "cvat", kCvatFormat,
        [](std::string_view text) { return parse_cvat(text, "bytes", annotation_target::kCvatOptions); },
        [](const Annotations& a) {
            Annotations again = parse_cvat(cvat_text(a), "written", annotation_target::kCvatOptions);
            if (a.frame_count == 0) again.frame_count = 0; // the first round trip sets it
            return again;
        }},
    TextFormat{"eva", kEvaCsvFormat, [](std::string_view text) { return parse_eva_csv(text, "bytes"); },
               [](const Annotations& a) { return parse_eva_csv(eva_csv_text(a), "written"); }},
    TextFormat{"eva", kEvaJsonFormat, [](std::string_view text) { return parse_eva_json(text, "bytes"); },
               [](const Annotations& a) { return parse_eva_json(eva_json_text(a), "written"); }},
    TextFormat{"kitti", kKittiFormat, [](std::string_view text) { return parse_kitti(text, "bytes"); },
               [](const Annotations& a) { return parse_kitti(kitti_text(a), "written"); }},
    TextFormat{
        "labelme", kLabelMeFormat, [](std::string_view text) { return parse_labelme(text, "bytes"); },
        [](const Annotations& a) { return parse_labelme(labelme_texts(a).begin()->second, "written"); }},
    TextFormat{"pascal_voc", kPascalVocFormat,
               [](std::string_view text) { return parse_pascal_voc(text, "bytes"); },
               [](const Annotations& a) {
                   return parse_pascal_voc(pascal_voc_texts(a).begin()->second, "written");
               }},
    TextFormat{"tt100k", kTt100kFormat, [](std::string_view text) { return parse_tt100k(text, "bytes"); },
               [](const Annotations& a) { return parse_tt100k(tt100k_text(a), "written"); }},
    TextFormat{
        "yolo_text", kYoloFormat,
        [](std::string_view text) { return parse_yolo(text, "1.txt", annotation_target::kYoloOptions); },
        [](const Annotations& a) {
            return parse_yolo(yolo_texts(a).at("1.txt"), "1.txt", annotation_target::kYoloOptions);
        }},
};

/// Reads any text as annotations: either a ParseError, or valid annotations that survive a round trip up to
/// the last digits of their boxes.
struct AnnotationCheck {
    std::string_view corpus; ///< of the formats that the text is read as

    /// @return  whether the text is a file of one of the formats
    /// @throws BrokenLaw  a law does not hold
    bool operator()(std::string_view bytes) const {
        bool is_good = false;
        for (const TextFormat& format : kTextFormats)
            if (format.corpus == corpus && holds(format, bytes)) is_good = true;
        return is_good;
    }

private:
    static bool holds(const TextFormat& format, std::string_view bytes) {
        const std::optional<Annotations> found = value_or_refusal([&] { return format.parse(bytes); });
        if (!found) return false;
        try {
            detail::expect_sound(*found, "annotations that were read");
        } catch (const InvalidArgument&) {
            throw BrokenLaw("annotations are finite and have classes and frames");
        }
        require(are_near(kept(*found, format.keeps), kept(format.again(*found), format.keeps)),
                "annotations survive a round trip");
        return true;
    }
};

} // namespace fgagt::test
