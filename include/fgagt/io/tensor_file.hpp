#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fgagt {

/// How a tensor's numbers are stored in a file.
enum class ElementType : std::uint8_t {
    kF32, ///< IEEE single precision, 4 bytes
    kF16, ///< IEEE half precision, 2 bytes
};

/// Numbers with any number of indices.
struct Tensor {
    ElementType type = ElementType::kF32; ///< in the file
    std::vector<std::int64_t> shape{};    ///< sizes >= 0, at most 8 of them; empty: a single number
    std::vector<float> values{}; ///< as many as the product of the shape; the last index runs fastest

    friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// All that a safetensors file holds.
struct TensorFile {
    std::map<std::string, Tensor> tensors{}; ///< by name
    std::map<std::string, std::string>
        metadata{}; ///< the header's entry `__metadata__`: whatever a program notes

    friend bool operator==(const TensorFile&, const TensorFile&) = default;
};

} // namespace fgagt
