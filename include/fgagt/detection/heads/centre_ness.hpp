#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// What becomes of a network's estimate of how central a cell is to its box.
enum class CentreNess : std::uint8_t {
    kNone,    ///< there is none
    kProduct, ///< score = class * centre-ness
    kRoot,    ///< score = sqrt(class * centre-ness)
};

} // namespace fgagt
