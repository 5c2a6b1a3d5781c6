#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// What the four numbers of a box are.
enum class BoxForm : std::uint8_t {
    kCentre,  ///< centre x, centre y, width, height
    kCorners, ///< left, top, right, bottom
};

/// What the numbers of a box count.
enum class BoxUnit : std::uint8_t {
    kPixels,   ///< pixels of the network's input
    kRelative, ///< shares of the input's width and height
};

/// What a row says of whether anything is there.
enum class Objectness : std::uint8_t {
    kNone,     ///< nothing: the classes' scores are all
    kFactor,   ///< a fifth number; score = objectness * class
    kIncluded, ///< a fifth number, which the classes' scores already contain
};

} // namespace fgagt
