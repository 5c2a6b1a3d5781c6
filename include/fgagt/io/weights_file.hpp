#pragma once

#include <fgagt/core/detail/half_float.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/safetensors.hpp>
#include <fgagt/io/tensor_file.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// Learned weights as a safetensors file:
///
/// | tensor | shape | |
/// |---|---|---|
/// | `embedding.weight`, `embedding.bias` | [D, I], [D] | both or neither of them |
/// | `graph.prior_logit` | [] | |
/// | `graph.w1`, `graph.w2`, `graph.wa` | [D, D] | |
/// | `graph.reduction` | [D, R] | optional |
/// | `graph.margin` | [] | |
/// | `graph.relu`, `graph.squared_distance` | [] | the variant of the graph: 1 for yes, 0 for no |
///
/// Every number is finite, and every size is at least 1. This header needs nlohmann_json, so include it
/// separately.
namespace fgagt {
namespace detail {

/// One of the tensors above, for a known D.
struct WeightTensor {
    std::string_view name;
    std::string_view symbols;        ///< shape as in the table
    std::vector<std::int64_t> shape; ///< kAnySize where any size is valid
    bool required = true;
    bool is_switch = false; ///< its numbers are 0 or 1
};

inline constexpr std::int64_t kAnySize = 0;
inline constexpr std::string_view kWeightsRemedy = "; the weights are damaged or belong to another network: "
                                                   "export them again";

[[nodiscard]] inline std::array<WeightTensor, 10> weight_tensors(std::int64_t d) {
    return {{{"graph.w1", "[D, D]", {d, d}},
             {"graph.w2", "[D, D]", {d, d}},
             {"graph.wa", "[D, D]", {d, d}},
             {"graph.prior_logit", "[]", {}},
             {"graph.margin", "[]", {}},
             {"graph.relu", "[]", {}, true, true},
             {"graph.squared_distance", "[]", {}, true, true},
             {"graph.reduction", "[D, R]", {d, kAnySize}, false},
             {"embedding.weight", "[D, I]", {d, kAnySize}, false},
             {"embedding.bias", "[D]", {d}, false}}};
}

/// D as given by graph.w1; kAnySize if it cannot be determined.
[[nodiscard]] inline std::int64_t dimension_of(const TensorFile& file) {
    const auto w1 = file.tensors.find("graph.w1");
    return w1 == file.tensors.end() || w1->second.shape.empty() ? kAnySize : w1->second.shape[0];
}

[[nodiscard]] inline bool fits(std::int64_t found, std::int64_t expected) noexcept {
    return found >= 1 && (expected == kAnySize || found == expected);
}

/// The error in one tensor; empty if it is valid.
[[nodiscard]] inline std::string fault_of(const Tensor& tensor, const WeightTensor& expected,
                                          std::int64_t d) {
    const std::string subject = "tensor '" + std::string(expected.name) + "': expected ";
    if (!std::ranges::equal(tensor.shape, expected.shape, fits))
        return subject + "the shape " + std::string(expected.symbols) +
               (d == kAnySize ? "" : " where D = " + std::to_string(d)) + ", found " +
               text_of_shape(tensor.shape) + std::string(kWeightsRemedy);
    if (byte_count(tensor.shape, tensor.type) != tensor.values.size() * size_of(tensor.type))
        return subject + "as many values as its shape " + text_of_shape(tensor.shape) + " requires, found " +
               std::to_string(tensor.values.size()) + "; fill it";
    const auto bad =
        std::ranges::find_if(tensor.values, [](float value) { return !detail::is_finite(value); });
    if (bad != tensor.values.end())
        return subject + "finite numbers, found " + std::to_string(*bad) + " at index " +
               std::to_string(bad - tensor.values.begin()) +
               "; the training has diverged: use weights of an earlier step";
    if (expected.is_switch && tensor.values[0] != 0 && tensor.values[0] != 1)
        return subject + "0 or 1, found " + std::to_string(tensor.values[0]) + std::string(kWeightsRemedy);
    return {};
}

/// The error in the names of tensors; empty if they are valid.
[[nodiscard]] inline std::string fault_of_names(const TensorFile& file,
                                                std::span<const WeightTensor> expected) {
    std::string names;
    for (const WeightTensor& tensor : expected)
        names += (names.empty() ? "" : ", ") + std::string(tensor.name);
    for (const auto& [name, tensor] : file.tensors)
        if (std::ranges::find(expected, name, &WeightTensor::name) == expected.end())
            return "expected only the tensors " + names + ", found " + detail::quoted(name) +
                   "; rename it or remove it";
    const auto lacks = [&](std::string_view name) { return !file.tensors.contains(std::string(name)); };
    for (const WeightTensor& tensor : expected)
        if (tensor.required && lacks(tensor.name))
            return "expected a tensor '" + std::string(tensor.name) + "', found none" +
                   std::string(kWeightsRemedy);
    if (lacks("embedding.weight") != lacks("embedding.bias"))
        return "expected both or neither of the tensors 'embedding.weight' and 'embedding.bias', found one; "
               "for a layer without bias, use zeros";
    return {};
}

/// The reason why tensors are not valid weights; empty if they are valid.
[[nodiscard]] inline std::string fault_of_weights(const TensorFile& file) {
    const std::int64_t d = dimension_of(file);
    const std::array<WeightTensor, 10> expected = weight_tensors(d);
    std::string fault = fault_of_names(file, expected);
    for (const WeightTensor& tensor : expected) {
        const auto found = file.tensors.find(std::string(tensor.name));
        if (fault.empty() && found != file.tensors.end()) fault = fault_of(found->second, tensor, d);
    }
    return fault;
}

/// Values rounded to the file's precision, so that the checked values are those that will be read.
[[nodiscard]] inline std::vector<float> rounded(std::span<const float> values, ElementType type,
                                                const std::string& name) {
    std::vector<float> result(values.begin(), values.end());
    if (type == ElementType::kF32) return result;
    for (float& value : result) {
        const float half = float_of_half(half_of_float(value));
        if (detail::is_finite(value) && !detail::is_finite(half))
            throw_invalid("tensors_of: expected numbers within +-65504, the range of F16, got ", value,
                          " in ", name, "; use ElementType::kF32");
        value = half;
    }
    return result;
}

/// Collects tensors of one type.
class WeightsWriter {
public:
    explicit WeightsWriter(ElementType type) : type_(type) {}

