#pragma once

#include <cstddef>

namespace fgagt::test {

/// The largest block that `new` has allocated in this thread since construction, bytes.
class AllocationWatch {
public:
    AllocationWatch();
    [[nodiscard]] std::size_t largest() const;
};

} // namespace fgagt::test
