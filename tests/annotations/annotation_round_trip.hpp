#pragma once

#include "support/annotation_law.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/annotations/annotations.hpp>

#include <string>
#include <vector>

namespace fgagt::test {

/// Random annotations are the same, but for the last digits of a size that is kept as two edges, when they
/// are written and read again, but for what the format's losses name; and of what is read there is nothing
/// left to lose.
///
/// @param format   what it keeps
/// @param losses   annotations -> sentences
/// @param again    annotations -> the same, written and read
/// @param special  changes annotations as the format does beyond its table
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
        CHECK(kept(again(found), format) == kept(found, format)); // what a file says stays to the last digit
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
