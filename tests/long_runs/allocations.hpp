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

/// Lets one allocation by code of this program, and of this thread, fail, as long as it lives.
class AllocationFailure {
public:
    /// @param index  of the one that fails, from 0
    explicit AllocationFailure(std::size_t index);
    AllocationFailure(const AllocationFailure&) = delete;
    AllocationFailure& operator=(const AllocationFailure&) = delete;
    ~AllocationFailure();
};

} // namespace fgagt::test
