#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/labelme.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as LabelMe, one image: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_labelme(std::string_view bytes) {
    return check_annotations(
        bytes, kLabelMeFormat, [](std::string_view text) { return parse_labelme(text, "bytes"); },
        [](const Annotations& a) { return parse_labelme(labelme_texts(a).begin()->second, "written"); });
}

} // namespace fgagt::test
