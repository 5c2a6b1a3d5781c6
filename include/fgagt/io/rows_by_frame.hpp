#pragma once

#include <fgagt/core/detail/language.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Rows of a file, grouped by their frame. `Row` has a member `frame`, counted from 1.
///
/// Costs memory per row only, so that one row with a huge frame number does no harm.
template <class Row>
class RowsByFrame {
public:
    RowsByFrame() = default;
    /// @param rows  in any order; rows of one frame keep theirs
    explicit RowsByFrame(std::vector<Row> rows) : rows_(std::move(rows)) {
        std::ranges::stable_sort(rows_, {}, &Row::frame);
    }

    /// The rows of one frame; empty where there are none. Valid as long as this object. O(log rows).
    [[nodiscard]] std::span<const Row> frame(std::int64_t number) const noexcept {
        const auto first = std::ranges::lower_bound(rows_, number, {}, &Row::frame);
        const auto last = std::ranges::upper_bound(rows_, number, {}, &Row::frame);
        return {first, last};
    }

    [[nodiscard]] std::span<const Row> rows() const noexcept { return rows_; } ///< in order of their frames
    /// Number of rows.
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// Whether there is no row.
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

    /// The largest frame number; 0 without rows.
    [[nodiscard]] std::int64_t last_frame() const noexcept { return rows_.empty() ? 0 : rows_.back().frame; }

private:
    std::vector<Row> rows_;
};

} // namespace fgagt
