#pragma once

#include <cstddef>

namespace fgagt::test {

/// Heap allocations of this thread.
struct Allocations {
    std::size_t containers =
        0; ///< by code of this program, where the library's headers end up, with operator new
    std::size_t matrices = 0; ///< by the same, with malloc: Eigen's
    std::size_t others = 0;   ///< by shared libraries such as OpenCV's
};

/// Counts from its construction on.
class AllocationCounter {
public:
    AllocationCounter();
    [[nodiscard]] Allocations count() const;
};

} // namespace fgagt::test
