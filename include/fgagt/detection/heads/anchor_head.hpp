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
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// One grid of AnchorHead.
struct AnchorLevel {
    cv::Size grid{};                      ///< cells
    cv::Size2f step{};                    ///< input pixels between cells, each > 0
    std::vector<cv::Size2f> anchors = {}; ///< pixels of the input, each > 0

    friend bool operator==(const AnchorLevel&, const AnchorLevel&) = default;
};

/// How AnchorHead reads a network. Made by retinanet_options(), ssd_options(), ssdlite_options() and
/// atss_options().
struct AnchorHeadOptions {
    NetworkInputOptions input{};          ///< the input that the network was trained on
    std::vector<AnchorLevel> levels = {}; ///< in the order of the rows
    float point = 0;                      ///< position of an anchor's centre in its cell, [0, 1]
    /// Factors on dx, dy, dw and dh (SSD: variances), each > 0.
    std::array<float, 4> factors = {1, 1, 1, 1};
    ScoreActivation scores = ScoreActivation::kLogit; ///< form of the class scores
    Centerness centerness = Centerness::kNone;        ///< how centerness is used
    SelectionOptions selection{};                     ///< which boxes become detections

    friend bool operator==(const AnchorHeadOptions&, const AnchorHeadOptions&) = default;
};

/// Boxes as offsets from anchors (Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017; Liu et al.,
/// "SSD", ECCV 2016): centre = anchor centre + d * anchor size, size = exp(d) * anchor size, at most 62.5
/// times the anchor size.
///
/// Outputs: classes, offsets and, unless it is Centerness::kNone, centerness. Each comes as one table
/// [1, anchors of all grids' cells, numbers], or as one map [1, anchors * numbers, H, W] or one table per
/// grid. Outputs of equal shape are distinguished by name (`cls`, `reg`, ...); otherwise they are taken in
/// the order offsets, centerness, classes.
class AnchorHead {
public:
    using Options = AnchorHeadOptions;

    /// @throws InvalidArgument  an option is out of range
    explicit AnchorHead(AnchorHeadOptions options) : options_(std::move(options)) {
        detail::check(options_.selection, "AnchorHead");
        if (options_.levels.empty())
            detail::throw_invalid(
                "AnchorHead: expected at least one level, got none; start from retinanet_options()");
        for (const AnchorLevel& level : options_.levels)
            check(level);
        if (!detail::is_within(options_.point, 0, 1))
            detail::throw_invalid("AnchorHead: expected point in [0, 1], got ", options_.point,
                                  "; use 0.5 for the cell's centre, 0 for its corner");
        if (!std::ranges::all_of(options_.factors,
                                 [](float factor) { return factor > 0 && detail::is_finite(factor); }))
            detail::throw_invalid("AnchorHead: expected factors above 0; SSD uses 0.1, 0.1, 0.2, 0.2");
    }

    [[nodiscard]] const AnchorHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, and the scores are plausible as
    /// probabilities or logits.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto parts = parts_of(outputs);
        return parts && detail::scores_fit(parts->classes, options_.scores);
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "AnchorHead");
        const auto parts = parts_of(outputs);
        if (!parts)
            detail::throw_wrong_outputs("AnchorHead", detail::text_of_parts(4, options_.centerness), outputs);
        detail::Candidates candidates(options_.selection);
        for (std::size_t level = 0; level < options_.levels.size(); ++level)
            add(*parts, level, candidates);
        detail::select(candidates, placement, detections);
    }

