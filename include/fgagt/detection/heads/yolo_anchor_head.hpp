#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/box_form.hpp>
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

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How a YOLO grid encodes the size of a box.
enum class AnchorSizeRule : std::uint8_t {
    /// anchor * exp(t): YOLOv2 to v4.
    kExponential,
    /// anchor * (2 sigmoid(t))^2: Scaled-YOLOv4, YOLOv5, YOLOR, YOLOv7.
    kSquare,
};

/// One grid of YoloAnchorHead.
struct YoloAnchorLevel {
    int stride = 8;                       ///< input pixels per cell, [1, 4096]
    std::vector<cv::Size2f> anchors = {}; ///< pixels of the input, each > 0
    /// Position of a centre in its cell: s * this - (this - 1) / 2, with this in [1, 4].
    float centre_scale = 1;

    friend bool operator==(const YoloAnchorLevel&, const YoloAnchorLevel&) = default;
};

/// How YoloAnchorHead reads a network.
struct YoloAnchorHeadOptions {
    /// Red first, grey levels / 255, letterboxed in the centre.
    NetworkInputOptions input{
        .size = {640, 640}, .fit = ImageFit::kLetterboxCentred, .deviation = {255, 255, 255}, .rgb = true};
    std::vector<YoloAnchorLevel> levels = {}; ///< in the order of the rows, if all are in one table
    AnchorSizeRule size_rule = AnchorSizeRule::kExponential; ///< how sizes are encoded
    /// Form of the class scores: kLogit, kSoftmax, or kProbability if the network has already applied all
    /// sigmoids.
    ScoreActivation scores = ScoreActivation::kLogit;
    SelectionOptions selection{}; ///< which boxes become detections

    friend bool operator==(const YoloAnchorHeadOptions&, const YoloAnchorHeadOptions&) = default;
};

/// YOLO grids with anchors (Redmon and Farhadi, "YOLO9000", CVPR 2017, and its successors). Each anchor of
/// each cell has x, y, w, h, objectness and the classes; centre = (cell + sigmoid) * stride,
/// score = objectness * class.
///
/// Outputs with raw boxes: per grid a map [1, anchors * (5 + classes), H, W] or
/// [1, anchors, H, W, 5 + classes], or a table. Outputs with boxes decoded by the network: one table
/// [1, anchors of all grids' cells, 5 + classes] in pixels; the raw grids may be there too and are ignored.
class YoloAnchorHead {
public:
    using Options = YoloAnchorHeadOptions;

    /// @throws InvalidArgument  an option is out of range
    explicit YoloAnchorHead(YoloAnchorHeadOptions options) : options_(std::move(options)) {
        detail::check(options_.selection, "YoloAnchorHead");
        if (options_.levels.empty())
            detail::throw_invalid(
                "YoloAnchorHead: expected at least one level, got none; give strides and anchors, or "
                "start from yolov5_options()");
        for (const YoloAnchorLevel& level : options_.levels)
            check(level);
        if (options_.scores == ScoreActivation::kSoftmaxBackgroundFirst ||
            options_.scores == ScoreActivation::kSoftmaxBackgroundLast)
            detail::throw_invalid(
                "YoloAnchorHead: expected scores without a background; objectness takes its place");
    }

    [[nodiscard]] const YoloAnchorHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, objectness is plausible as a
    /// probability or logit, and decoded boxes are spread over the whole input.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        if (const auto rows = decoded_rows(outputs, options_.input.size)) {
            const detail::BoxReader box(BoxForm::kCentre, BoxUnit::kPixels, options_.input.size);
            return detail::boxes_fill_input(rows->boxes, box, options_.input.size) &&
                   detail::are_probabilities(rows->scores);
        }
        const auto levels = raw_levels(outputs, options_.input.size);
        const auto is_probable = [](const detail::Level& level) {
            return detail::lies_within(level.values, kObjectness, 0, 1);
        };
        return levels && std::ranges::all_of(*levels, is_probable) ==
                             (options_.scores == ScoreActivation::kProbability);
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "YoloAnchorHead");
        detail::Candidates candidates(options_.selection);
        if (const auto rows = decoded_rows(outputs, placement.input)) {
            const detail::BoxReader box(BoxForm::kCentre, BoxUnit::kPixels, placement.input);
            detail::add_rows(*rows, box, Objectness::kFactor, candidates);
        } else if (const auto levels = raw_levels(outputs, placement.input)) {
            for (std::size_t level = 0; level < levels->size(); ++level)
                add((*levels)[level], options_.levels[level], candidates);
        } else {
            detail::throw_wrong_outputs(
                "YoloAnchorHead",
                "per grid a map [1, anchors * (5 + classes), H, W], or one table [1, anchors of "
                "all grids' cells, 5 + classes]",
                outputs);
        }
        detail::select(candidates, placement, detections);
    }

