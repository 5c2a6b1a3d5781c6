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

/// A callback that advances the progress bar and throws if the user has interrupted the program.
[[nodiscard]] Tick tick_of(Progress& progress);

/// What the seed is used for; each purpose has its own random numbers.
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

/// The number of frames that sequences announce; sequences that announce none count as 0.
[[nodiscard]] std::int64_t announced_frames(const std::vector<std::filesystem::path>& folders);

/// Appends labelled sequences.
/// @throws std::runtime_error  a sequence has fewer than 2 frames
void read_sequences(const Arguments& arguments, const std::vector<std::filesystem::path>& folders,
                    Purpose purpose, std::vector<LabelledSequence>& sequences);

/// Samples for training and validation.
struct Data {
    std::vector<AssociationSample> validation;
    std::vector<AssociationSample> pool;
};

/// Number of generated scenes for validation.
[[nodiscard]] std::int64_t validation_scenes(const Arguments& arguments);

/// @throws std::runtime_error  there are no validation samples
[[nodiscard]] Data make_data(const Arguments& arguments);

} // namespace fgagt::examples
