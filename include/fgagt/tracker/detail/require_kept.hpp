#pragma once

#include <fgagt/core/errors.hpp>

namespace fgagt::detail {

/// @throws InvalidArgument  a component violates a requirement of its concept
inline void require_kept(bool kept, const char* concept_name, const char* promise) {
    if (!kept)
        throw_invalid("Tracker: expected ", promise, " from the component used as ", concept_name,
                      "; see its requirements in concepts.hpp");
}

} // namespace fgagt::detail
