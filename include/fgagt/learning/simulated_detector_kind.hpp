#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// The kind of detector that is simulated.
enum class SimulatedDetectorKind : std::uint8_t {
    kStrong,     ///< sure of nearly all objects, with many additional low boxes
    kWeak,       ///< broad scores, misses small objects
    kSparse,     ///< few, sure boxes, misses in runs and duplicates
    kCompressed, ///< all scores in a narrow range
};

} // namespace fgagt
