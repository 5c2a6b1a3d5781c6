#pragma once

#include <fgagt/core/errors.hpp>
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
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How YoloRowsHead reads a network; the defaults are those of YOLOv8.
struct YoloRowsHeadOptions {
    /// Red first, grey levels / 255, letterboxed in the centre.
    NetworkInputOptions input{
        .size = {640, 640}, .fit = ImageFit::kLetterboxCentred, .deviation = {255, 255, 255}, .rgb = true};
    BoxForm form = BoxForm::kCentre;           ///< form of the first four numbers of a row
    BoxUnit unit = BoxUnit::kPixels;           ///< unit of the first four numbers of a row
    Objectness objectness = Objectness::kNone; ///< whether objectness is between box and classes
    bool apart = false;                        ///< boxes and classes are two outputs, not one
    std::vector<int> strides = {8, 16, 32};    ///< input pixels per cell of each grid
    int anchors = 1;                           ///< rows per cell, [1, 64]
    SelectionOptions selection{};              ///< which boxes become detections

    friend bool operator==(const YoloRowsHeadOptions&, const YoloRowsHeadOptions&) = default;
};

/// YOLO grids whose boxes the network decodes itself, with or without anchors. A row has a box, optionally an
/// objectness, and the class probabilities. YOLOv3 to v8 and their relatives are exported this way, as are
/// PP-YOLOE, YOLO-NAS and DAMO-YOLO.
///
/// Outputs: one table [1, rows, 4 + classes] (5 + classes with objectness) or its transpose, with a row for
/// each anchor of each cell of each grid. If `apart` is set: boxes [1, rows, 4] and classes
/// [1, rows, classes], or their transposes.
class YoloRowsHead {
public:
    using Options = YoloRowsHeadOptions;

    YoloRowsHead() : YoloRowsHead(YoloRowsHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit YoloRowsHead(YoloRowsHeadOptions options) : options_(std::move(options)) {
        detail::check_strides(options_.strides, "YoloRowsHead");
        detail::check(options_.selection, "YoloRowsHead");
        if (options_.anchors < 1 || options_.anchors > 64)
            detail::throw_invalid("YoloRowsHead: expected anchors in [1, 64], got ", options_.anchors,
                                  "; use 1 for networks without anchors, 3 for most others");
    }

    [[nodiscard]] const YoloRowsHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, boxes are spread over the whole
    /// input, and scores are in [0, 1]. As exported, a single table must be column by column without
    /// objectness, and row by row with it.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto tables = tables_of(outputs, options_.input.size);
        const detail::BoxReader box(options_.form, options_.unit, options_.input.size);
        return tables && (options_.apart || is_usual_layout(tables->boxes)) &&
               detail::boxes_fill_input(tables->boxes, box, options_.input.size) &&
               detail::are_probabilities(tables->scores);
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "YoloRowsHead");
        const auto tables = tables_of(outputs, placement.input);
        if (!tables)
            detail::throw_wrong_outputs(
                "YoloRowsHead",
                "a table with one row per cell and anchor (box, objectness if any, classes), "
                "or a table of boxes and one of classes",
                outputs);
        detail::Candidates candidates(options_.selection);
        const detail::BoxReader box(options_.form, options_.unit, placement.input);
        detail::add_rows(*tables, box, options_.objectness, candidates);
        detail::select(candidates, placement, detections);
    }

private:
    [[nodiscard]] bool is_usual_layout(const detail::CellView& rows) const noexcept {
        return (rows.column_stride == 1) == (options_.objectness != Objectness::kNone);
    }

    [[nodiscard]] std::optional<detail::RowTables> tables_of(std::span<const NetworkOutput> outputs,
                                                             cv::Size input) const {
        std::size_t rows = 0;
        for (const int stride : options_.strides)
            rows += detail::cell_count(detail::grid_of(input, stride)) *
                    static_cast<std::size_t>(options_.anchors);
        if (outputs.size() != (options_.apart ? 2 : 1)) return std::nullopt;
        return detail::row_tables(outputs, rows, options_.objectness);
    }

    YoloRowsHeadOptions options_;
};

static_assert(DetectorHead<YoloRowsHead>);

/// YOLOv8 and networks of the same form (v9, 11) as their authors export them: no objectness,
/// [1, 4 + classes, cells].
[[nodiscard]] inline YoloRowsHeadOptions yolov8_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options;
    options.input.size = size;
    return options;
}

/// YOLOv6, and YOLOX if its network decodes boxes: rows with objectness.
[[nodiscard]] inline YoloRowsHeadOptions yolov6_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolov8_options(size);
    options.objectness = Objectness::kFactor;
    return options;
}

/// YOLO-NAS: corners of boxes and classes as separate outputs.
[[nodiscard]] inline YoloRowsHeadOptions yolo_nas_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolov8_options(size);
    options.form = BoxForm::kCorners;
    options.apart = true;
    return options;
}

/// PP-YOLOE without its own suppression: corners of boxes and classes as separate outputs; the classes are
/// [1, classes, cells].
[[nodiscard]] inline YoloRowsHeadOptions ppyoloe_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolo_nas_options(size);
    options.input.fit = ImageFit::kStretch;
    return options;
}

/// DAMO-YOLO: corners of boxes and classes as separate outputs; grey levels 0 to 255, letterboxed at the top
/// left on black.
[[nodiscard]] inline YoloRowsHeadOptions damo_yolo_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolo_nas_options(size);
    options.input = {.size = size, .padding = 0, .rgb = true};
    return options;
}

} // namespace fgagt
