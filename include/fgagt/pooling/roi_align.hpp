#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/detail/parallel.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/pooling/detail/weighted_sum.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fgagt {

/// Options of RoiAlign.
struct RoiAlignOptions {
    int bins_y = 7; ///< rows of bins per box, [1, 256]; 7 as in Mask R-CNN
    int bins_x = 7; ///< columns of bins per box, [1, 256]
    /// Samples per bin and axis, [0, max_grid]; 0: the length of the bin in cells, rounded up. The paper's
    /// detector uses 2.
    int sampling_ratio = 2;
    /// False: the older rule, without the half-cell shift and with boxes of at least one cell.
    bool aligned = true;
    /// Maximum samples per bin and axis, [1, 1024]: limits the work on huge boxes. It matters only with
    /// sampling_ratio 0 and boxes of more than 448 cells.
    int max_grid = 64;
};

namespace detail {

/// A cell that the samples of one bin read along one axis, and its weight.
struct AxisTap {
    int index;
    float weight;
};

/// The taps of all bins along one axis. Bilinear samples on a grid are products of an x and a y part, so the
/// mean over a bin is a weighted sum over (taps in y) x (taps in x).
struct AxisTaps {
    std::vector<AxisTap> taps;
    std::vector<std::size_t> first; ///< [bins + 1] the taps of bin b are first[b] .. first[b + 1]

    [[nodiscard]] std::span<const AxisTap> bin(std::size_t b) const noexcept {
        return std::span(taps).subspan(first[b], first[b + 1] - first[b]);
    }

    void add(int index, double weight) {
        if (weight <= 0) return;
        const bool same_bin = taps.size() > first.back();
        if (same_bin && taps.back().index == index)
            taps.back().weight += static_cast<float>(weight);
        else if (same_bin && taps.size() - 1 > first.back() && taps[taps.size() - 2].index == index)
            taps[taps.size() - 2].weight += static_cast<float>(weight);
        else
            taps.push_back({index, static_cast<float>(weight)});
    }

    /// Linear interpolation between cell centres at `position` (0: the centre of the first cell). Up to one
    /// cell beyond the map it uses the border cell; farther out, and for NaN, it adds nothing. A sample
    /// exactly at this limit counts, whatever the rounding of its position.
    void add_sample(const double& position, int cells, double weight) {
        // Above the rounding of positions up to a few thousand cells, far below the size of a cell.
        constexpr double kRounding = 1e-9;
        if (!is_within(position, -1 - kRounding, cells + kRounding)) return;
        const double clamped = std::clamp(position, 0.0, cells - 1.0);
        const int low = static_cast<int>(clamped);
        const double fraction = clamped - low;
        add(low, weight * (1 - fraction));
        add(low + 1, weight * fraction); // a fraction of 0 adds nothing, so this never leaves the map
    }
};

} // namespace detail

/// ROI-align: describes a box by bilinear samples of a feature map on a grid of bins (He et al., Mask R-CNN,
/// 2017), by the rules of torchvision's `roi_align`. Coordinates are computed in double.
///
/// A box becomes one row of bins_y x bins_x x channels floats, channels innermost.
class RoiAlign {
public:
    using Map = FeatureMap;
    using Options = RoiAlignOptions;

