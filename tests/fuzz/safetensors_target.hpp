#pragma once

#include "fuzz/law.hpp"

#include <fgagt/io/safetensors.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace fgagt::test {

/// Whether two tensors are bitwise equal, including NaN.
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

/// Reads any bytes as a safetensors file: either a ParseError, or a file that survives a round trip. Returns
/// whether the bytes are a valid file.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_safetensors(std::string_view bytes) {
    const auto file = value_or_refusal([&] { return parse_safetensors(bytes, "bytes"); });
    if (!file) return false;
    const std::string written = safetensors_bytes(*file);
    const TensorFile again = parse_safetensors(written, "written");
    require(identical(*file, again), "a file survives a round trip");
    require(safetensors_bytes(again) == written, "the same tensors give the same bytes");
    return true;
}

} // namespace fgagt::test
