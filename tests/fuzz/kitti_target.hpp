#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/kitti.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as KITTI tracking: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_kitti(std::string_view bytes) {
    return check_annotations(
        bytes, kKittiFormat, [](std::string_view text) { return parse_kitti(text, "bytes"); },
        [](const Annotations& a) { return parse_kitti(kitti_text(a), "written"); });
}

} // namespace fgagt::test
