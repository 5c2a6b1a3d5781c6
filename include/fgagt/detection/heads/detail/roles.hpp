#pragma once

#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/network/network_output.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt::detail {

/// The purpose of some of a network's outputs.
struct Role {
    /// Numbers per anchor. 0: any number; the role must then come last.
    std::size_t columns = 0;
    NameParts names{}; ///< substrings of names, to distinguish outputs of equal shape
};

/// Numbers per anchor of an output that belongs to one of the levels, or to all of them.
[[nodiscard]] inline std::optional<std::size_t> columns_of(const NetworkOutput& output,
                                                           const std::vector<Level>& levels) {
    if (const auto joined = joined_levels(output, levels)) return joined->front().values.columns;
    for (const Level& level : levels)
        if (const auto view = level_view(output, level.grid, level.anchors)) return view->columns;
    return std::nullopt;
}

/// Takes `count` outputs of a role from `rest`: by shape, then by name, then by order.
[[nodiscard]] inline std::optional<std::vector<const NetworkOutput*>>
take_role(std::vector<const NetworkOutput*>& rest, const std::vector<Level>& levels, const Role& role,
          std::size_t count) {
    std::vector<const NetworkOutput*> taken;
    for (const NetworkOutput* output : rest) {
        const auto columns = columns_of(*output, levels);
        if (columns && (role.columns == 0 || *columns == role.columns)) taken.push_back(output);
    }
    if (taken.size() > count) {
        std::stable_partition(taken.begin(), taken.end(),
                              [&](const NetworkOutput* output) { return is_called(*output, role.names); });
        taken.resize(count);
    }
    if (taken.size() != count) return std::nullopt;
    std::erase_if(
        rest, [&](const NetworkOutput* output) { return std::ranges::find(taken, output) != taken.end(); });
    return taken;
}

/// Assigns the outputs to roles: for each role one table of all levels, or one table or map per level.
/// Outputs of equal shape are distinguished by name and, if names do not help, by order.
///
/// @return  [roles]; empty if the outputs do not fit
[[nodiscard]] inline std::optional<std::vector<std::vector<Level>>>
levels_by_role(std::span<const NetworkOutput> outputs, const std::vector<Level>& levels,
               std::initializer_list<Role> roles) {
    const std::size_t each = outputs.size() / roles.size();
    if (outputs.size() != each * roles.size() || (each != 1 && each != levels.size())) return std::nullopt;
    std::vector<const NetworkOutput*> rest = pointers_to(outputs);
    std::vector<std::vector<Level>> result;
    for (const Role& role : roles) {
        const auto taken = take_role(rest, levels, role, each);
        auto role_levels = taken ? levels_of(*taken, levels) : std::nullopt;
        if (!role_levels) return std::nullopt;
        result.push_back(std::move(*role_levels));
    }
    return result;
}

} // namespace fgagt::detail
