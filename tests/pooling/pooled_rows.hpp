#pragma once

#include <fgagt/core/matrix.hpp>

#include <cstdint>
#include <vector>

namespace fgagt::test {

/// The output of a pooler.
struct PooledRows {
    Matrix features;
    std::vector<std::uint8_t> valid;
};

} // namespace fgagt::test
