#pragma once

#include "fuzz/law.hpp"
#include "fuzz/weights_target.hpp"

#include <fgagt/learning/checkpoint.hpp>

#include <string>
#include <string_view>

namespace fgagt::test {

/// Reads whatever bytes as a training checkpoint: a ParseError, or one with the file's numbers and notes,
/// also when it is written and read again, of weights that a network can be made of. Returns whether it is
/// one.
///
/// @throws BrokenLaw  it is not so
inline bool check_checkpoint(std::string_view bytes) {
    const auto checkpoint =
        value_or_refusal([&] { return checkpoint_of(parse_safetensors(bytes, "bytes"), "bytes"); });
    if (!checkpoint) return false;
    require_usable(checkpoint->state.weights);
    require_usable(checkpoint->best);
    require(checkpoint->state.adam.steps >= 0, "no training has taken less than no step");
    for (const auto& [name, tensor] : tensors_of(checkpoint->state.adam.square).tensors)
        for (const float value : tensor.values)
            require(value >= 0, "means of squares are not negative");
    const TensorFile tensors = tensors_of(*checkpoint);
    const TensorFile file = parse_safetensors(bytes, "bytes");
    require(same_numbers(tensors, file) && tensors.metadata.size() == file.metadata.size(),
            "a checkpoint is the file's");
    const std::string written = safetensors_bytes(tensors);
    const Checkpoint again = checkpoint_of(parse_safetensors(written, "written"), "written");
    require(tensors_of(again) == tensors, "a checkpoint stays the same when it is written and read again");
    return true;
}

} // namespace fgagt::test
