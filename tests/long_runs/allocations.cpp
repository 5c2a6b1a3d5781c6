#include "long_runs/allocations.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>

// Where the code of this program lies, as the linker sees it; and glibc's own functions, behind those that
// are replaced below.
extern "C" {
extern char __executable_start; // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
extern char etext;
void* __libc_malloc(std::size_t size);                          // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size); // NOLINT
}

namespace {

thread_local fgagt::test::Allocations allocations;

/// @param own  where an allocation of this program's is counted
void count(const void* caller, std::size_t& own) {
    const auto address = reinterpret_cast<std::uintptr_t>(caller);
    const bool is_own = address >= reinterpret_cast<std::uintptr_t>(&__executable_start) &&
                        address < reinterpret_cast<std::uintptr_t>(&etext);
    ++(is_own ? own : allocations.others);
}

void* checked(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

} // namespace

// These take the place of the C and C++ libraries' own in the whole program, so that nothing goes uncounted.
// Eigen allocates by malloc, containers by operator new.
extern "C" void* malloc(std::size_t size) {
    count(__builtin_return_address(0), allocations.matrices);
    return __libc_malloc(size);
}
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    count(__builtin_return_address(0), allocations.matrices);
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}
void* operator new(std::size_t size) {
    count(__builtin_return_address(0), allocations.containers);
    return checked(__libc_malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    count(__builtin_return_address(0), allocations.containers);
    return checked(__libc_memalign(static_cast<std::size_t>(alignment), size));
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

} // namespace fgagt::test
