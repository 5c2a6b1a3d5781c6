#pragma once

#include <limits>

namespace fgagt::test {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

} // namespace fgagt::test
