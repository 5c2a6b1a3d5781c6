#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
#include <fgagt/detection/heads/detail/class_scores.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/score_activation.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace fgagt::detail {

/// A cell of a heatmap that no neighbour exceeds.
struct Peak {
    std::size_t cell = 0; ///< row by row
    float score = 0;      ///< probability
    int class_id = 0;     ///< from 0
};

/// Whether no cell in the 3 x 3 neighbourhood is hotter.
[[nodiscard]] inline bool is_peak(const CellView& heat, cv::Size grid, std::size_t cell,
                                  std::size_t class_id) noexcept {
    const auto width = static_cast<std::size_t>(grid.width), height = static_cast<std::size_t>(grid.height);
    const std::size_t x = cell % width, y = cell / width;
    const float value = heat(cell, class_id);
    for (std::size_t v = y > 0 ? y - 1 : 0; v <= std::min(y + 1, height - 1); ++v)
        for (std::size_t u = x > 0 ? x - 1 : 0; u <= std::min(x + 1, width - 1); ++u)
            if (heat(v * width + u, class_id) > value) return false;
    return true;
}

/// The hottest peaks of all classes above `threshold`, at most `count`, hottest first.
[[nodiscard]] inline std::vector<Peak> peaks_of(const CellView& heat, cv::Size grid, ScoreActivation scores,
                                                float threshold, int count) {
    std::vector<Peak> peaks;
    for (std::size_t class_id = 0; class_id < heat.columns; ++class_id)
        for (std::size_t cell = 0; cell < heat.cells; ++cell) {
            const float raw = heat(cell, class_id);
            const float score = scores == ScoreActivation::kProbability ? raw : sigmoid(raw);
            if (is_finite(raw) && score > 0 && score >= threshold && is_peak(heat, grid, cell, class_id))
                peaks.push_back({cell, score, static_cast<int>(class_id)});
        }
    std::ranges::stable_sort(peaks, [](const Peak& a, const Peak& b) { return a.score > b.score; });
    if (peaks.size() > static_cast<std::size_t>(count)) peaks.resize(static_cast<std::size_t>(count));
    return peaks;
}

/// A map that may be among the outputs, and how to recognise it.
struct MapRole {
    std::size_t columns = 0; ///< channels; 0: any number, but the same for all such roles
    NameParts names{};       ///< substrings of its name
};

/// Assigns maps of one grid to roles: by number of channels, then by name, and if names do not help, by
/// order.
///
/// @return  [roles]; empty if the outputs do not fit
[[nodiscard]] inline std::optional<std::vector<CellView>>
maps_by_role(std::span<const NetworkOutput> outputs, cv::Size grid, std::span<const MapRole> roles) {
    if (outputs.size() != roles.size()) return std::nullopt;
    std::vector<std::optional<CellView>> views;
    for (const NetworkOutput& output : outputs) {
        views.push_back(map_view(output, grid, 1));
        if (!views.back()) return std::nullopt;
    }
    // If the roles need every map with this number of channels, no other role may take one, whatever its
    // name.
    const auto is_spoken_for = [&](std::size_t columns) {
        const auto needed = std::ranges::count(roles, columns, &MapRole::columns);
        return needed > 0 && needed == std::ranges::count_if(
                                           views, [&](const auto& view) { return view->columns == columns; });
    };
    const auto suits = [&](const MapRole& role, std::size_t columns) {
        return role.columns == 0 ? !is_spoken_for(columns) : columns == role.columns;
    };
    std::vector<bool> taken(outputs.size(), false);
    std::vector<CellView> maps(roles.size());
    const auto assign = [&](bool by_name) {
        for (std::size_t role = 0; role < roles.size(); ++role)
            for (std::size_t k = 0; k < outputs.size() && maps[role].data == nullptr; ++k)
                if (!taken[k] && suits(roles[role], views[k]->columns) &&
                    (!by_name || is_called(outputs[k], roles[role].names))) {
                    taken[k] = true;
                    maps[role] = *views[k];
                }
    };
    assign(true);
    assign(false);
    std::size_t classes = 0;
    for (std::size_t role = 0; role < roles.size(); ++role) {
        if (maps[role].data == nullptr) return std::nullopt;
        if (roles[role].columns != 0) continue;
        if (classes != 0 && maps[role].columns != classes) return std::nullopt;
        classes = maps[role].columns;
    }
    return maps;
}

} // namespace fgagt::detail
