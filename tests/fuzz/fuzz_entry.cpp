// CMakeLists.txt sets the header of the target and the function in it.
#include FGAGT_FUZZ_HEADER

#include <cstddef>
#include <cstdint>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer requires this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fgagt::test::FGAGT_FUZZ_CHECK({reinterpret_cast<const char*>(data), size});
    return 0;
}
