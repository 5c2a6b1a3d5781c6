#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/box_form.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/rows.hpp>
#include <fgagt/detection/heads/detail/select.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/detection/heads/selection_options.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How DarknetHead reads a network.
struct DarknetHeadOptions {
    /// Red first, grey levels / 255, each axis stretched.
    NetworkInputOptions input{.fit = ImageFit::kStretch, .deviation = {255, 255, 255}, .rgb = true};
    SelectionOptions selection{}; ///< which boxes become detections

    friend bool operator==(const DarknetHeadOptions&, const DarknetHeadOptions&) = default;
};

/// The rows that cv::dnn makes from the `[yolo]` and `[region]` layers of Darknet's `.cfg` files (YOLOv2, v3,
/// v4 and their tiny variants). A row has centre x, centre y, width and height as fractions of the input,
/// then objectness, then the class scores, which already include the objectness.
///
/// Outputs: one table [rows, 5 + classes] per layer, with a whole number of rows for each cell of a grid.
/// @note cv::dnn itself sets scores below the layer's `thresh` to zero (0.2 if the file does not set it).
class DarknetHead {
public:
    using Options = DarknetHeadOptions;

    DarknetHead() : DarknetHead(DarknetHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit DarknetHead(DarknetHeadOptions options) : options_(std::move(options)) {
        detail::check(options_.selection, "DarknetHead");
    }

    [[nodiscard]] const DarknetHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, boxes are relative, and scores are
    /// in [0, 1].
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto tables = tables_of(outputs);
        if (!tables) return false;
        return std::ranges::all_of(*tables, [&](const detail::CellView& rows) {
            constexpr float kSlack = 0.1F; // centres lie in cells of the input
            return is_of_grid(rows.cells) && detail::lies_within(rows, 0, -kSlack, 1 + kSlack) &&
                   detail::lies_within(rows, 1, -kSlack, 1 + kSlack) &&
                   detail::are_probabilities(rows.columns_from(4, rows.columns - 4));
        });
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "DarknetHead");
        const auto tables = tables_of(outputs);
        if (!tables)
            detail::throw_wrong_outputs(
                "DarknetHead", "one table [rows, 5 + classes] per layer, all with the same classes", outputs);
        detail::Candidates candidates(options_.selection);
        const detail::BoxReader box(BoxForm::kCentre, BoxUnit::kRelative, placement.input);
        for (const detail::CellView& rows : *tables)
            detail::add_rows(detail::split_rows(rows), box, Objectness::kIncluded, candidates);
        detail::select(candidates, placement, detections);
    }

private:
    /// The tables, longest first, in whatever order they come.
    [[nodiscard]] static std::optional<std::vector<detail::CellView>>
    tables_of(std::span<const NetworkOutput> outputs) {
        std::vector<detail::CellView> tables;
        for (const NetworkOutput& output : outputs) {
            const std::vector<std::size_t> shape = detail::shape_of(output.values);
            if (shape.size() != 2 || output.values.empty()) return std::nullopt;
            const auto table = detail::table_view(output, shape[0]);
            if (!table || table->columns <= 5) return std::nullopt;
            tables.push_back(*table);
        }
        std::ranges::stable_sort(tables, std::ranges::greater{}, &detail::CellView::cells);
        const bool alike = std::ranges::all_of(
            tables, [&](const detail::CellView& table) { return table.columns == tables.front().columns; });
        constexpr std::size_t kMostLayers = 8;
        if (tables.empty() || tables.size() > kMostLayers || !alike) return std::nullopt;
        return tables;
    }

    /// Whether this number of rows is a small multiple of the cells of one of the usual grids.
    [[nodiscard]] bool is_of_grid(std::size_t rows) const {
        constexpr std::size_t kMostAnchors = 9;
        const auto is_of = [&](int stride) {
            const std::size_t cells = detail::cell_count(detail::grid_of(options_.input.size, stride));
            return rows % cells == 0 && rows / cells <= kMostAnchors;
        };
        return is_of(8) || is_of(16) || is_of(32) || is_of(64);
    }

    DarknetHeadOptions options_;
};

static_assert(DetectorHead<DarknetHead>);

/// Any Darknet network read by cv::dnn.
[[nodiscard]] inline DarknetHeadOptions darknet_options(cv::Size size = {416, 416}) {
    DarknetHeadOptions options;
    options.input.size = size;
    return options;
}

} // namespace fgagt
