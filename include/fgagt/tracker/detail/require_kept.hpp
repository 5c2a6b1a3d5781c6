#pragma once

#include <fgagt/core/errors.hpp>

namespace fgagt::detail {

/// @throws InvalidArgument  a component did not keep what its concept promises
inline void require_kept(bool kept, const char* concept_name, const char* promise) {
    if (!kept)
        throw_invalid("Tracker: expected ", promise, " from the component that is its ", concept_name,
                      "; see what concepts.hpp asks of one");
}

} // namespace fgagt::detail