    RoiAlign() : RoiAlign(RoiAlignOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit RoiAlign(RoiAlignOptions options) : options_(options) {
        const detail::OptionCheck check("RoiAlign", "RoiAlignOptions");
        const Options& o = options_;
        check(o.bins_y >= 1 && o.bins_y <= 256, "bins_y", "in [1, 256]", o.bins_y);
        check(o.bins_x >= 1 && o.bins_x <= 256, "bins_x", "in [1, 256]", o.bins_x);
        check(o.max_grid >= 1 && o.max_grid <= 1024, "max_grid", "in [1, 1024]", o.max_grid);
        check(o.sampling_ratio >= 0 && o.sampling_ratio <= o.max_grid, "sampling_ratio", "in [0, max_grid]",
              o.sampling_ratio);
    }

    [[nodiscard]] const RoiAlignOptions& options() const noexcept { return options_; }

    /// Numbers per box for a map with this many channels.
    [[nodiscard]] Eigen::Index dimension(int channels) const noexcept {
        return Eigen::Index{options_.bins_y} * options_.bins_x * channels;
    }

    /// @param map       finite values
    /// @param boxes     [K] continuous image coordinates
    /// @param features  [K x dimension(map.channels)], resized
    /// @param valid     [K], resized; 0, with a row of zeros, for a box that misses map.valid_cells or is so
    ///                  large that no sample falls on the map
    /// @throws InvalidArgument  the size of the map's data does not match its dimensions, or a value read is
    ///                          not finite
    void pool(const FeatureMap& map, std::span<const Box> boxes, Matrix& features,
              std::vector<std::uint8_t>& valid) {
        require_consistent(map);
        features.resize(static_cast<Eigen::Index>(boxes.size()), dimension(map.channels));
        valid.resize(boxes.size());
        constexpr std::size_t kLeast = 8; // fewer boxes are not worth another thread
        const std::size_t parts = detail::parts_of(boxes.size(), kLeast);
        if (taps_.size() < parts) taps_.resize(parts);
        detail::in_parts(boxes.size(), parts, [&](std::size_t part, std::size_t first, std::size_t last) {
            for (std::size_t k = first; k < last; ++k) {
                const std::span<float> row = detail::row_of(features, k);
                valid[k] =
                    covers_valid_cells(map, boxes[k]) && pool_one(map, boxes[k], taps_[part], row.data());
                if (valid[k] == 0) std::ranges::fill(row, 0.0F);
                if (!detail::all_finite(row))
                    detail::throw_invalid(
                        "RoiAlign::pool: expected a feature map of finite values, got one with NaN "
                        "or infinity; check the backbone's output");
            }
        });
    }

private:
    /// The cells of the map that are read for one box.
    struct Taps {
        detail::AxisTaps x, y;
        std::vector<detail::CellTap> bin; ///< of one bin; may be longer
    };

    static void require_consistent(const FeatureMap& map) {
        const bool positive = map.rows > 0 && map.columns > 0 && map.channels > 0;
        if (!positive || map.data.size() != static_cast<std::size_t>(map.rows) *
                                                static_cast<std::size_t>(map.columns) *
                                                static_cast<std::size_t>(map.channels))
            detail::throw_invalid("RoiAlign::pool: expected a map of rows x columns x channels floats, all "
                                  "positive, got ",
                                  map.rows, " x ", map.columns, " x ", map.channels, " and ", map.data.size(),
                                  " floats; fill the map with a backbone first");
    }

    static bool covers_valid_cells(const FeatureMap& map, const Box& box) noexcept {
        const auto overlap = [](double start, double length, float scale, float offset, double valid_start,
                                double valid_length) {
            const double begin = start * scale + offset;
            const double end = (start + length) * scale + offset;
            return std::min(end, valid_start + valid_length) > std::max(begin, valid_start);
        };
        const Box& cells = map.valid_cells;
        return overlap(box.left, box.width, map.scale_x, map.offset_x, cells.left, cells.width) &&
               overlap(box.top, box.height, map.scale_y, map.offset_y, cells.top, cells.height);
    }

    /// Returns whether any sample fell on the map.
    bool pool_one(const FeatureMap& map, const Box& box_px, Taps& taps, float* out) const {
        lay_taps(double{box_px.left} * map.scale_x + map.offset_x, double{box_px.width} * map.scale_x,
                 options_.bins_x, map.columns, taps.x);
        lay_taps(double{box_px.top} * map.scale_y + map.offset_y, double{box_px.height} * map.scale_y,
                 options_.bins_y, map.rows, taps.y);
        for (std::size_t y = 0; y < static_cast<std::size_t>(options_.bins_y); ++y)
            for (std::size_t x = 0; x < static_cast<std::size_t>(options_.bins_x); ++x, out += map.channels)
                pool_bin(map, taps.y.bin(y), taps.x.bin(x), taps.bin, out);
        return !taps.x.taps.empty() && !taps.y.taps.empty();
    }

    /// Computes the taps of all bins along one axis of a box, from `start` and `length` in cells.
    void lay_taps(double start, double length, int bins, int cells, detail::AxisTaps& result) const {
        if (options_.aligned)
            start -= 0.5;
        else
            length = std::max(length, 1.0);
        const double bin_length = length / bins;
        const int grid = samples_per_bin(bin_length);
        result.taps.clear();
        result.first.assign(1, 0);
        for (int b = 0; b < bins; ++b) {
            for (int i = 0; i < grid; ++i)
                result.add_sample(start + bin_length * (b + (i + 0.5) / grid), cells, 1.0 / grid);
            result.first.push_back(result.taps.size());
        }
    }

    [[nodiscard]] int samples_per_bin(double bin_length) const noexcept {
        if (options_.sampling_ratio > 0) return options_.sampling_ratio;
        const double wanted = std::ceil(bin_length);
        if (detail::is_nan(wanted) || wanted < 1) return 1;
        return wanted < options_.max_grid ? static_cast<int>(wanted) : options_.max_grid;
    }

    static void pool_bin(const FeatureMap& map, std::span<const detail::AxisTap> taps_y,
                         std::span<const detail::AxisTap> taps_x, std::vector<detail::CellTap>& taps,
                         float* out) {
        const std::size_t count = taps_y.size() * taps_x.size();
        if (taps.size() < count) taps.resize(count);
        auto* tap = taps.data();
        for (const auto& y : taps_y) {
            const float* const row = map.cell(y.index, 0);
            for (const auto& x : taps_x)
                *tap++ = {row + std::ptrdiff_t{x.index} * map.channels, y.weight * x.weight};
        }
        detail::weighted_sum({taps.data(), count}, map.channels, out);
    }

    RoiAlignOptions options_;
    std::vector<Taps> taps_; // one per thread
};

static_assert(Pooler<RoiAlign>);

} // namespace fgagt
