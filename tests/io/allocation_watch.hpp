#pragma once

#include <cstddef>

namespace fgagt::test {

/// The largest piece of memory that `new` was asked for in this thread since the watch began, bytes.
class AllocationWatch {
public:
    AllocationWatch();
    [[nodiscard]] std::size_t largest() const;
};

} // namespace fgagt::test
