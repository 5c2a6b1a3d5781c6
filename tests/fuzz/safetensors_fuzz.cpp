#include "fuzz/safetensors_target.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fgagt::test::check_safetensors({reinterpret_cast<const char*>(data), size});
    return 0;
}
