#pragma once

#include <fgagt/core/detail/language.hpp>

#include <string_view>

/// @file
/// The version of these headers, to be compared by the preprocessor or read as text. The build and the
/// packages take it from here.

/// Rises with changes that are not compatible, once it is 1.
#define FGAGT_VERSION_MAJOR 0
/// Rises with what is new, and while the major version is 0 with changes that are not compatible.
#define FGAGT_VERSION_MINOR 1
/// Rises with repairs.
#define FGAGT_VERSION_PATCH 0

/// @cond
#define FGAGT_QUOTE(number) #number
#define FGAGT_VERSION_TEXT(major, minor, patch)                                                              \
    FGAGT_QUOTE(major) "." FGAGT_QUOTE(minor) "." FGAGT_QUOTE(patch)
/// @endcond

namespace fgagt {

/// The same as text, "major.minor.patch".
inline constexpr std::string_view kVersion =
    FGAGT_VERSION_TEXT(FGAGT_VERSION_MAJOR, FGAGT_VERSION_MINOR, FGAGT_VERSION_PATCH);

} // namespace fgagt

#undef FGAGT_VERSION_TEXT
#undef FGAGT_QUOTE
