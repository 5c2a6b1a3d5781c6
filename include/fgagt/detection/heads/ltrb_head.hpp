#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/centerness.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/class_scores.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/quality.hpp>
#include <fgagt/detection/heads/detail/roles.hpp>
#include <fgagt/detection/heads/detail/select.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/detection/heads/score_activation.hpp>
#include <fgagt/detection/heads/selection_options.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How LtrbHead's networks encode the four sides of a box.
enum class SideForm : std::uint8_t {
    kStrides, ///< distances from the cell's point, in strides
    kPixels,  ///< distances from the cell's point, in pixels of the input
    /// Per side, logits over 0, 1, ..., bins - 1 strides; the mean is the distance.
    kDistribution,
    kCorners, ///< left, top, right and bottom of the box, in strides
};

/// How LtrbHead reads a network; the defaults are those of FCOS.
struct LtrbHeadOptions {
    /// Red first, the mean and deviation of ImageNet, letterboxed at the top left.
    NetworkInputOptions input{.size = {800, 800},
                              .mean = {123.675F, 116.28F, 103.53F},
                              .deviation = {58.395F, 57.12F, 57.375F},
                              .rgb = true};
    /// Input pixels per cell of each grid, in the order of the rows.
    std::vector<int> strides = {8, 16, 32, 64, 128};
    SideForm sides = SideForm::kStrides;              ///< how the four sides are encoded
    int bins = 17;                                    ///< numbers per side for kDistribution, [2, 256]
    float point = 0.5F;                               ///< origin of distances in the cell, [0, 1]
    ScoreActivation scores = ScoreActivation::kLogit; ///< form of the class scores
    Centerness centerness = Centerness::kRoot;        ///< how centerness is used
    SelectionOptions selection{};                     ///< which boxes become detections

    friend bool operator==(const LtrbHeadOptions&, const LtrbHeadOptions&) = default;
};

/// For each cell the distances to the four sides of a box (left, top, right, bottom), with centerness (Tian
/// et al., "FCOS", ICCV 2019) or as distributions (Li et al., "Generalized Focal Loss", NeurIPS 2020).
///
/// Outputs: classes, sides and, unless it is Centerness::kNone, centerness. Each comes as one table
/// [1, cells of all grids, numbers], or as one table or map per grid. Without centerness, one table of the
/// classes followed by the sides is also accepted (NanoDet-Plus). Outputs of equal shape are distinguished by
/// name (`cls`, `reg`, `ctr`, ...); otherwise they are taken in the order sides, centerness, classes.
class LtrbHead {
public:
    using Options = LtrbHeadOptions;

    LtrbHead() : LtrbHead(LtrbHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit LtrbHead(LtrbHeadOptions options) : options_(std::move(options)) {
        detail::check_strides(options_.strides, "LtrbHead");
        detail::check(options_.selection, "LtrbHead");
        if (options_.bins < 2 || options_.bins > 256)
            detail::throw_invalid("LtrbHead: expected bins in [2, 256], got ", options_.bins,
                                  "; 17 is usual, 8 for NanoDet");
        if (!detail::is_within(options_.point, 0, 1))
            detail::throw_invalid("LtrbHead: expected point in [0, 1], got ", options_.point,
                                  "; use 0.5 for the cell's centre, 0 for its corner");
    }

    [[nodiscard]] const LtrbHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, and the scores are plausible as
    /// probabilities or logits.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto parts = parts_of(outputs, options_.input.size);
        return parts && detail::scores_fit(parts->classes, options_.scores);
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "LtrbHead");
        const auto parts = parts_of(outputs, placement.input);
        if (!parts)
            detail::throw_wrong_outputs("LtrbHead",
                                        detail::text_of_parts(side_columns(), options_.centerness), outputs);
        detail::Candidates candidates(options_.selection);
        for (std::size_t level = 0; level < parts->sides.size(); ++level)
            add(*parts, level, candidates);
        detail::select(candidates, placement, detections);
    }

