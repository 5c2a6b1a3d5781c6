#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// What becomes of a network's estimate of how central a cell is to its box.
enum class Centerness : std::uint8_t {
    kNone,    ///< there is none
    kProduct, ///< score = class * centerness
    kRoot,    ///< score = sqrt(class * centerness)
};

} // namespace fgagt
