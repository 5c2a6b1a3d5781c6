#pragma once

#include "fuzz/annotation_target.hpp"

#include <fgagt/annotations/eva.hpp>

#include <string_view>

namespace fgagt::test {

/// Reads any text as an EVA table, both CSV and JSON: see check_annotations().
///
/// @throws BrokenLaw  a law does not hold
inline bool check_eva(std::string_view bytes) {
    const bool is_csv = check_annotations(
        bytes, kEvaCsvFormat, [](std::string_view text) { return parse_eva_csv(text, "bytes"); },
        [](const Annotations& a) { return parse_eva_csv(eva_csv_text(a), "written"); });
    const bool is_json = check_annotations(
        bytes, kEvaJsonFormat, [](std::string_view text) { return parse_eva_json(text, "bytes"); },
        [](const Annotations& a) { return parse_eva_json(eva_json_text(a), "written"); });
    return is_csv || is_json;
}

} // namespace fgagt::test