private:
    struct Parts {
        std::vector<detail::Level> sides;
        std::vector<detail::Level> classes;
        std::vector<detail::Level> centerness; ///< empty if the family has none
    };

    [[nodiscard]] std::size_t side_columns() const noexcept {
        return options_.sides == SideForm::kDistribution ? 4 * static_cast<std::size_t>(options_.bins) : 4;
    }

    [[nodiscard]] std::optional<Parts> parts_of(std::span<const NetworkOutput> outputs,
                                                cv::Size input) const {
        const auto levels = detail::empty_levels(input, options_.strides);
        const detail::Role sides{side_columns(), {"reg", "box", "dis", "loc"}};
        const detail::Role centerness{1, {"ctr", "centre", "center"}};
        const detail::Role classes{0, {}};
        const bool has_centerness = options_.centerness != Centerness::kNone;
        if (!has_centerness && (outputs.size() == 1 || outputs.size() == options_.strides.size()))
            if (auto parts = parts_of_one(detail::levels_of(detail::pointers_to(outputs), levels)))
                return parts;
        auto found = has_centerness ? detail::levels_by_role(outputs, levels, {sides, centerness, classes})
                                    : detail::levels_by_role(outputs, levels, {sides, classes});
        if (!found) return std::nullopt;
        Parts parts{std::move(found->front()), std::move(found->back()), {}};
        if (has_centerness) parts.centerness = std::move((*found)[1]);
        return parts;
    }

    /// Splits levels whose columns are the classes followed by the sides.
    [[nodiscard]] std::optional<Parts>
    parts_of_one(const std::optional<std::vector<detail::Level>>& both) const {
        if (!both || both->front().values.columns <= side_columns()) return std::nullopt;
        const std::size_t classes = both->front().values.columns - side_columns();
        Parts parts{*both, *both, {}};
        for (detail::Level& level : parts.sides)
            level.values = level.values.columns_from(classes, side_columns());
        for (detail::Level& level : parts.classes)
            level.values = level.values.columns_from(0, classes);
        return parts;
    }

    void add(const Parts& parts, std::size_t level, detail::Candidates& candidates) const {
        const detail::CellView& scores = parts.classes[level].values;
        detail::ClassReader classes(options_.scores, options_.selection.several_classes);
        for (std::size_t cell = 0; cell < scores.cells; ++cell) {
            const float quality = parts.centerness.empty() ? 1 : parts.centerness[level].values(cell, 0);
            const detail::Quality combine(options_.centerness, options_.scores, quality);
            const auto score = [&](std::size_t k) { return scores(cell, k); };
            for (const detail::ScoredClass& scored : classes.read(score, scores.columns)) {
                const float certainty = combine(scored.probability);
                if (candidates.is_enough(certainty))
                    candidates.add(box_of(parts.sides[level], cell), certainty, scored.class_id);
            }
        }
    }

    [[nodiscard]] Box box_of(const detail::Level& level, std::size_t cell) const {
        const auto stride = static_cast<float>(level.stride);
        const float unit = options_.sides == SideForm::kPixels ? 1 : stride;
        std::array<float, 4> side{};
        for (std::size_t k = 0; k < side.size(); ++k)
            side[k] = unit * (options_.sides == SideForm::kDistribution ? mean_of(level.values, cell, k)
                                                                        : level.values(cell, k));
        if (options_.sides == SideForm::kCorners)
            return detail::box_of_corners(side[0], side[1], side[2], side[3]);
        const float x = (level.column_of(cell) + options_.point) * stride;
        const float y = (level.row_of(cell) + options_.point) * stride;
        return detail::box_of_corners(x - side[0], y - side[1], x + side[2], y + side[3]);
    }

    /// Mean of the distribution over 0, 1, ... given by the logits of side `side`.
    [[nodiscard]] float mean_of(const detail::CellView& values, std::size_t cell, std::size_t side) const {
        const auto bins = static_cast<std::size_t>(options_.bins);
        const auto logit = [&](std::size_t bin) { return values(cell, side * bins + bin); };
        float largest = logit(0);
        for (std::size_t bin = 1; bin < bins; ++bin)
            largest = std::max(largest, logit(bin));
        float sum = 0, weighted = 0;
        for (std::size_t bin = 0; bin < bins; ++bin) {
            const float weight = std::exp(logit(bin) - largest);
            sum += weight;
            weighted += weight * static_cast<float>(bin);
        }
        return weighted / sum;
    }

    LtrbHeadOptions options_;
};

static_assert(DetectorHead<LtrbHead>);

/// FCOS: points at the cells' centres, sides in strides.
[[nodiscard]] inline LtrbHeadOptions fcos_options(cv::Size size = {800, 800}) {
    LtrbHeadOptions options;
    options.input.size = size;
    return options;
}

/// VFNet: sides in pixels from the cells' corners; class scores also measure how well the box fits.
[[nodiscard]] inline LtrbHeadOptions vfnet_options(cv::Size size = {800, 800}) {
    LtrbHeadOptions options = fcos_options(size);
    options.sides = SideForm::kPixels;
    options.point = 0;
    options.centerness = Centerness::kNone;
    return options;
}

/// TOOD: corners of boxes in strides; class scores are already probabilities.
[[nodiscard]] inline LtrbHeadOptions tood_options(cv::Size size = {800, 800}) {
    LtrbHeadOptions options = vfnet_options(size);
    options.sides = SideForm::kCorners;
    options.scores = ScoreActivation::kProbability;
    return options;
}

/// GFL: a distribution over 0 to 16 strides per side.
[[nodiscard]] inline LtrbHeadOptions gfl_options(cv::Size size = {800, 800}) {
    LtrbHeadOptions options = vfnet_options(size);
    options.sides = SideForm::kDistribution;
    return options;
}

/// GFL v2: as GFL, but class scores are probabilities, since they are weighted by the distribution's quality.
[[nodiscard]] inline LtrbHeadOptions gflv2_options(cv::Size size = {800, 800}) {
    LtrbHeadOptions options = gfl_options(size);
    options.scores = ScoreActivation::kProbability;
    return options;
}

/// NanoDet: three grids, eight bins, points at the cells' centres; blue first, letterboxed in the centre on
/// black.
[[nodiscard]] inline LtrbHeadOptions nanodet_options(cv::Size size = {416, 416}) {
    LtrbHeadOptions options = gflv2_options(size);
    options.input = {.size = size,
                     .fit = ImageFit::kLetterboxCentred,
                     .padding = 0,
                     .mean = {103.53F, 116.28F, 123.675F},
                     .deviation = {57.375F, 57.12F, 58.395F}};
    options.strides = {8, 16, 32};
    options.bins = 8;
    options.point = 0.5F;
    return options;
}

/// NanoDet-Plus: four grids, points at the cells' corners, all in one table.
[[nodiscard]] inline LtrbHeadOptions nanodet_plus_options(cv::Size size = {416, 416}) {
    LtrbHeadOptions options = nanodet_options(size);
    options.strides = {8, 16, 32, 64};
    options.point = 0;
    return options;
}

} // namespace fgagt
