#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/safetensors.hpp>
#include <fgagt/io/tensor_file.hpp>
#include <fgagt/io/weights_file.hpp>
#include <fgagt/learning/adam.hpp>
#include <fgagt/learning/trainer.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Training that was interrupted goes on from a file, as if it had not been. One safetensors file has the
/// tensors of weights_file.hpp five times, in F32: `weights.` before the name for the weights as they are
/// now, `anchor.` for those that training began with, `best.` for the best so far, `mean.` and `square.` for
/// Adam's memory; the steps that were taken are the entry `steps` of its metadata. This header needs
/// nlohmann_json and is therefore included by itself.
namespace fgagt {

/// What must be kept of training to go on later.
struct Checkpoint {
    Trainer::State state;                          ///< of the trainer
    NetworkWeights best;                           ///< those to be used if training ended here
    std::map<std::string, std::string> metadata{}; ///< whatever else a program notes, in UTF-8
};

namespace detail {

inline constexpr std::string_view kStepsName = "steps";

/// The parts of a checkpoint that have the shapes of weights, by what their tensors' names begin with.
template <class AnyCheckpoint>
[[nodiscard]] auto checkpoint_parts(AnyCheckpoint& checkpoint) {
    auto& state = checkpoint.state;
    return std::array{
        std::pair{std::string("weights."), &state.weights}, std::pair{std::string("anchor."), &state.anchor},
        std::pair{std::string("best."), &checkpoint.best}, std::pair{std::string("mean."), &state.adam.mean},
        std::pair{std::string("square."), &state.adam.square}};
}

/// Takes the tensors whose names begin with a prefix out of a file, and the prefix out of their names.
[[nodiscard]] inline TensorFile take_part(TensorFile& file, const std::string& prefix) {
    TensorFile part;
    auto entry = file.tensors.lower_bound(prefix);
    while (entry != file.tensors.end() && entry->first.starts_with(prefix)) {
        part.tensors[entry->first.substr(prefix.size())] = std::move(entry->second);
        entry = file.tensors.erase(entry);
    }
    return part;
}

/// Whether tensors have the same names and shapes.
[[nodiscard]] inline bool same_shapes(const TensorFile& a, const TensorFile& b) {
    return std::ranges::equal(a.tensors, b.tensors, [](const auto& one, const auto& other) {
        return one.first == other.first && one.second.shape == other.second.shape;
    });
}

/// Refuses a part that is no weights, or of other shapes than the first one.
inline void check_part(const std::string& file, const std::string& prefix, const TensorFile& part,
                       const TensorFile& first) {
    const std::string fault = fault_of_weights(part);
    if (!fault.empty()) throw ParseError(file, 0, 0, "after '" + prefix + "': " + fault);
    if (!first.tensors.empty() && !same_shapes(part, first))
        throw ParseError(file, 0, 0,
                         "expected the shapes after 'weights.' after '" + prefix +
                             "' too; this is no checkpoint: start training afresh");
}

/// What keeps tensors from being Adam's memory of squares; empty: nothing.
[[nodiscard]] inline std::string fault_of_squares(const TensorFile& squares) {
    for (const auto& [name, tensor] : squares.tensors)
        if (std::ranges::any_of(tensor.values, [](float value) { return value < 0; }))
            return "after 'square.': tensor '" + name + "': expected no number below 0";
    return {};
}

/// Takes the number of steps out of metadata.
[[nodiscard]] inline std::int64_t take_steps(std::map<std::string, std::string>& metadata,
                                             const std::string& name) {
    const auto entry = metadata.find(std::string(kStepsName));
    const std::optional<std::int64_t> steps =
        entry == metadata.end() ? std::nullopt : parse_integer(entry->second);
    if (!steps || *steps < 0)
        throw ParseError(name, 0, 0,
                         "expected a whole number >= 0 as 'steps' in the metadata, found " +
                             (entry == metadata.end() ? "none" : detail::quoted(entry->second)) +
                             "; this is no checkpoint: start training afresh");
    metadata.erase(entry);
    return *steps;
}

} // namespace detail

/// A checkpoint as the tensors and metadata of a file.
///
/// @throws InvalidArgument  as tensors_of() of weights, a mean of squares is negative, or the metadata has an
///                          entry `steps`
[[nodiscard]] inline TensorFile tensors_of(const Checkpoint& checkpoint) {
    const std::string fault = detail::fault_of_squares(tensors_of(checkpoint.state.adam.square));
    if (!fault.empty()) detail::throw_invalid("tensors_of: ", fault);
    TensorFile file;
    for (const auto& [prefix, weights] : detail::checkpoint_parts(checkpoint)) {
        TensorFile part = tensors_of(*weights);
        for (auto& [name, tensor] : part.tensors)
            file.tensors[prefix + name] = std::move(tensor);
    }
    file.metadata = checkpoint.metadata;
    const std::string steps = std::to_string(checkpoint.state.adam.steps);
    if (!file.metadata.try_emplace(std::string(detail::kStepsName), steps).second)
        detail::throw_invalid(
            "tensors_of: expected metadata without 'steps', which the checkpoint notes itself; use another "
            "name");
    return file;
}

/// Writes a checkpoint, whole or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  as tensors_of() and safetensors_bytes(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; it has the path and the reason
inline void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
    write_safetensors(path, tensors_of(checkpoint));
}

/// The checkpoint that tensors and metadata are.
///
/// @param file  all that was read
/// @param name  of the file, for the error
/// @throws ParseError  a tensor or the number of steps is missing or not what a checkpoint has there
[[nodiscard]] inline Checkpoint checkpoint_of(TensorFile file, const std::string& name) {
    Checkpoint checkpoint;
    checkpoint.state.adam.steps = detail::take_steps(file.metadata, name);
    checkpoint.metadata = std::move(file.metadata);
    TensorFile first;
    for (const auto& [prefix, weights] : detail::checkpoint_parts(checkpoint)) {
        TensorFile part = detail::take_part(file, prefix);
        detail::check_part(name, prefix, part, first);
        if (first.tensors.empty()) first = part;
        *weights = weights_of(part, name);
    }
    const std::string fault = detail::fault_of_squares(tensors_of(checkpoint.state.adam.square));
    if (!fault.empty())
        throw ParseError(name, 0, 0, fault + "; this is no checkpoint: start training afresh");
    if (!file.tensors.empty())
        throw ParseError(name, 0, 0,
                         "expected no tensors but those of a checkpoint, found " +
                             detail::quoted(file.tensors.begin()->first) +
                             "; this is no checkpoint: start training afresh");
    return checkpoint;
}

/// Reads a checkpoint: exactly what was written.
///
/// @throws ParseError  as read_safetensors() and checkpoint_of()
[[nodiscard]] inline Checkpoint read_checkpoint(const std::filesystem::path& path) {
    return checkpoint_of(read_safetensors(path), detail::utf8_of(path));
}

} // namespace fgagt
