#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/yolo_text.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as YOLO text, one image: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_yolo_text(std::string_view bytes) {
    const YoloOptions options{640, 480, {"person", "car", "bicycle"}};
    return check_annotations(
        bytes, kYoloFormat, [&](std::string_view text) { return parse_yolo(text, "1.txt", options); },
        [&](const Annotations& a) { return parse_yolo(yolo_texts(a).at("1.txt"), "1.txt", options); });
}

} // namespace fgagt::test
