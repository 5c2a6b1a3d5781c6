#pragma once

#include "support/annotation_law.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/annotations/annotations.hpp>

#include <string>
#include <vector>

namespace fgagt::test {

/// Checks that random annotations stay the same when they are written and read, except for the reported
/// losses and the last digits of a size that is stored as two edges; and that a second round trip loses
/// nothing more.
///
/// @param format   what the format keeps
/// @param losses   reports the losses of annotations as sentences
/// @param again    writes annotations and reads them again
/// @param special  applies further changes of the format to annotations
template <class Losses, class Again, class Special>
void check_round_trips(const std::string& name, const AnnotationFormat& format, Losses losses, Again again,
                       Special special) {
    constexpr unsigned kRounds = 60;
    const unsigned seed = seed_of(name);
    std::size_t lossy = 0;
    for (unsigned round = 0; round < kRounds; ++round) {
        INFO("round " << round << ", seed " << seed + round);
        Annotations annotations = random_annotations(seed + round);
        special(annotations);
        const Annotations found = again(annotations);
        CHECK(are_near(kept(found, format), kept(annotations, format)));
        CHECK(kept(again(found), format) == kept(found, format)); // a file's contents stay exact
        CHECK(losses(found) == std::vector<std::string>());
        const bool same = in_one_form(found) == in_one_form(annotations);
        if (!same) {
            ++lossy;
            CHECK_FALSE(losses(annotations).empty());
        }
    }
    INFO(lossy << " rounds lose something");
    CHECK((lossy > 0 || (format.class_numbers && format.polygons && format.frame_count)));
}

} // namespace fgagt::test
