#pragma once

#include "arguments.hpp"
#include "support/training_log.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// The name of a folder, independent of how its path is written.
[[nodiscard]] inline std::string name_of(const std::filesystem::path& folder) {
    return std::filesystem::weakly_canonical(folder).filename().string();
}

[[nodiscard]] inline std::string names_of(const std::vector<std::filesystem::path>& folders) {
    std::string names;
    for (const std::filesystem::path& folder : folders) {
        if (!names.empty()) names += ' ';
        names += name_of(folder);
    }
    return names;
}

/// The names of videos and results.
[[nodiscard]] inline std::string names_of(const std::vector<std::pair<std::string, std::string>>& tracks) {
    std::vector<std::filesystem::path> files;
    for (const auto& [video, result] : tracks)
        files.insert(files.end(), {video, result});
    return names_of(files);
}

/// The options that affect the weights, as stored in the checkpoint.
[[nodiscard]] inline std::map<std::string, std::string> options_of(const Arguments& arguments) {
    const auto flag = [](bool value) { return std::string(value ? "yes" : "no"); };
    return {{"--sequence", names_of(arguments.sequences)},
            {"--tracks", names_of(arguments.tracks)},
            {"--track-length", exact_text(arguments.confidence.min_length)},
            {"--track-score", exact_text(arguments.confidence.min_score)},
            {"--scenes", exact_text(arguments.scenes)},
            {"--crops", names_of(arguments.crops)},
            {"--crop-share", exact_text(arguments.crop_share)},
            {"--validation", names_of(arguments.validation)},
            {"--detections", arguments.detections},
            {"--weights", arguments.weights.string()},
            {"--steps", exact_text(arguments.steps)},
            {"--seed", exact_text(arguments.seed)},
            {"--checkpoint-every", exact_text(arguments.checkpoint_every)},
            {"--batch", exact_text(arguments.batch)},
            {"--samples", exact_text(arguments.samples)},
            {"--learning-rate", exact_text(arguments.learning_rate)},
            {"--weight-decay", exact_text(arguments.weight_decay)},
            {"--dimension", exact_text(arguments.dimension)},
            {"--shrinkage", exact_text(arguments.shrinkage)},
            {"--max-gap", exact_text(arguments.max_gap)},
            {"--short-gaps", exact_text(arguments.short_gaps)},
            {"--absences", exact_text(arguments.absences)},
            {"--no-augmentation", flag(arguments.no_augmentation)},
            {"--patience", exact_text(arguments.patience)},
            {"--freeze-graph", flag(arguments.freeze_graph)}};
}

} // namespace fgagt::examples
