#pragma once

#include "fuzz/law.hpp"
#include "fuzz/weights_target.hpp"

#include <fgagt/learning/checkpoint.hpp>

#include <string>
#include <string_view>

namespace fgagt::test {

/// Reads any bytes as a training checkpoint: either a ParseError, or a checkpoint with the file's numbers and
/// notes that survives a round trip and from whose weights a network can be built. Returns whether the bytes
/// are a checkpoint.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_checkpoint(std::string_view bytes) {
    const auto checkpoint =
        value_or_refusal([&] { return checkpoint_of(parse_safetensors(bytes, "bytes"), "bytes"); });
    if (!checkpoint) return false;
    require_usable(checkpoint->state.weights);
    require_usable(checkpoint->best);
    require(checkpoint->state.adam.steps >= 0, "the number of steps is not negative");
    for (const auto& [name, tensor] : tensors_of(checkpoint->state.adam.square).tensors)
        for (const float value : tensor.values)
            require(value >= 0, "means of squares are not negative");
    const TensorFile tensors = tensors_of(*checkpoint);
    const TensorFile file = parse_safetensors(bytes, "bytes");
    require(same_numbers(tensors, file) && tensors.metadata.size() == file.metadata.size(),
            "a checkpoint matches the file");
    const std::string written = safetensors_bytes(tensors);
    const Checkpoint again = checkpoint_of(parse_safetensors(written, "written"), "written");
    require(tensors_of(again) == tensors, "a checkpoint survives a round trip");
    return true;
}

} // namespace fgagt::test
