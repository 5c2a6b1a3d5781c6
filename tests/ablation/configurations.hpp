#pragma once

#include "measurement.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fgagt::ablation {

/// Rows of one table.
struct Table {
    std::string title;
    std::vector<Configuration> rows;
};

/// For sequences with pixels.
[[nodiscard]] std::vector<Table> tables_with_pixels();
/// The same with features of the networks in a folder; empty if none of them exists.
[[nodiscard]] std::vector<Table> tables_of_networks(const std::filesystem::path& models);
/// For sequences with boxes only.
[[nodiscard]] std::vector<Table> tables_of_boxes();
/// For cameras whose motion is known.
[[nodiscard]] std::vector<Table> tables_of_moving_cameras();

} // namespace fgagt::ablation
