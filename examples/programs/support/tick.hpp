#pragma once

#include <cstdint>
#include <functional>

namespace fgagt::examples {

/// Called when more of a long work is done, with how much; may throw to end it.
using Tick = std::function<void(std::int64_t)>;

} // namespace fgagt::examples
