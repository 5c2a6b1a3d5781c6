#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/cvat.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as CVAT for video: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_cvat(std::string_view bytes) {
    const CvatOptions options{.most_added = 100};
    return check_annotations(
        bytes, kCvatFormat, [&](std::string_view text) { return parse_cvat(text, "bytes", options); },
        [&](const Annotations& a) {
            Annotations again = parse_cvat(cvat_text(a), "written", options);
            if (a.frame_count == 0) again.frame_count = 0; // the first round trip sets it
            return again;
        });
}

} // namespace fgagt::test