    void add(const std::string& name, std::vector<std::int64_t> shape, std::span<const float> values) {
        file_.tensors[name] = {type_, std::move(shape), rounded(values, type_, name)};
    }
    void add(const std::string& name, const Matrix& matrix) {
        add(name, {matrix.rows(), matrix.cols()}, {matrix.data(), static_cast<std::size_t>(matrix.size())});
    }
    void add(const std::string& name, float number) { add(name, {}, {&number, 1}); }
    [[nodiscard]] TensorFile& file() noexcept { return file_; }

private:
    ElementType type_;
    TensorFile file_;
};

/// A tensor with two dimensions; empty if the file lacks it.
[[nodiscard]] inline Matrix matrix_of(const TensorFile& file, const std::string& name) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) return {};
    const Tensor& tensor = found->second;
    return Eigen::Map<const Matrix::Plain>(tensor.values.data(), tensor.shape[0], tensor.shape[1]);
}

/// A tensor with one dimension; empty if the file lacks it.
[[nodiscard]] inline RowOf<float> row_of(const TensorFile& file, const std::string& name) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) return {};
    return Eigen::Map<const RowOf<float>>(found->second.values.data(), found->second.shape[0]);
}

} // namespace detail

/// Converts weights to the tensors of a file, without metadata.
///
/// @param weights  with or without an embedding and a reduction
/// @param type     type of every tensor; numbers are rounded to it
/// @throws InvalidArgument  shapes do not match or are empty; a number is not finite or does not fit `type`
[[nodiscard]] inline TensorFile tensors_of(const NetworkWeights& weights,
                                           ElementType type = ElementType::kF32) {
    detail::WeightsWriter writer(type);
    if (weights.embedding.size() != 0 || weights.bias.size() != 0) {
        writer.add("embedding.weight", weights.embedding);
        writer.add("embedding.bias", {weights.bias.size()},
                   {weights.bias.data(), static_cast<std::size_t>(weights.bias.size())});
    }
    writer.add("graph.prior_logit", weights.graph.prior_logit);
    writer.add("graph.w1", weights.graph.w1);
    writer.add("graph.w2", weights.graph.w2);
    writer.add("graph.wa", weights.graph.wa);
    if (weights.graph.reduction.size() != 0) writer.add("graph.reduction", weights.graph.reduction);
    writer.add("graph.margin", weights.graph.margin);
    writer.add("graph.relu", weights.graph.options.relu ? 1.0F : 0.0F);
    writer.add("graph.squared_distance", weights.graph.options.squared_distance ? 1.0F : 0.0F);
    const std::string fault = detail::fault_of_weights(writer.file());
    if (!fault.empty()) detail::throw_invalid("tensors_of: ", fault);
    return std::move(writer.file());
}

