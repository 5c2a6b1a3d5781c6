#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/crowdhuman.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as CrowdHuman: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_crowdhuman(std::string_view bytes) {
    return check_annotations(
        bytes, kCrowdHumanFormat, [](std::string_view text) { return parse_crowdhuman(text, "bytes"); },
        [](const Annotations& a) { return parse_crowdhuman(crowdhuman_text(a), "written"); });
}

} // namespace fgagt::test
