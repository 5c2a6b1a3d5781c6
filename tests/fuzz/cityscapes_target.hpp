#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/cityscapes.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as Cityscapes, one image: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_cityscapes(std::string_view bytes) {
    return check_annotations(
        bytes, kCityscapesFormat, [](std::string_view text) { return parse_cityscapes(text, "bytes"); },
        [](const Annotations& a) {
            return parse_cityscapes(cityscapes_texts(a).begin()->second, "written");
        });
}

} // namespace fgagt::test