private:
    static constexpr std::size_t kObjectness = 4, kFirstClass = 5;

    static void check(const YoloAnchorLevel& level) {
        detail::check_strides({&level.stride, 1}, "YoloAnchorHead");
        const auto is_sound = [](cv::Size2f anchor) {
            return anchor.width > 0 && anchor.height > 0 && detail::is_finite(anchor.width) &&
                   detail::is_finite(anchor.height);
        };
        if (level.anchors.empty() || !std::ranges::all_of(level.anchors, is_sound))
            detail::throw_invalid(
                "YoloAnchorHead: expected at least one anchor per level, each of positive size");
        if (!detail::is_within(level.centre_scale, 1, 4))
            detail::throw_invalid("YoloAnchorHead: expected centre_scale in [1, 4], got ", level.centre_scale,
                                  "; Darknet's files call it scale_x_y");
    }

    [[nodiscard]] std::vector<detail::Level> empty_levels(cv::Size input) const {
        std::vector<detail::Level> levels;
        for (const YoloAnchorLevel& level : options_.levels)
            levels.push_back({.grid = detail::grid_of(input, level.stride),
                              .stride = level.stride,
                              .anchors = level.anchors.size(),
                              .values = {}});
        return levels;
    }

    [[nodiscard]] std::optional<std::vector<detail::Level>> raw_levels(std::span<const NetworkOutput> outputs,
                                                                       cv::Size input) const {
        auto levels = detail::separate_levels(detail::pointers_to(outputs), empty_levels(input));
        if (levels && levels->front().values.columns <= kFirstClass) levels.reset();
        return levels;
    }

    /// The table of decoded rows; all other outputs must be raw grids.
    [[nodiscard]] std::optional<detail::RowTables> decoded_rows(std::span<const NetworkOutput> outputs,
                                                                cv::Size input) const {
        const std::vector<detail::Level> levels = empty_levels(input);
        std::size_t rows = 0;
        for (const detail::Level& level : levels)
            rows += detail::cell_count(level.grid) * level.anchors;
        std::optional<detail::CellView> table;
        std::vector<const NetworkOutput*> rest;
        for (const NetworkOutput& output : outputs) {
            const auto view =
                outputs.size() == levels.size() ? std::nullopt : detail::table_view(output, rows);
            if (view && view->columns > kFirstClass && !table)
                table = view;
            else
                rest.push_back(&output);
        }
        if (levels.size() == 1 && outputs.size() == 1)
            return std::nullopt; // a single grid is recognised by its map
        if (!table || (!rest.empty() && !detail::separate_levels(rest, levels))) return std::nullopt;
        return detail::split_rows(*table);
    }

    [[nodiscard]] float activated(float raw) const noexcept {
        return options_.scores == ScoreActivation::kProbability ? raw : detail::sigmoid(raw);
    }

    void add(const detail::Level& level, const YoloAnchorLevel& shape, detail::Candidates& candidates) const {
        detail::ClassReader classes(options_.scores, options_.selection.several_classes);
        const detail::CellView& values = level.values;
        for (std::size_t cell = 0; cell < values.cells; ++cell)
            for (std::size_t anchor = 0; anchor < values.anchors; ++anchor) {
                const float raw = values(cell, anchor, kObjectness);
                const float objectness = activated(raw);
                if (!detail::is_finite(raw) || !candidates.is_enough(objectness)) continue;
                const auto score = [&](std::size_t k) { return values(cell, anchor, kFirstClass + k); };
                for (const detail::ScoredClass& scored : classes.read(score, values.columns - kFirstClass))
                    candidates.add(box_of(level, shape, cell, anchor), objectness * scored.probability,
                                   scored.class_id);
            }
    }

    [[nodiscard]] Box box_of(const detail::Level& level, const YoloAnchorLevel& shape, std::size_t cell,
                             std::size_t anchor) const {
        const auto centre = [&](std::size_t column, float place) {
            const float within = activated(level.values(cell, anchor, column)) * shape.centre_scale;
            return (within - 0.5F * (shape.centre_scale - 1) + place) * static_cast<float>(level.stride);
        };
        const auto factor = [&](std::size_t column) {
            const float raw = level.values(cell, anchor, column);
            if (options_.size_rule == AnchorSizeRule::kExponential) return std::exp(raw);
            const float half = activated(raw);
            return 4 * half * half;
        };
        const cv::Size2f& size = shape.anchors[anchor];
        return detail::box_of_centre(centre(0, level.column_of(cell)), centre(1, level.row_of(cell)),
                                     factor(2) * size.width, factor(3) * size.height);
    }

    YoloAnchorHeadOptions options_;
};

