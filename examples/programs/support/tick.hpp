#pragma once

#include <cstdint>
#include <functional>

namespace fgagt::examples {

/// Called with the amount of work done since the last call; may throw to end the work.
using Tick = std::function<void(std::int64_t)>;

} // namespace fgagt::examples