private:
    struct Parts {
        std::vector<detail::Level> offsets;
        std::vector<detail::Level> classes;
        std::vector<detail::Level> centerness; ///< empty if the family has none
    };

    static void check(const AnchorLevel& level) {
        const auto is_sound = [](cv::Size2f size) {
            return size.width > 0 && size.height > 0 && detail::is_finite(size.width) &&
                   detail::is_finite(size.height);
        };
        constexpr int kMostCells = 16'384;
        if (level.grid.width < 1 || level.grid.height < 1 || level.grid.width > kMostCells ||
            level.grid.height > kMostCells || !is_sound(level.step) || level.anchors.empty() ||
            !std::ranges::all_of(level.anchors, is_sound))
            detail::throw_invalid(
                "AnchorHead: expected levels of 1 to ", kMostCells,
                " cells along each axis, steps and anchors of positive size, at least one each");
    }

    [[nodiscard]] std::optional<Parts> parts_of(std::span<const NetworkOutput> outputs) const {
        std::vector<detail::Level> levels;
        for (const AnchorLevel& level : options_.levels)
            levels.push_back({.grid = level.grid, .anchors = level.anchors.size(), .values = {}});
        const detail::Role offsets{4, {"reg", "box", "loc", "delta"}};
        const detail::Role centerness{1, {"ctr", "centre", "center"}};
        const detail::Role classes{0, {}};
        const bool has_centerness = options_.centerness != Centerness::kNone;
        auto found = has_centerness ? detail::levels_by_role(outputs, levels, {offsets, centerness, classes})
                                    : detail::levels_by_role(outputs, levels, {offsets, classes});
        if (!found ||
            detail::ClassReader::class_count(options_.scores, found->back().front().values.columns) == 0)
            return std::nullopt;
        Parts parts{std::move(found->front()), std::move(found->back()), {}};
        if (has_centerness) parts.centerness = std::move((*found)[1]);
        return parts;
    }

    void add(const Parts& parts, std::size_t level, detail::Candidates& candidates) const {
        const detail::CellView& scores = parts.classes[level].values;
        detail::ClassReader classes(options_.scores, options_.selection.several_classes);
        for (std::size_t cell = 0; cell < scores.cells; ++cell)
            for (std::size_t anchor = 0; anchor < scores.anchors; ++anchor) {
                const float quality =
                    parts.centerness.empty() ? 1 : parts.centerness[level].values(cell, anchor, 0);
                const detail::Quality combine(options_.centerness, options_.scores, quality);
                const auto score = [&](std::size_t k) { return scores(cell, anchor, k); };
                for (const detail::ScoredClass& scored : classes.read(score, scores.columns)) {
                    const float certainty = combine(scored.probability);
                    if (candidates.is_enough(certainty))
                        candidates.add(box_of(parts.offsets[level], options_.levels[level], cell, anchor),
                                       certainty, scored.class_id);
                }
            }
    }

    [[nodiscard]] Box box_of(const detail::Level& offsets, const AnchorLevel& level, std::size_t cell,
                             std::size_t anchor) const {
        const cv::Size2f& size = level.anchors[anchor];
        const auto offset = [&](std::size_t k) {
            return offsets.values(cell, anchor, k) * options_.factors[k];
        };
        const auto growth = [&](std::size_t k) {
            const float logarithm = offset(k);
            return detail::is_nan(logarithm) ? logarithm
                                             : std::exp(std::min(logarithm, std::log(kMostGrowth)));
        };
        const float x =
            (offsets.column_of(cell) + options_.point) * level.step.width + offset(0) * size.width;
        const float y = (offsets.row_of(cell) + options_.point) * level.step.height + offset(1) * size.height;
        return detail::box_of_centre(x, y, growth(2) * size.width, growth(3) * size.height);
    }

    /// As in the family: from the smallest object to the whole image.
    static constexpr float kMostGrowth = 1000.0F / 16;

    AnchorHeadOptions options_;
};

static_assert(DetectorHead<AnchorHead>);

/// RetinaNet with anchors of 32 to 512 pixels in three scales and three shapes. As in torchvision, strides
/// are input size / grid size, and anchors are whole pixels.
[[nodiscard]] inline AnchorHeadOptions retinanet_options(cv::Size size = {800, 800}) {
    AnchorHeadOptions options{.input = {.size = size,
                                        .mean = {123.675F, 116.28F, 103.53F},
                                        .deviation = {58.395F, 57.12F, 57.375F},
                                        .rgb = true}};
    for (const int stride : {8, 16, 32, 64, 128}) {
        AnchorLevel level{.grid = detail::grid_of(size, stride)};
        const cv::Size step{size.width / level.grid.width, size.height / level.grid.height};
        level.step = {static_cast<float>(step.width), static_cast<float>(step.height)};
        for (const double ratio : {0.5, 1.0, 2.0})
            for (const double power : {0.0, 1.0 / 3, 2.0 / 3}) {
                const int side = static_cast<int>(4 * stride * std::exp2(power));
                const auto whole = [&](double length) {
                    return static_cast<float>(2 * std::nearbyint(length / 2));
                };
                level.anchors.emplace_back(whole(side / std::sqrt(ratio)), whole(side * std::sqrt(ratio)));
            }
        options.levels.push_back(std::move(level));
    }
    return options;
}

