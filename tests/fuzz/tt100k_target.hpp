#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/tt100k.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as TT100K: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_tt100k(std::string_view bytes) {
    return check_annotations(
        bytes, kTt100kFormat, [](std::string_view text) { return parse_tt100k(text, "bytes"); },
        [](const Annotations& a) { return parse_tt100k(tt100k_text(a), "written"); });
}

} // namespace fgagt::test
