#pragma once

#include "arguments.hpp"
#include "support/training_log.hpp"

#include <fgagt/learning/checkpoint.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The files of a training run. Only one unit compiles their formats.
namespace fgagt::examples {

/// @throws ParseError  the file cannot be read, or its weights are for other features
[[nodiscard]] NetworkWeights read_initial_weights(const std::filesystem::path& path);

/// The checkpoint to continue from, if there is one.
/// @throws ParseError  the checkpoint cannot be read or was made with other options
[[nodiscard]] std::optional<Checkpoint> find_checkpoint(const Arguments& arguments);

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

void save_weights(const std::filesystem::path& path, const NetworkWeights& weights,
                  const std::map<std::string, std::string>& metadata);

/// Writes the log and its plot, if requested.
void write_curves(const Arguments& arguments, const std::vector<LogRow>& log);

} // namespace fgagt::examples
