#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// The meaning of a box's four numbers.
enum class BoxForm : std::uint8_t {
    kCentre,  ///< centre x, centre y, width, height
    kCorners, ///< left, top, right, bottom
};

/// The unit of a box's numbers.
enum class BoxUnit : std::uint8_t {
    kPixels,   ///< pixels of the network's input
    kRelative, ///< fractions of the input's width and height
};

/// Whether a row has an objectness, and how it is used.
enum class Objectness : std::uint8_t {
    kNone,     ///< no objectness, only class scores
    kFactor,   ///< a fifth number; score = objectness * class
    kIncluded, ///< a fifth number, already included in the class scores
};

} // namespace fgagt
