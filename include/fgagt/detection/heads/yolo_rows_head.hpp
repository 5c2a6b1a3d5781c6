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
    /// Red first, grey levels / 255, letterboxed in the middle.
    NetworkInputOptions input{
        .size = {640, 640}, .fit = ImageFit::kLetterboxCentred, .deviation = {255, 255, 255}, .rgb = true};
    BoxForm form = BoxForm::kCentre;           ///< of the first four numbers of a row
    BoxUnit unit = BoxUnit::kPixels;           ///< of the same
    Objectness objectness = Objectness::kNone; ///< what comes between the box and the classes
    bool apart = false;                        ///< boxes and classes come as two outputs, not as one
    std::vector<int> strides = {8, 16, 32};    ///< input pixels per cell of each grid
    int anchors = 1;                           ///< rows per cell, [1, 64]
    SelectionOptions selection{};              ///< which boxes become detections

    friend bool operator==(const YoloRowsHeadOptions&, const YoloRowsHeadOptions&) = default;
};

/// YOLO grids whose boxes the network has decoded itself, with anchors or without: rows of a box, perhaps
/// objectness, and the classes' probabilities. YOLOv3 to v8 and their relatives are exported so, and
/// PP-YOLOE, YOLO-NAS and DAMO-YOLO.
///
/// Outputs: one table [1, rows, 4 + classes] (5 + with objectness) or its transpose, with a row per anchor of
/// every grid's cells; or, where they are apart, boxes [1, rows, 4] and classes
/// [1, rows, classes] or the transpose.
class YoloRowsHead {
public:
    using Options = YoloRowsHeadOptions;

    YoloRowsHead() : YoloRowsHead(YoloRowsHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of its range
    explicit YoloRowsHead(YoloRowsHeadOptions options) : options_(std::move(options)) {
        detail::check_strides(options_.strides, "YoloRowsHead");
        detail::check(options_.selection, "YoloRowsHead");
        if (options_.anchors < 1 || options_.anchors > 64)
            detail::throw_invalid("YoloRowsHead: expected anchors in [1, 64], got ", options_.anchors,
                                  "; use 1 for networks without anchors, 3 for most with");
    }

    [[nodiscard]] const YoloRowsHeadOptions& options() const noexcept { return options_; }
    /// What the network is trained to see.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether outputs look like this family's: their shapes, boxes all over the input, scores in [0, 1]. One
    /// table without objectness is expected column by column and one with it row by row, as they are
    /// exported.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto tables = tables_of(outputs, options_.input.size);
        const detail::BoxReader box(options_.form, options_.unit, options_.input.size);
        return tables && (options_.apart || is_usual_layout(tables->boxes)) &&
               detail::boxes_fill_input(tables->boxes, box, options_.input.size) &&
               detail::are_probabilities(tables->scores);
    }

    /// Replaces `detections` by those of the frame, best first, in its pixels.
    ///
    /// @throws InvalidArgument  the outputs' shapes are others
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "YoloRowsHead");
        const auto tables = tables_of(outputs, placement.input);
        if (!tables)
            detail::throw_wrong_outputs(
                "YoloRowsHead",
                "a table of one row per cell and anchor, of a box, objectness if any and classes, "
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

/// YOLOv8 and those of the same form (v9, 11), as their authors export them: no objectness, [1, 4 + classes,
/// cells].
[[nodiscard]] inline YoloRowsHeadOptions yolov8_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options;
    options.input.size = size;
    return options;
}

/// YOLOv6, and YOLOX where its network decodes boxes: rows with objectness.
[[nodiscard]] inline YoloRowsHeadOptions yolov6_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolov8_options(size);
    options.objectness = Objectness::kFactor;
    return options;
}

/// YOLO-NAS: corners of boxes apart from the classes.
[[nodiscard]] inline YoloRowsHeadOptions yolo_nas_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolov8_options(size);
    options.form = BoxForm::kCorners;
    options.apart = true;
    return options;
}

/// PP-YOLOE without its own suppression: corners of boxes apart from the classes, [1, classes, cells].
[[nodiscard]] inline YoloRowsHeadOptions ppyoloe_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolo_nas_options(size);
    options.input.fit = ImageFit::kStretch;
    return options;
}

/// DAMO-YOLO: corners of boxes apart from the classes; grey levels 0 to 255, letterboxed at the top left on
/// black.
[[nodiscard]] inline YoloRowsHeadOptions damo_yolo_options(cv::Size size = {640, 640}) {
    YoloRowsHeadOptions options = yolo_nas_options(size);
    options.input = {.size = size, .padding = 0, .rgb = true};
    return options;
}

} // namespace fgagt
