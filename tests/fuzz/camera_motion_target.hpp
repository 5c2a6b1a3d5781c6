#pragma once

#include "fuzz/law.hpp"
#include "fuzz/text_law.hpp"

#include <fgagt/io/camera_motion_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fgagt::test {

/// Reads any text as a camera motion file: either a ParseError, or the same finite maps as a slow reader.
/// Returns whether the text is a valid file.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_camera_motion(std::string_view bytes) {
    const auto motion =
        text_or_refusal(bytes, [](std::string_view text) { return parse_camera_motion(text, "motion.txt"); });
    if (!motion) return false;
    const std::vector<std::string> lines = lines_of(bytes);
    require(lines.size() == motion->size(), "every line is a frame");
    for (const std::string& line : lines) {
        std::vector<std::string> fields = parts_of(line, kSpaces);
        std::erase(fields, "");
        require(fields.size() == 7, "a line has seven columns");
        const auto column = [&](std::size_t k) { return number_of(fields[k]); };
        const std::optional<Affine> map = motion->frame(static_cast<std::int64_t>(column(0)) + 1);
        require(map.has_value(), "a frame is found by its number, counted from 1");
        require(map->a == column(1) && map->b == column(2) && map->c == column(4) && map->d == column(5),
                "rotations and scales match the file");
        // The centre of the first pixel is (0, 0) in the file and (.5, .5) in the library.
        const double tx = 0.5 + column(3) - 0.5 * (map->a + map->b);
        const double ty = 0.5 + column(6) - 0.5 * (map->c + map->d);
        const auto near = [](double value, double expected, double terms) {
            return std::abs(value - expected) <= 1e-15 * (1 + terms);
        };
        require(std::isfinite(map->tx) && std::isfinite(map->ty), "maps are finite");
        require(near(map->tx, tx, std::abs(column(3)) + std::abs(map->a) + std::abs(map->b)) &&
                    near(map->ty, ty, std::abs(column(6)) + std::abs(map->c) + std::abs(map->d)),
                "shifts match the file, converted from pixel centres to continuous coordinates");
    }
    return true;
}

} // namespace fgagt::test
