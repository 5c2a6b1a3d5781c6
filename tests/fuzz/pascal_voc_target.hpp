#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/pascal_voc.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as Pascal VOC, one image: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_pascal_voc(std::string_view bytes) {
    return check_annotations(
        bytes, kPascalVocFormat, [](std::string_view text) { return parse_pascal_voc(text, "bytes"); },
        [](const Annotations& a) {
            return parse_pascal_voc(pascal_voc_texts(a).begin()->second, "written");
        });
}

} // namespace fgagt::test
