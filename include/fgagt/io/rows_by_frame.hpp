#pragma once

#include <fgagt/core/detail/language.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Rows of a file, grouped by frame. `Row` has a member `frame`, counted from 1.
///
/// Memory depends only on the number of rows, so a row with a huge frame number does no harm.
template <class Row>
class RowsByFrame {
public:
    RowsByFrame() = default;
    /// @param rows  rows in any order; rows of the same frame keep their order
    explicit RowsByFrame(std::vector<Row> rows) : rows_(std::move(rows)) {
        std::ranges::stable_sort(rows_, {}, &Row::frame);
    }

    /// The rows of one frame; empty if there are none. Valid as long as this object. O(log rows).
    [[nodiscard]] std::span<const Row> frame(std::int64_t number) const noexcept {
        const auto first = std::ranges::lower_bound(rows_, number, {}, &Row::frame);
        const auto last = std::ranges::upper_bound(rows_, number, {}, &Row::frame);
        return {first, last};
    }

    [[nodiscard]] std::span<const Row> rows() const noexcept { return rows_; } ///< in order of frames
    /// Number of rows.
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// Whether there are no rows.
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

    /// The largest frame number; 0 if there are no rows.
    [[nodiscard]] std::int64_t last_frame() const noexcept { return rows_.empty() ? 0 : rows_.back().frame; }

private:
    std::vector<Row> rows_;
};

} // namespace fgagt