/// Converts the tensors of a file to weights. Unknown tensors are errors, so that misspelt names are noticed.
/// Remove any other tensors first.
///
/// @param file  tensors of the file; its metadata is ignored
/// @param name  name of the file, for error messages
/// @throws ParseError  a tensor is missing or unknown, shapes do not match, or a number is not finite or is
///                     invalid for its tensor; names the tensor
[[nodiscard]] inline NetworkWeights weights_of(const TensorFile& file, const std::string& name) {
    const std::string fault = detail::fault_of_weights(file);
    if (!fault.empty()) throw ParseError(name, 0, 0, fault);
    NetworkWeights weights;
    weights.embedding = detail::matrix_of(file, "embedding.weight");
    weights.bias = detail::row_of(file, "embedding.bias");
    weights.graph.prior_logit = file.tensors.at("graph.prior_logit").values[0];
    weights.graph.w1 = detail::matrix_of(file, "graph.w1");
    weights.graph.w2 = detail::matrix_of(file, "graph.w2");
    weights.graph.wa = detail::matrix_of(file, "graph.wa");
    weights.graph.reduction = detail::matrix_of(file, "graph.reduction");
    weights.graph.margin = file.tensors.at("graph.margin").values[0];
    weights.graph.options.relu = file.tensors.at("graph.relu").values[0] == 1;
    weights.graph.options.squared_distance = file.tensors.at("graph.squared_distance").values[0] == 1;
    return weights;
}

/// Reads a file of weights. Its metadata is ignored.
///
/// @throws ParseError  see read_safetensors() and weights_of()
[[nodiscard]] inline NetworkWeights read_weights(const std::filesystem::path& path) {
    return weights_of(read_safetensors(path), detail::utf8_of(path));
}

/// Writes a file of weights, completely or not at all (see write_whole_file()).
///
/// @param path      path of the file
/// @param weights   see tensors_of()
/// @param metadata  notes on their origin, in UTF-8
/// @param type      type of every tensor; kF16 takes half the space and keeps 3 digits of each number
/// @throws InvalidArgument  see tensors_of() and safetensors_bytes(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_weights(const std::filesystem::path& path, const NetworkWeights& weights,
                          const std::map<std::string, std::string>& metadata = {},
                          ElementType type = ElementType::kF32) {
    TensorFile file = tensors_of(weights, type);
    file.metadata = metadata;
    write_safetensors(path, file);
}

} // namespace fgagt
