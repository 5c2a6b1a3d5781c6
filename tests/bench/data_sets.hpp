#pragma once

#include "ablation/sequence.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fgagt::bench {

/// Sequences that are judged together.
struct DataSet {
    std::string name;
    std::vector<ablation::SequenceSource> sequences; ///< those that exist
    bool has_pixels = false;                         ///< whether the frames are read, too
};

/// All data sets below a folder, with the sequences that exist; a set without any is left out.
[[nodiscard]] std::vector<DataSet> data_sets(const std::filesystem::path& data);

} // namespace fgagt::bench
