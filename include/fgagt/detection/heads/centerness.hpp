#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// How a network's centerness is used: its estimate of how close a cell is to the centre of its box.
enum class Centerness : std::uint8_t {
    kNone,    ///< the network has no centerness
    kProduct, ///< score = class * centerness
    kRoot,    ///< score = sqrt(class * centerness)
};

} // namespace fgagt