static_assert(DetectorHead<YoloAnchorHead>);

/// YOLOv2 trained on COCO: one grid, mutually exclusive classes; each axis stretched.
[[nodiscard]] inline YoloAnchorHeadOptions yolov2_options(cv::Size size = {416, 416}) {
    YoloAnchorHeadOptions options;
    options.input.size = size;
    options.input.fit = ImageFit::kStretch;
    options.scores = ScoreActivation::kSoftmax;
    constexpr float kStride = 32; // Darknet's file gives these anchors in cells
    options.levels = {{.stride = 32,
                       .anchors = {{0.57273F * kStride, 0.677385F * kStride},
                                   {1.87446F * kStride, 2.06253F * kStride},
                                   {3.33843F * kStride, 5.47434F * kStride},
                                   {7.88282F * kStride, 3.52778F * kStride},
                                   {9.77052F * kStride, 9.16828F * kStride}}}};
    return options;
}

/// YOLOv3 trained on COCO; each axis stretched.
[[nodiscard]] inline YoloAnchorHeadOptions yolov3_options(cv::Size size = {416, 416}) {
    YoloAnchorHeadOptions options;
    options.input.size = size;
    options.input.fit = ImageFit::kStretch;
    options.levels = {{.stride = 8, .anchors = {{10, 13}, {16, 30}, {33, 23}}},
                      {.stride = 16, .anchors = {{30, 61}, {62, 45}, {59, 119}}},
                      {.stride = 32, .anchors = {{116, 90}, {156, 198}, {373, 326}}}};
    return options;
}

/// YOLOv4 trained on COCO; each axis stretched.
[[nodiscard]] inline YoloAnchorHeadOptions yolov4_options(cv::Size size = {416, 416}) {
    YoloAnchorHeadOptions options = yolov3_options(size);
    options.levels = {{.stride = 8, .anchors = {{12, 16}, {19, 36}, {40, 28}}, .centre_scale = 1.2F},
                      {.stride = 16, .anchors = {{36, 75}, {76, 55}, {72, 146}}, .centre_scale = 1.1F},
                      {.stride = 32, .anchors = {{142, 110}, {192, 243}, {459, 401}}, .centre_scale = 1.05F}};
    return options;
}

/// YOLOv5 trained on COCO, and YOLOv5-Lite: YOLOv3's anchors, the square rule, letterboxed in the centre.
[[nodiscard]] inline YoloAnchorHeadOptions yolov5_options(cv::Size size = {640, 640}) {
    YoloAnchorHeadOptions options = yolov3_options(size);
    options.input.fit = ImageFit::kLetterboxCentred;
    options.size_rule = AnchorSizeRule::kSquare;
    for (YoloAnchorLevel& level : options.levels)
        level.centre_scale = 2;
    return options;
}

/// YOLOv7 and YOLOv4-CSP (Scaled-YOLOv4) trained on COCO: YOLOv4's anchors, the square rule.
[[nodiscard]] inline YoloAnchorHeadOptions yolov7_options(cv::Size size = {640, 640}) {
    YoloAnchorHeadOptions options = yolov5_options(size);
    const YoloAnchorHeadOptions anchors = yolov4_options(size);
    for (std::size_t level = 0; level < options.levels.size(); ++level)
        options.levels[level].anchors = anchors.levels[level].anchors;
    return options;
}

/// YOLOR-P6 trained on COCO: a fourth, coarser grid.
[[nodiscard]] inline YoloAnchorHeadOptions yolor_options(cv::Size size = {1280, 1280}) {
    YoloAnchorHeadOptions options = yolov5_options(size);
    options.levels = {{.stride = 8, .anchors = {{19, 27}, {44, 40}, {38, 94}}, .centre_scale = 2},
                      {.stride = 16, .anchors = {{96, 68}, {86, 152}, {180, 137}}, .centre_scale = 2},
                      {.stride = 32, .anchors = {{140, 301}, {303, 264}, {238, 542}}, .centre_scale = 2},
                      {.stride = 64, .anchors = {{436, 615}, {739, 380}, {925, 792}}, .centre_scale = 2}};
    return options;
}

/// TPH-YOLOv5: YOLOv5 with a fourth, finer grid.
[[nodiscard]] inline YoloAnchorHeadOptions tph_yolov5_options(cv::Size size = {1536, 1536}) {
    YoloAnchorHeadOptions options = yolov5_options(size);
    options.levels.insert(options.levels.begin(),
                          {.stride = 4, .anchors = {{5, 6}, {8, 14}, {15, 11}}, .centre_scale = 2});
    return options;
}

} // namespace fgagt
