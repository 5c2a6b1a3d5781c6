#pragma once

#include <fgagt/core/detail/language.hpp>

#include <string_view>

/// @file
/// The version of these headers, for the preprocessor and as text. The build and the packages read it from
/// here.

/// Increases with incompatible changes, from version 1 on.
#define FGAGT_VERSION_MAJOR 0
/// Increases with new features and, while the major version is 0, with incompatible changes.
#define FGAGT_VERSION_MINOR 1
/// Increases with bug fixes.
#define FGAGT_VERSION_PATCH 0

/// @cond
#define FGAGT_QUOTE(number) #number
#define FGAGT_VERSION_TEXT(major, minor, patch)                                                              \
    FGAGT_QUOTE(major) "." FGAGT_QUOTE(minor) "." FGAGT_QUOTE(patch)
/// @endcond

namespace fgagt {

/// The version as text, "major.minor.patch".
inline constexpr std::string_view kVersion =
    FGAGT_VERSION_TEXT(FGAGT_VERSION_MAJOR, FGAGT_VERSION_MINOR, FGAGT_VERSION_PATCH);

} // namespace fgagt

#undef FGAGT_VERSION_TEXT
#undef FGAGT_QUOTE
