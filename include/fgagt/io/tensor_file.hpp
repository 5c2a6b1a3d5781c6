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

/// An array of numbers with any number of dimensions.
struct Tensor {
    ElementType type = ElementType::kF32; ///< type in the file
    std::vector<std::int64_t> shape{};    ///< sizes >= 0, at most 8 of them; empty: a single number
    /// As many as the product of the shape; the last index varies fastest.
    std::vector<float> values{};

    friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// Contents of a safetensors file.
struct TensorFile {
    std::map<std::string, Tensor> tensors{}; ///< by name
    std::map<std::string, std::string>
        metadata{}; ///< the header's entry `__metadata__`: free notes of a program

    friend bool operator==(const TensorFile&, const TensorFile&) = default;
};

} // namespace fgagt
