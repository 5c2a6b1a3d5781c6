#pragma once

#include "fuzz/law.hpp"

#include <fgagt/io/safetensors.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
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
/// @throws BrokenLaw  it is not so
inline bool check_safetensors(std::string_view bytes) {
    const auto file = value_or_refusal([&] { return parse_safetensors(bytes, "bytes"); });
    if (!file) return false;
    const std::string written = safetensors_bytes(*file);
    const TensorFile again = parse_safetensors(written, "written");
    require(identical(*file, again), "a file stays the same when it is written and read again");
    require(safetensors_bytes(again) == written, "the same tensors give the same bytes");
    return true;
}

} // namespace fgagt::test
