#include "long_runs/allocations.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>

// The address range of this program's code, from the linker; and glibc's functions behind those that are
// replaced below.
extern "C" {
extern char __executable_start; // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
extern char etext;
void* __libc_malloc(std::size_t size);                          // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size); // NOLINT
}

namespace {

thread_local fgagt::test::Allocations allocations;
// Number of this program's allocations until one fails; negative: never.
thread_local std::int64_t until_failure = -1;

/// @param own  counter for allocations of this program
/// @return  whether the allocation may succeed
bool count(const void* caller, std::size_t& own) {
    const auto address = reinterpret_cast<std::uintptr_t>(caller);
    const bool is_own = address >= reinterpret_cast<std::uintptr_t>(&__executable_start) &&
                        address < reinterpret_cast<std::uintptr_t>(&etext);
    ++(is_own ? own : allocations.others);
    return !is_own || until_failure < 0 || until_failure-- > 0;
}

void* checked(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

} // namespace

// These replace the C and C++ libraries' functions in the whole program, so that every allocation is counted.
// Eigen uses malloc, containers use operator new.
extern "C" void* malloc(std::size_t size) {
    return count(__builtin_return_address(0), allocations.matrices) ? __libc_malloc(size) : nullptr;
}
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    const bool allowed = count(__builtin_return_address(0), allocations.matrices);
    *memory = allowed ? __libc_memalign(alignment, size) : nullptr;
    return *memory == nullptr ? ENOMEM : 0;
}
void* operator new(std::size_t size) {
    return checked(count(__builtin_return_address(0), allocations.containers) ? __libc_malloc(size)
                                                                              : nullptr);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    const bool allowed = count(__builtin_return_address(0), allocations.containers);
    return checked(allowed ? __libc_memalign(static_cast<std::size_t>(alignment), size) : nullptr);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace fgagt::test {

AllocationCounter::AllocationCounter() {
    allocations = {};
}

Allocations AllocationCounter::count() const {
    return allocations;
}

AllocationFailure::AllocationFailure(std::size_t index) {
    until_failure = static_cast<std::int64_t>(index);
}

AllocationFailure::~AllocationFailure() {
    until_failure = -1;
}

} // namespace fgagt::test
