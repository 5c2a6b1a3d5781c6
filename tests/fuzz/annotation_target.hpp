#pragma once

#include "fuzz/law.hpp"
#include "support/annotation_law.hpp"

#include <fgagt/annotations/annotations.hpp>

#include <optional>
#include <string_view>

namespace fgagt::test {

/// Reads whatever text as annotations: a ParseError, or sound ones that stay the same when they are written
/// and read again, but for the last digits of their boxes. Returns whether it is a file of the format.
///
/// @param parse   text -> annotations
/// @param again   annotations -> the same, written and read
/// @param format  what it keeps
/// @throws BrokenLaw  it is not so
template <class Parse, class Again>
bool check_annotations(std::string_view bytes, const AnnotationFormat& format, Parse parse, Again again) {
    const std::optional<Annotations> found = value_or_refusal([&] { return parse(bytes); });
    if (!found) return false;
    try {
        detail::expect_sound(*found, "what is read");
    } catch (const InvalidArgument&) {
        throw BrokenLaw("what is read is finite and has classes and frames");
    }
    require(are_near(kept(*found, format), kept(again(*found), format)),
            "annotations stay the same when they are written and read again");
    return true;
}

} // namespace fgagt::test
