#pragma once

#include "arguments.hpp"
#include "support/progress.hpp"
#include "support/tick.hpp"

#include <fgagt/learning/labelled_sequence.hpp>
#include <fgagt/learning/sample_maker.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fgagt::examples {

/// Advances a bar, and ends the work where somebody has asked for it.
[[nodiscard]] Tick tick_of(Progress& progress);

/// What is drawn with the seed, each by random numbers of its own.
enum class Purpose : std::uint8_t {
    kSequences,
    kValidation,
    kScenes,
    kValidationScenes,
    kSamples,
    kBatches,
    kTest,
    kTracks
};

[[nodiscard]] std::uint64_t seed_for(const Arguments& arguments, Purpose purpose, std::uint64_t index = 0);

/// Frames that sequences announce; those that announce none count as 0.
[[nodiscard]] std::int64_t announced_frames(const std::vector<std::filesystem::path>& folders);

/// Appends labelled sequences.
/// @throws std::runtime_error  a sequence has fewer than 2 frames
void read_sequences(const Arguments& arguments, const std::vector<std::filesystem::path>& folders,
                    Purpose purpose, std::vector<LabelledSequence>& sequences);

/// Samples to learn from and to validate with.
struct Data {
    std::vector<AssociationSample> validation;
    std::vector<AssociationSample> pool;
};

/// Number of generated scenes to validate with.
[[nodiscard]] std::int64_t validation_scenes(const Arguments& arguments);

/// @throws std::runtime_error  there is nothing to validate with
[[nodiscard]] Data make_data(const Arguments& arguments);

} // namespace fgagt::examples
