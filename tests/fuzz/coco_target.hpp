#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/coco.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as COCO: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_coco(std::string_view bytes) {
    return check_annotations(
        bytes, kCocoFormat, [](std::string_view text) { return parse_coco(text, "bytes"); },
        [](const Annotations& a) { return parse_coco(coco_text(a), "written"); });
}

} // namespace fgagt::test
