#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/class_scores.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/rows.hpp>
#include <fgagt/detection/heads/detail/select.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/detection/heads/score_activation.hpp>
#include <fgagt/detection/heads/selection_options.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How YoloxHead reads a network; the defaults are those of YOLOX as its authors export it.
struct YoloxHeadOptions {
    NetworkInputOptions input{}; ///< blue first, grey levels 0 to 255, letterboxed at top left
    /// Input pixels per cell of each grid, in the order of the rows.
    std::vector<int> strides = {8, 16, 32};
    ScoreActivation scores =
        ScoreActivation::kProbability; ///< form of objectness and classes: kProbability or kLogit
    SelectionOptions selection{};      ///< which boxes become detections

    friend bool operator==(const YoloxHeadOptions&, const YoloxHeadOptions&) = default;
};

/// YOLO grids without anchors, with raw boxes (Ge et al., "YOLOX: Exceeding YOLO Series in 2021",
/// arXiv:2107.08430). Each cell has dx, dy, log w, log h, objectness and the classes;
/// centre = (d + cell) * stride, size = exp * stride, score = objectness * class.
///
/// Outputs: one table [1, cells of all grids, 5 + classes], or one table or map [1, 5 + classes, H, W] per
/// grid. For a network that decodes its boxes itself, use YoloRowsHead.
class YoloxHead {
public:
    using Options = YoloxHeadOptions;

    YoloxHead() : YoloxHead(YoloxHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit YoloxHead(YoloxHeadOptions options) : options_(std::move(options)) {
        detail::check_strides(options_.strides, "YoloxHead");
        detail::check(options_.selection, "YoloxHead");
        if (options_.scores != ScoreActivation::kProbability && options_.scores != ScoreActivation::kLogit)
            detail::throw_invalid(
                "YoloxHead: expected scores that are probabilities or logits; this family has no softmax");
    }

    [[nodiscard]] const YoloxHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, offsets are a few cells, and the
    /// scores are plausible as probabilities or logits.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto levels = levels_of(outputs, options_.input.size);
        if (!levels) return false;
        constexpr float kFarthest = 16; // cells; decoded boxes are spread over the whole input
        for (const detail::Level& level : *levels) {
            for (std::size_t column = 0; column < 4; ++column)
                if (!detail::lies_within(level.values, column, -kFarthest, kFarthest)) return false;
            const detail::CellView scores = level.values.columns_from(4, level.values.columns - 4);
            if (detail::are_probabilities(scores) != (options_.scores == ScoreActivation::kProbability))
                return false;
        }
        return true;
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "YoloxHead");
        const auto levels = levels_of(outputs, placement.input);
        if (!levels)
            detail::throw_wrong_outputs(
                "YoloxHead", "a table [1, cells of all grids, 5 + classes], or one table or map per grid",
                outputs);
        detail::Candidates candidates(options_.selection);
        for (const detail::Level& level : *levels)
            add(level, candidates);
        detail::select(candidates, placement, detections);
    }

private:
    static constexpr std::size_t kObjectness = 4, kFirstClass = 5;

    [[nodiscard]] std::optional<std::vector<detail::Level>> levels_of(std::span<const NetworkOutput> outputs,
                                                                      cv::Size input) const {
        auto levels =
            detail::levels_of(detail::pointers_to(outputs), detail::empty_levels(input, options_.strides));
        if (levels && levels->front().values.columns <= kFirstClass) levels.reset();
        return levels;
    }

    void add(const detail::Level& level, detail::Candidates& candidates) const {
        detail::ClassReader classes(options_.scores, options_.selection.several_classes);
        const detail::CellView& values = level.values;
        for (std::size_t cell = 0; cell < values.cells; ++cell) {
            const float raw = values(cell, kObjectness);
            const float objectness = options_.scores == ScoreActivation::kLogit ? detail::sigmoid(raw) : raw;
            if (!detail::is_finite(raw) || !candidates.is_enough(objectness)) continue;
            const auto score = [&](std::size_t k) { return values(cell, kFirstClass + k); };
            for (const detail::ScoredClass& scored : classes.read(score, values.columns - kFirstClass))
                candidates.add(box_of(level, cell), objectness * scored.probability, scored.class_id);
        }
    }

    [[nodiscard]] static Box box_of(const detail::Level& level, std::size_t cell) noexcept {
        const auto stride = static_cast<float>(level.stride);
        return detail::box_of_centre((level.values(cell, 0) + level.column_of(cell)) * stride,
                                     (level.values(cell, 1) + level.row_of(cell)) * stride,
                                     std::exp(level.values(cell, 2)) * stride,
                                     std::exp(level.values(cell, 3)) * stride);
    }

    YoloxHeadOptions options_;
};

static_assert(DetectorHead<YoloxHead>);

/// YOLOX as its authors export it; also light detectors derived from it.
[[nodiscard]] inline YoloxHeadOptions yolox_options(cv::Size size = {640, 640}) {
    return {.input = {.size = size}};
}

} // namespace fgagt
