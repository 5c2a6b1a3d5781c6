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

/// @file
/// Checkpoints: training that was interrupted resumes from a file, as if it had not been interrupted. One
/// safetensors file contains the tensors of weights_file.hpp five times, in F32. A prefix of the name
/// distinguishes them: `weights.` for the current weights, `anchor.` for the initial weights, `best.` for the
/// best so far, `mean.` and `square.` for the state of Adam. The metadata entry `steps` is the number of
/// steps taken. This header needs nlohmann_json, so include it separately.
namespace fgagt {

/// Everything that is needed to resume training.
struct Checkpoint {
    Trainer::State state;                          ///< state of the trainer
    NetworkWeights best;                           ///< weights to use if training ended here
    std::map<std::string, std::string> metadata{}; ///< other notes of a program, in UTF-8
};

namespace detail {

inline constexpr std::string_view kStepsName = "steps";

/// The parts of a checkpoint that have the shapes of weights, by the prefix of their tensors' names.
template <class AnyCheckpoint>
[[nodiscard]] auto checkpoint_parts(AnyCheckpoint& checkpoint) {
    auto& state = checkpoint.state;
    return std::array{
        std::pair{std::string("weights."), &state.weights}, std::pair{std::string("anchor."), &state.anchor},
        std::pair{std::string("best."), &checkpoint.best}, std::pair{std::string("mean."), &state.adam.mean},
        std::pair{std::string("square."), &state.adam.square}};
}

/// Removes the tensors with a prefix from a file, and returns them without the prefix.
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

/// Throws ParseError if a part is not valid weights, or its shapes differ from the first part.
inline void check_part(const std::string& file, const std::string& prefix, const TensorFile& part,
                       const TensorFile& first) {
    const std::string fault = fault_of_weights(part);
    if (!fault.empty()) throw ParseError(file, 0, 0, "after '" + prefix + "': " + fault);
    if (!first.tensors.empty() && !same_shapes(part, first))
        throw ParseError(file, 0, 0,
                         "expected the same shapes after '" + prefix +
                             "' as after 'weights.'; this is not a checkpoint: start training again");
}

/// The reason why tensors are not valid squares of Adam; empty if they are valid.
[[nodiscard]] inline std::string fault_of_squares(const TensorFile& squares) {
    for (const auto& [name, tensor] : squares.tensors)
        if (std::ranges::any_of(tensor.values, [](float value) { return value < 0; }))
            return "after 'square.': tensor '" + name + "': expected no negative numbers";
    return {};
}

/// Removes the number of steps from the metadata and returns it.
[[nodiscard]] inline std::int64_t take_steps(std::map<std::string, std::string>& metadata,
                                             const std::string& name) {
    const auto entry = metadata.find(std::string(kStepsName));
    const std::optional<std::int64_t> steps =
        entry == metadata.end() ? std::nullopt : parse_integer(entry->second);
    if (!steps || *steps < 0)
        throw ParseError(name, 0, 0,
                         "expected a whole number >= 0 as 'steps' in the metadata, found " +
                             (entry == metadata.end() ? "none" : detail::quoted(entry->second)) +
                             "; this is not a checkpoint: start training again");
    metadata.erase(entry);
    return *steps;
}

} // namespace detail

/// Converts a checkpoint to the tensors and metadata of a file.
///
/// @throws InvalidArgument  the weights are invalid, see tensors_of() for weights; a mean of squares is
///                          negative; the metadata has an entry `steps`
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
            "tensors_of: expected metadata without 'steps', which the checkpoint sets itself; use another "
            "name");
    return file;
}

/// Writes a checkpoint, completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see tensors_of() and safetensors_bytes(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
    write_safetensors(path, tensors_of(checkpoint));
}

/// Converts tensors and metadata to a checkpoint.
///
/// @param file  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  a tensor or the number of steps is missing or invalid, or there is another tensor
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
        throw ParseError(name, 0, 0, fault + "; this is not a checkpoint: start training again");
    if (!file.tensors.empty())
        throw ParseError(name, 0, 0,
                         "expected only the tensors of a checkpoint, found " +
                             detail::quoted(file.tensors.begin()->first) +
                             "; this is not a checkpoint: start training again");
    return checkpoint;
}

/// Reads a checkpoint, with exactly the values that were written.
///
/// @throws ParseError  see read_safetensors() and checkpoint_of()
[[nodiscard]] inline Checkpoint read_checkpoint(const std::filesystem::path& path) {
    return checkpoint_of(read_safetensors(path), detail::utf8_of(path));
}

} // namespace fgagt
