#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/box_form.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
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
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How SetPredictionHead reads a network; the defaults are those of DETR.
struct SetPredictionHeadOptions {
    /// Red first, the mean and deviation of ImageNet, each axis stretched.
    NetworkInputOptions input{.size = {800, 800},
                              .fit = ImageFit::kStretch,
                              .mean = {123.675F, 116.28F, 103.53F},
                              .deviation = {58.395F, 57.12F, 57.375F},
                              .rgb = true};
    ScoreActivation scores = ScoreActivation::kSoftmaxBackgroundLast; ///< form of the class scores
    BoxForm form = BoxForm::kCentre;                                  ///< form of the boxes
    BoxUnit unit = BoxUnit::kRelative;                                ///< unit of the boxes
    /// Which boxes become detections; a set has no duplicates.
    SelectionOptions selection{.suppression = Suppression::kNone};

    friend bool operator==(const SetPredictionHeadOptions&, const SetPredictionHeadOptions&) = default;
};

/// A set of objects, one per query of a transformer (Carion et al., "End-to-End Object Detection with
/// Transformers", ECCV 2020, and its successors).
///
/// Outputs: boxes [1, queries, 4] and classes [1, queries, classes]. If there are four classes, the two are
/// distinguished by name (`box`), or else taken in the order boxes, classes.
class SetPredictionHead {
public:
    using Options = SetPredictionHeadOptions;

    SetPredictionHead() : SetPredictionHead(SetPredictionHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit SetPredictionHead(SetPredictionHeadOptions options) : options_(std::move(options)) {
        detail::check(options_.selection, "SetPredictionHead");
    }

    [[nodiscard]] const SetPredictionHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, boxes lie within the input, and the
    /// scores are plausible as probabilities or logits.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto tables = tables_of(outputs);
        if (!tables) return false;
        if (options_.unit == BoxUnit::kRelative)
            for (std::size_t column = 0; column < 4; ++column)
                if (!detail::lies_within(tables->boxes, column, 0, 1)) return false;
        return detail::are_probabilities(tables->scores) ==
               (options_.scores == ScoreActivation::kProbability);
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "SetPredictionHead");
        const auto tables = tables_of(outputs);
        if (!tables)
            detail::throw_wrong_outputs("SetPredictionHead",
                                        "boxes [1, queries, 4] and classes [1, queries, classes]", outputs);
        detail::Candidates candidates(options_.selection);
        const detail::BoxReader box(options_.form, options_.unit, placement.input);
        detail::ClassReader classes(options_.scores, options_.selection.several_classes);
        for (std::size_t query = 0; query < tables->boxes.cells; ++query) {
            const auto score = [&](std::size_t k) { return tables->scores(query, k); };
            for (const detail::ScoredClass& scored : classes.read(score, tables->scores.columns))
                candidates.add(box(tables->boxes, query), scored.probability, scored.class_id);
        }
        detail::select(candidates, placement, detections);
    }

private:
    [[nodiscard]] std::optional<detail::RowTables> tables_of(std::span<const NetworkOutput> outputs) const {
        if (outputs.size() != 2) return std::nullopt;
        for (const NetworkOutput& output : outputs) {
            const std::size_t rows = queries(output);
            auto tables = rows > 0 ? detail::row_tables(outputs, rows, Objectness::kNone) : std::nullopt;
            if (tables && detail::ClassReader::class_count(options_.scores, tables->scores.columns) > 0)
                return tables;
        }
        return std::nullopt;
    }

    /// Number of rows of a tensor [1, rows, columns].
    [[nodiscard]] static std::size_t queries(const NetworkOutput& output) {
        const cv::Mat& values = output.values;
        return values.dims >= 2 ? static_cast<std::size_t>(values.size[values.dims - 2]) : 0;
    }

    SetPredictionHeadOptions options_;
};

static_assert(DetectorHead<SetPredictionHead>);

/// DETR: mutually exclusive classes; the last is the background.
[[nodiscard]] inline SetPredictionHeadOptions detr_options(cv::Size size = {800, 800}) {
    SetPredictionHeadOptions options;
    options.input.size = size;
    return options;
}

/// Deformable DETR, DAB-DETR, DN-DETR, H-DETR: independent classes.
[[nodiscard]] inline SetPredictionHeadOptions deformable_detr_options(cv::Size size = {800, 800}) {
    SetPredictionHeadOptions options = detr_options(size);
    options.scores = ScoreActivation::kLogit;
    return options;
}

/// DDQ-DETR: the same, but two queries may find the same object.
[[nodiscard]] inline SetPredictionHeadOptions ddq_options(cv::Size size = {800, 800}) {
    SetPredictionHeadOptions options = deformable_detr_options(size);
    options.selection.suppression = Suppression::kHard;
    options.selection.max_overlap = 0.7F;
    return options;
}

/// RT-DETR: independent classes; grey levels / 255.
[[nodiscard]] inline SetPredictionHeadOptions rt_detr_options(cv::Size size = {640, 640}) {
    SetPredictionHeadOptions options = deformable_detr_options(size);
    options.input.mean = {0, 0, 0};
    options.input.deviation = {255, 255, 255};
    return options;
}

} // namespace fgagt
