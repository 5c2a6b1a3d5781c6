#pragma once

#include <cstddef>

namespace fgagt::test {

/// Heap allocations of this thread.
struct Allocations {
    /// By this program's code, which includes the library's headers, with operator new.
    std::size_t containers = 0;
    /// By the same code with malloc, as in Eigen.
    std::size_t matrices = 0;
    /// By shared libraries such as OpenCV's.
    std::size_t others = 0;
};

/// Counts from construction.
class AllocationCounter {
public:
    AllocationCounter();
    [[nodiscard]] Allocations count() const;
};

/// Makes one allocation of this program's code in this thread fail, during the lifetime of this object.
class AllocationFailure {
public:
    /// @param index  index of the failing allocation, from 0
    explicit AllocationFailure(std::size_t index);
    AllocationFailure(const AllocationFailure&) = delete;
    AllocationFailure& operator=(const AllocationFailure&) = delete;
    ~AllocationFailure();
};

} // namespace fgagt::test
