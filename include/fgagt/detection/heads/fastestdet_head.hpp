#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/class_scores.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
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

/// How FastestDetHead reads a network; the defaults are those of the published network.
struct FastestDetHeadOptions {
    /// Blue first, grey levels / 255, each axis stretched.
    NetworkInputOptions input{.size = {352, 352}, .fit = ImageFit::kStretch, .deviation = {255, 255, 255}};
    int stride = 16;                  ///< input pixels per cell, [1, 4096]
    float objectness_exponent = 0.6F; ///< score = objectness^this * class^(1 - this), [0, 1]
    SelectionOptions selection{};     ///< which boxes become detections

    friend bool operator==(const FastestDetHeadOptions&, const FastestDetHeadOptions&) = default;
};

/// FastestDet's single grid (github.com/dog-qiuqiu/FastestDet). Each cell has an objectness, four numbers of
/// the box, and the classes; objectness and classes are probabilities. Centre = (cell + tanh) * stride,
/// size = sigmoid * input size.
///
/// Output: one map [1, 5 + classes, H, W].
class FastestDetHead {
public:
    using Options = FastestDetHeadOptions;

    FastestDetHead() : FastestDetHead(FastestDetHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit FastestDetHead(FastestDetHeadOptions options) : options_(std::move(options)) {
        detail::check_strides({&options_.stride, 1}, "FastestDetHead");
        detail::check(options_.selection, "FastestDetHead");
        if (!detail::is_within(options_.objectness_exponent, 0, 1))
            detail::throw_invalid("FastestDetHead: expected objectness_exponent in [0, 1], got ",
                                  options_.objectness_exponent, "; its authors use 0.6");
    }

    [[nodiscard]] const FastestDetHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, and scores are in [0, 1].
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto level = level_of(outputs, options_.input.size);
        if (!level) return false;
        bool probable = detail::lies_within(level->values, 0, 0, 1);
        for (std::size_t column = kFirstClass; column < level->values.columns; ++column)
            probable = probable && detail::lies_within(level->values, column, 0, 1);
        return probable;
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "FastestDetHead");
        const auto level = level_of(outputs, placement.input);
        if (!level)
            detail::throw_wrong_outputs("FastestDetHead",
                                        "one map [1, 5 + classes, H, W] for the stride's grid", outputs);
        detail::Candidates candidates(options_.selection);
        add(*level, placement.input, candidates);
        detail::select(candidates, placement, detections);
    }

private:
    static constexpr std::size_t kFirstClass = 5;

    [[nodiscard]] std::optional<detail::Level> level_of(std::span<const NetworkOutput> outputs,
                                                        cv::Size input) const {
        if (outputs.size() != 1) return std::nullopt;
        const cv::Size grid = detail::grid_of(input, options_.stride);
        const auto view = detail::map_view(outputs.front(), grid, 1);
        if (!view || view->columns <= kFirstClass) return std::nullopt;
        return detail::Level{.grid = grid, .stride = options_.stride, .values = *view};
    }

    void add(const detail::Level& level, cv::Size input, detail::Candidates& candidates) const {
        const float exponent = options_.objectness_exponent;
        detail::ClassReader classes(ScoreActivation::kProbability, options_.selection.several_classes);
        const detail::CellView& values = level.values;
        for (std::size_t cell = 0; cell < values.cells; ++cell) {
            const float objectness = std::pow(values(cell, 0), exponent);
            if (!detail::is_finite(values(cell, 0)) || !candidates.is_enough(objectness)) continue;
            const auto score = [&](std::size_t k) { return values(cell, kFirstClass + k); };
            for (const detail::ScoredClass& scored : classes.read(score, values.columns - kFirstClass))
                candidates.add(box_of(level, input, cell),
                               objectness * std::pow(scored.probability, 1 - exponent), scored.class_id);
        }
    }

    [[nodiscard]] static Box box_of(const detail::Level& level, cv::Size input, std::size_t cell) noexcept {
        const auto stride = static_cast<float>(level.stride);
        return detail::box_of_centre((std::tanh(level.values(cell, 1)) + level.column_of(cell)) * stride,
                                     (std::tanh(level.values(cell, 2)) + level.row_of(cell)) * stride,
                                     detail::sigmoid(level.values(cell, 3)) * static_cast<float>(input.width),
                                     detail::sigmoid(level.values(cell, 4)) *
                                         static_cast<float>(input.height));
    }

    FastestDetHeadOptions options_;
};

static_assert(DetectorHead<FastestDetHead>);

/// FastestDet as its authors export it.
[[nodiscard]] inline FastestDetHeadOptions fastestdet_options(cv::Size size = {352, 352}) {
    FastestDetHeadOptions options;
    options.input.size = size;
    return options;
}

} // namespace fgagt