/// ATSS: one anchor of eight strides per cell, with centerness.
[[nodiscard]] inline AnchorHeadOptions atss_options(cv::Size size = {800, 800}) {
    AnchorHeadOptions options = retinanet_options(size);
    options.factors = {0.1F, 0.1F, 0.2F, 0.2F};
    options.centerness = Centerness::kRoot;
    int stride = 8;
    for (AnchorLevel& level : options.levels) {
        const auto step = static_cast<float>(stride);
        level.step = {step, step};
        level.anchors = {{8 * step, 8 * step}};
        stride *= 2;
    }
    return options;
}

namespace detail {

/// The default boxes of an SSD grid: two squares, and two boxes for each shape.
[[nodiscard]] inline std::vector<cv::Size2f> default_boxes(cv::Size input, double scale, double next_scale,
                                                           std::span<const double> ratios) {
    std::vector<cv::Size2f> boxes;
    const auto add = [&](double width, double height) {
        boxes.emplace_back(static_cast<float>(std::min(width, 1.0) * input.width),
                           static_cast<float>(std::min(height, 1.0) * input.height));
    };
    const double between = std::sqrt(scale * next_scale);
    add(scale, scale);
    add(between, between);
    for (const double ratio : ratios) {
        add(scale * std::sqrt(ratio), scale / std::sqrt(ratio));
        add(scale / std::sqrt(ratio), scale * std::sqrt(ratio));
    }
    return boxes;
}

/// Options common to all SSDs; each axis is stretched.
[[nodiscard]] inline AnchorHeadOptions ssd_base(const NetworkInputOptions& input) {
    AnchorHeadOptions options{.input = input};
    options.input.fit = ImageFit::kStretch;
    options.input.rgb = true;
    options.point = 0.5F;
    options.factors = {0.1F, 0.1F, 0.2F, 0.2F};
    options.scores = ScoreActivation::kSoftmaxBackgroundFirst;
    return options;
}

} // namespace detail

/// SSD300 with VGG-16 as in torchvision; class 0 is its label 1.
[[nodiscard]] inline AnchorHeadOptions ssd_options(cv::Size size = {300, 300}) {
    constexpr std::array<double, 7> kScales{0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05};
    constexpr std::array<int, 6> kSteps{8, 16, 32, 64, 100, 300};
    constexpr std::array<double, 2> kRatios{2, 3};
    AnchorHeadOptions options = detail::ssd_base({.size = size, .mean = {123, 117, 104}});
    cv::Size grid;
    for (std::size_t k = 0; k < kSteps.size(); ++k) {
        const auto step = static_cast<float>(kSteps[k]);
        const bool unpadded = k >= 4; // the last two convolutions remove a cell on each side
        grid = unpadded ? cv::Size(std::max(grid.width - 2, 1), std::max(grid.height - 2, 1))
                        : detail::grid_of(size, kSteps[k]);
        const std::size_t shapes = k == 0 || unpadded ? 1 : 2;
        options.levels.push_back(
            {grid,
             {step, step},
             detail::default_boxes(size, kScales[k], kScales[k + 1], std::span(kRatios).first(shapes))});
    }
    return options;
}

/// SSDLite320 with MobileNetV3 as in torchvision; class 0 is its label 1.
[[nodiscard]] inline AnchorHeadOptions ssdlite_options(cv::Size size = {320, 320}) {
    constexpr std::array<double, 2> kRatios{2, 3};
    constexpr double kGrey = 127.5;
    constexpr auto kMean = static_cast<float>(kGrey);
    AnchorHeadOptions options =
        detail::ssd_base({.size = size, .mean = {kMean, kMean, kMean}, .deviation = {kMean, kMean, kMean}});
    for (int k = 0; k < 6; ++k) {
        const cv::Size grid = detail::grid_of(size, 16 << k);
        const double scale = 0.2 + 0.15 * k, next = k == 5 ? 1.0 : scale + 0.15;
        options.levels.push_back({grid,
                                  {static_cast<float>(size.width) / static_cast<float>(grid.width),
                                   static_cast<float>(size.height) / static_cast<float>(grid.height)},
                                  detail::default_boxes(size, scale, next, kRatios)});
    }
    return options;
}

} // namespace fgagt
