#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
#include <fgagt/detection/heads/detail/heatmap.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/select.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/detection/heads/score_activation.hpp>
#include <fgagt/detection/heads/selection_options.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How CentreHeatmapHead reads a network; the defaults are those of CenterNet.
struct CentreHeatmapHeadOptions {
    /// Blue first, letterboxed in the centre on black.
    NetworkInputOptions input{.size = {512, 512},
                              .fit = ImageFit::kLetterboxCentred,
                              .padding = 0,
                              .mean = {104.04F, 113.985F, 119.85F},
                              .deviation = {73.695F, 69.87F, 70.89F}};
    int stride = 4;                                   ///< input pixels per cell, [1, 4096]
    ScoreActivation scores = ScoreActivation::kLogit; ///< form of the heatmap: kLogit or kProbability
    /// Which boxes become detections; a peak of the heatmap has no duplicates.
    SelectionOptions selection{.suppression = Suppression::kNone};

    friend bool operator==(const CentreHeatmapHeadOptions&, const CentreHeatmapHeadOptions&) = default;
};

/// A heatmap of centres per class (Zhou et al., "Objects as Points", arXiv:1904.07850). Each peak is an
/// object: centre = (cell + offset) * stride, size = size * stride.
///
/// Outputs: maps [1, classes, H, W] of heat, [1, 2, H, W] of sizes and, optionally, [1, 2, H, W] of offsets.
/// Maps of equal shape are distinguished by name (`hm` or `heat`; `wh` or `size`; `reg` or `off`): always
/// sizes and offsets, and with two classes also the heat. Without such names they are taken in the order
/// sizes, offsets, heat.
class CentreHeatmapHead {
public:
    using Options = CentreHeatmapHeadOptions;

    CentreHeatmapHead() : CentreHeatmapHead(CentreHeatmapHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit CentreHeatmapHead(CentreHeatmapHeadOptions options) : options_(std::move(options)) {
        detail::check_strides({&options_.stride, 1}, "CentreHeatmapHead");
        detail::check(options_.selection, "CentreHeatmapHead");
        if (options_.scores != ScoreActivation::kLogit && options_.scores != ScoreActivation::kProbability)
            detail::throw_invalid(
                "CentreHeatmapHead: expected a heatmap of logits or probabilities; this family has no "
                "softmax");
    }

    [[nodiscard]] const CentreHeatmapHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family, judging by their shapes.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        return maps_of(outputs, options_.input.size).has_value();
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "CentreHeatmapHead");
        const auto maps = maps_of(outputs, placement.input);
        if (!maps)
            detail::throw_wrong_outputs(
                "CentreHeatmapHead",
                "maps [1, classes, H, W] of heat and [1, 2, H, W] of sizes and of offsets", outputs);
        detail::Candidates candidates(options_.selection);
        add(*maps, detail::grid_of(placement.input, options_.stride), candidates);
        detail::select(candidates, placement, detections);
    }

private:
    [[nodiscard]] std::optional<std::vector<detail::CellView>> maps_of(std::span<const NetworkOutput> outputs,
                                                                       cv::Size input) const {
        static constexpr std::array<detail::MapRole, 3> kRoles{
            {{2, {"wh", "size"}}, {2, {"reg", "off"}}, {0, {"hm", "heat", "cls"}}}};
        static constexpr std::array<detail::MapRole, 2> kWithoutOffsets{{kRoles[0], kRoles[2]}};
        const cv::Size grid = detail::grid_of(input, options_.stride);
        if (auto maps = detail::maps_by_role(outputs, grid, kRoles)) return maps;
        return detail::maps_by_role(outputs, grid, kWithoutOffsets);
    }

    void add(const std::vector<detail::CellView>& maps, cv::Size grid, detail::Candidates& candidates) const {
        const detail::CellView &sizes = maps.front(), &heat = maps.back();
        const bool has_offsets = maps.size() == 3;
        const SelectionOptions& selection = options_.selection;
        const auto stride = static_cast<float>(options_.stride);
        const auto width = static_cast<std::size_t>(grid.width);
        for (const detail::Peak& peak : detail::peaks_of(
                 heat, grid, options_.scores, selection.score_threshold, selection.max_candidates)) {
            const float dx = has_offsets ? maps[1](peak.cell, 0) : 0.5F,
                        dy = has_offsets ? maps[1](peak.cell, 1) : 0.5F;
            const std::size_t row = peak.cell / width, column = peak.cell % width;
            candidates.add(detail::box_of_centre((static_cast<float>(column) + dx) * stride,
                                                 (static_cast<float>(row) + dy) * stride,
                                                 sizes(peak.cell, 0) * stride, sizes(peak.cell, 1) * stride),
                           peak.score, peak.class_id);
        }
    }

    CentreHeatmapHeadOptions options_;
};

static_assert(DetectorHead<CentreHeatmapHead>);

/// CenterNet (objects as points) as its authors train it.
[[nodiscard]] inline CentreHeatmapHeadOptions centernet_options(cv::Size size = {512, 512}) {
    CentreHeatmapHeadOptions options;
    options.input.size = size;
    return options;
}

} // namespace fgagt
