#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// What lives in a simulated world.
enum class WorldKind : std::uint8_t {
    kWalkers,  ///< people who walk alone and in groups
    kCrowd,    ///< many people close together
    kDancers,  ///< people alike, in abrupt and common motion
    kPlayers,  ///< fast people on a pitch, followed by a camera
    kVehicles, ///< traffic in lanes
    kAnimals,  ///< fish or herds, alike
};

} // namespace fgagt
