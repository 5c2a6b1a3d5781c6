#pragma once

#include "fuzz/law.hpp"
#include "fuzz/text_law.hpp"

#include <fgagt/io/mot_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fgagt::test {

/// The numbers of each line of a valid file, in order of their first number.
[[nodiscard]] inline std::vector<std::vector<double>> mot_table(std::string_view text) {
    std::vector<std::vector<double>> table;
    for (const std::string& line : lines_of(text)) {
        table.emplace_back();
        for (const std::string& field : parts_of(line, ","))
            table.back().push_back(number_of(field));
    }
    std::ranges::stable_sort(table, {}, [](const std::vector<double>& line) { return line[0]; });
    return table;
}

[[nodiscard]] inline bool is_finite(const MotBox& box) {
    const Box single = box;
    return std::isfinite(single.left) && std::isfinite(single.top) && std::isfinite(single.width) &&
           std::isfinite(single.height);
}

/// Whether two numbers are the same, including NaN, after converting the first to float.
[[nodiscard]] inline bool same_float(double wide, float value) {
    if (std::isnan(wide)) return std::isnan(value);
    constexpr double kLargest = std::numeric_limits<float>::max();
    if (std::abs(wide) > kLargest) return std::isinf(value) && (wide > 0) == (value > 0);
    return static_cast<float>(wide) == value;
}

/// Checks that rows are found by their frame and that no ID is in a frame twice.
template <class Row>
void check_frames(const RowsByFrame<Row>& rows) {
    std::set<std::pair<std::int64_t, TrackId>> ids;
    std::size_t found = 0;
    std::int64_t last = 0;
    for (const Row& row : rows.rows()) {
        require(row.frame >= 1, "frames count from 1");
        if (row.frame != last) found += rows.frame(row.frame).size();
        last = row.frame;
        if constexpr (requires { row.id; })
            require(ids.insert({row.frame, row.id}).second, "an id has one box per frame");
    }
    require(found == rows.size() && last == rows.last_frame(), "every row is found by its frame");
}

inline bool check_ground_truth(std::string_view text) {
    const auto rows = text_or_refusal(text, [](auto part) { return parse_ground_truth(part, "gt.txt"); });
    if (!rows) return false;
    check_frames(*rows);
    const std::vector<std::vector<double>> table = mot_table(text);
    require(table.size() == rows->size(), "every line is a row");
    for (std::size_t k = 0; k < table.size(); ++k) {
        const std::vector<double>& line = table[k];
        const GroundTruthRow& row = rows->rows()[k];
        require(static_cast<double>(row.frame) == line[0] && static_cast<double>(row.id) == line[1] &&
                    row.box == MotBox(line[2] - 1, line[3] - 1, line[4], line[5]) && row.flag == line[6],
                "a ground truth row matches its line");
        const double class_id = line.size() >= 8 ? line[7] : -1;
        const bool is_class = class_id >= 0 && class_id <= 1e6 && std::floor(class_id) == class_id;
        require(row.class_id == (is_class ? class_id : -1), "a class is the eighth column, or -1");
        require(same_float(line.size() >= 9 ? line[8] : -1, row.visibility),
                "visibility is the ninth column, or -1");
        require(is_finite(row.box) && std::isfinite(row.flag) && std::isfinite(row.visibility),
                "ground truth is finite");
    }
    return true;
}

inline bool check_detections(std::string_view text) {
    const auto rows = text_or_refusal(text, [](auto part) { return parse_detections(part, "det.txt"); });
    if (!rows) return false;
    check_frames(*rows);
    const std::vector<std::vector<double>> table = mot_table(text);
    require(table.size() == rows->size(), "every line is a row");
    for (std::size_t k = 0; k < table.size(); ++k) {
        const std::vector<double>& line = table[k];
        const DetectionRow& row = rows->rows()[k];
        require(static_cast<double>(row.frame) == line[0] && same_float(line[2] - 1, row.box.left) &&
                    same_float(line[3] - 1, row.box.top) && same_float(line[4], row.box.width) &&
                    same_float(line[5], row.box.height) && same_float(line[6], row.score),
                "a detection row matches its line");
    }
    return true;
}

/// Whether a number is equal to another one after rounding to a multiple of `unit`.
[[nodiscard]] inline bool is_rounded(double value, double again, double unit) {
    const double rounding = 4 * std::numeric_limits<double>::epsilon() * (1 + std::abs(value));
    return std::abs(value - again) <= unit / 2 + rounding;
}

inline bool check_results(std::string_view text) {
    const auto rows = text_or_refusal(text, [](auto part) { return parse_results(part, "result.txt"); });
    if (!rows) return false;
    check_frames(*rows);
    const ResultRows again = parse_results(results_text(rows->rows()), "written");
    require(again.size() == rows->size(), "every row is written");
    for (std::size_t k = 0; k < again.size(); ++k) {
        const ResultRow& row = rows->rows()[k];
        const ResultRow& other = again.rows()[k];
        require(is_finite(row.box) && std::isfinite(row.score), "results are finite");
        require(row.frame == other.frame && row.id == other.id &&
                    is_rounded(row.box.left, other.box.left, 1e-3) &&
                    is_rounded(row.box.top, other.box.top, 1e-3) &&
                    is_rounded(row.box.width, other.box.width, 1e-3) &&
                    is_rounded(row.box.height, other.box.height, 1e-3) &&
                    is_rounded(row.score, other.score, 2 * 1e-4),
                "results survive a round trip");
    }
    return true;
}

/// Reads any text as each kind of MOTChallenge file: either a ParseError, or the same rows as a slow reader,
/// in range; results survive a round trip. Returns whether the text is a valid file of any kind.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_mot_text(std::string_view bytes) {
    const bool is_ground_truth = check_ground_truth(bytes);
    const bool is_detections = check_detections(bytes);
    const bool is_results = check_results(bytes);
    require(is_detections || !is_results, "a result file is also a detection file");
    return is_ground_truth || is_detections || is_results;
}

} // namespace fgagt::test
