#pragma once

#include "fuzz/law.hpp"
#include "support/annotation_law.hpp"

#include <fgagt/annotations/annotations.hpp>

#include <optional>
#include <string_view>

namespace fgagt::test {

/// Reads any text as annotations: either a ParseError, or valid annotations that survive a round trip up to
/// the last digits of their boxes. Returns whether the text is a file of the format.
///
/// @param parse   text -> annotations
/// @param again   writes annotations and reads them again
/// @param format  what the format keeps
/// @throws BrokenLaw  a law does not hold
template <class Parse, class Again>
bool check_annotations(std::string_view bytes, const AnnotationFormat& format, Parse parse, Again again) {
    const std::optional<Annotations> found = value_or_refusal([&] { return parse(bytes); });
    if (!found) return false;
    try {
        detail::expect_sound(*found, "annotations that were read");
    } catch (const InvalidArgument&) {
        throw BrokenLaw("annotations are finite and have classes and frames");
    }
    require(are_near(kept(*found, format), kept(again(*found), format)), "annotations survive a round trip");
    return true;
}

} // namespace fgagt::test
