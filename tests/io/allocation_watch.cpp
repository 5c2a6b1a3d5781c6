#include "io/allocation_watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t largest_allocation = 0;

} // namespace

// These replace the global functions, so that the allocations of every vector, string and map are counted.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    largest_allocation = std::max(largest_allocation, size);
    return std::malloc(std::max<std::size_t>(size, 1));
}
void* operator new(std::size_t size) {
    if (void* memory = operator new(size, std::nothrow)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace fgagt::test {

AllocationWatch::AllocationWatch() {
    largest_allocation = 0;
}

std::size_t AllocationWatch::largest() const {
    return largest_allocation;
}

} // namespace fgagt::test
