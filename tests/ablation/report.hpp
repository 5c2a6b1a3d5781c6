#pragma once

#include "measurement.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::ablation {

/// A table of results: configurations by sequences.
struct Results {
    std::string title;
    std::vector<std::string> rows;    ///< names of the configurations
    std::vector<std::string> columns; ///< names of the sequences
    /// For each column, whether it counts in the mean.
    std::vector<bool> in_mean;
    /// The runs of each configuration (index in `rows`) on each sequence (index in `columns`).
    std::map<std::pair<std::size_t, std::size_t>, std::vector<Figures>> runs{};
};

/// HOTA / IDF1 with their standard deviations, and their mean over sequences.
[[nodiscard]] std::string compact_table(const Results& results);

/// Every metric, in one table per sequence.
[[nodiscard]] std::string full_tables(const Results& results);

} // namespace fgagt::ablation
