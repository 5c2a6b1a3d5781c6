#pragma once

#include <fgagt/io/safetensors.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fgagt::test {

/// Whether two tensors are the same to the last bit, NaN included.
[[nodiscard]] inline bool identical(const Tensor& a, const Tensor& b) {
    const auto same_bits = [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
    };
    return a.type == b.type && a.shape == b.shape && std::ranges::equal(a.values, b.values, same_bits);
}

[[nodiscard]] inline bool identical(const TensorFile& a, const TensorFile& b) {
    return a.metadata == b.metadata &&
           std::ranges::equal(a.tensors, b.tensors, [](const auto& x, const auto& y) {
               return x.first == y.first && identical(x.second, y.second);
           });
}

/// Reads whatever bytes as a safetensors file: a ParseError, or a file that stays the same when it is written
/// and read again. Returns whether it is a file.
///
/// @throws std::logic_error  it does not stay the same
inline bool check_safetensors(std::string_view bytes) {
    TensorFile file;
    try {
        file = parse_safetensors(bytes, "bytes");
    } catch (const ParseError&) {
        return false;
    }
    const std::string written = safetensors_bytes(file);
    const TensorFile again = parse_safetensors(written, "written");
    if (!identical(file, again)) throw std::logic_error("a file changes when it is written and read again");
    if (safetensors_bytes(again) != written) throw std::logic_error("the same tensors give other bytes");
    return true;
}

} // namespace fgagt::test
