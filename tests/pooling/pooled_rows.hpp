#pragma once

#include <fgagt/core/matrix.hpp>

#include <cstdint>
#include <vector>

namespace fgagt::test {

/// What a pooler gives.
struct PooledRows {
    Matrix features;
    std::vector<std::uint8_t> valid;
};

} // namespace fgagt::test
