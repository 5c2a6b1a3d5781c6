#pragma once

#include <fgagt/io/mot_text.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace fgagt::test {

/// A 10 x 10 box at a position along the x axis. Two of them that are 10/3 apart have an IoU of almost 0.5.
[[nodiscard]] inline Box box_at(float left) {
    return {left, 0, 10, 10};
}

[[nodiscard]] inline GroundTruthRow gt_row(std::int64_t frame, TrackId id, float left, int class_id = 1,
                                           double flag = 1) {
    GroundTruthRow row;
    row.frame = frame;
    row.id = id;
    row.box = box_at(left);
    row.class_id = class_id;
    row.flag = flag;
    return row;
}
[[nodiscard]] inline ResultRow result_row(std::int64_t frame, TrackId id, float left) {
    return {frame, id, box_at(left), 1};
}

/// One object at position 0 in frames 1 to `frames`.
[[nodiscard]] inline std::vector<GroundTruthRow> standing_object(std::int64_t frames) {
    std::vector<GroundTruthRow> rows;
    for (std::int64_t frame = 1; frame <= frames; ++frame)
        rows.push_back(gt_row(frame, 1, 0));
    return rows;
}

/// The same object as a result with an exact box whose ID in frame k is ids[k - 1]; 0 is a miss.
[[nodiscard]] inline std::vector<ResultRow> result_with_ids(const std::vector<TrackId>& ids) {
    std::vector<ResultRow> rows;
    for (std::size_t k = 0; k < ids.size(); ++k)
        if (ids[k] != 0) rows.push_back(result_row(static_cast<std::int64_t>(k) + 1, ids[k], 0));
    return rows;
}

} // namespace fgagt::test
