#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/box_form.hpp>
#include <fgagt/detection/heads/decoded_columns.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
#include <fgagt/detection/heads/detail/decoded_outputs.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/mask_painting.hpp>
#include <fgagt/detection/heads/detail/rows.hpp>
#include <fgagt/detection/heads/detail/select.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/detection/heads/instance_mask.hpp>
#include <fgagt/detection/heads/selection_options.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How DecodedHead reads a network; the defaults are those of two-stage detectors as torchvision exports
/// them.
struct DecodedHeadOptions {
    /// Red first, grey levels / 255, letterboxed at the top left; such networks normalise colours themselves.
    NetworkInputOptions input{.size = {800, 800}, .deviation = {255, 255, 255}, .rgb = true};
    BoxForm form = BoxForm::kCorners; ///< form of the boxes
    BoxUnit unit = BoxUnit::kPixels;  ///< unit of the boxes
    DecodedColumns columns{};         ///< columns of a single table
    bool table_only = false;          ///< accept only the form with one table
    int first_label = 0;              ///< label of class 0, >= 0; lower labels are padding
    /// Minimum mask value of the object's pixels. Use 0 if masks are logits.
    float mask_threshold = 0.5F;
    /// Which boxes become detections; most such networks remove duplicates themselves.
    SelectionOptions selection{.suppression = Suppression::kNone};

    friend bool operator==(const DecodedHeadOptions&, const DecodedHeadOptions&) = default;
};

/// Boxes, scores and labels that the network decodes itself: R-FCN, DCN, Mask R-CNN, detectors trained with
/// repulsion loss, and any network exported with non-maximum suppression.
///
/// Outputs, one of:
///
/// - one table [..., N, columns], see DecodedColumns;
/// - boxes [..., N, 4], scores [N] and labels [N];
/// - boxes with scores [..., N, 5] and labels [N].
///
/// Scores and labels are distinguished by name (`score`, `conf`; `label`, `class`). Otherwise the labels are
/// the output with whole numbers, or else the first one. There may also be the number of valid rows (`num`),
/// and masks: one per row, or one per row and label, over its box (for example [N, 28, 28]) or over the whole
/// input.
class DecodedHead {
public:
    using Options = DecodedHeadOptions;

    DecodedHead() : DecodedHead(DecodedHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit DecodedHead(DecodedHeadOptions options) : options_(std::move(options)) {
        detail::check(options_.selection, "DecodedHead");
        detail::check(options_.columns, "DecodedHead");
        if (options_.first_label < 0)
            detail::throw_invalid("DecodedHead: expected first_label >= 0, got ", options_.first_label,
                                  "; use 1 if label 0 is the background");
        if (!detail::is_finite(options_.mask_threshold))
            detail::throw_invalid("DecodedHead: expected a finite mask_threshold; 0.5 is usual");
    }

    [[nodiscard]] const DecodedHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family: their shapes match, scores are in [0, 1], and labels
    /// are whole numbers.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        const auto found = detail::decoded_outputs(outputs, options_.columns, options_.table_only);
        if (!found) return false;
        for (std::size_t row = 0; row < found->boxes.cells; ++row) {
            const float label = found->labels(row, 0);
            if (label != std::round(label)) return false;
        }
        return detail::are_probabilities(found->scores);
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        const detail::DecodedOutputs found = outputs_of(outputs);
        detail::Candidates candidates = candidates_of(found, placement);
        detail::select(candidates, placement, detections);
    }

    /// The same, with a mask for each detection.
    ///
    /// @param outputs     outputs of the network, in any order
    /// @param placement   where the frame lies in the input
    /// @param detections  [M] replaced by those in the frame, best score first, in pixels of the frame
    /// @param masks       [M] replaced by the masks of `detections`, in the same order
    /// @throws InvalidArgument  the outputs do not have the shapes of this family, or have no masks
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections, std::vector<InstanceMask>& masks) const {
        const detail::DecodedOutputs found = outputs_of(outputs);
        if (found.masks == nullptr && found.boxes.cells > 0)
            detail::throw_wrong_outputs("DecodedHead", "masks in addition to boxes, scores and labels",
                                        outputs);
        detail::Candidates candidates = candidates_of(found, placement);
        const detail::BoxReader box(options_.form, options_.unit, placement.input);
        detections.clear();
        masks.clear();
        for (const detail::Candidate& candidate : detail::selected(candidates, placement)) {
            detections.push_back(
                {.box = candidate.box, .score = candidate.score, .class_id = candidate.class_id});
            const Box whole = placement.to_frame(box(found.boxes, candidate.source));
            masks.push_back(detail::painted(mask_of(found, candidate, whole, placement), candidate.box,
                                            placement.frame, options_.mask_threshold));
        }
    }

private:
    [[nodiscard]] detail::DecodedOutputs outputs_of(std::span<const NetworkOutput> outputs) const {
        detail::expect_floats(outputs, "DecodedHead");
        const auto found = detail::decoded_outputs(outputs, options_.columns, options_.table_only);
        if (!found)
            detail::throw_wrong_outputs(
                "DecodedHead", "one table of decoded boxes, or boxes [N, 4], scores [N] and labels [N]",
                outputs);
        return *found;
    }

    [[nodiscard]] detail::Candidates candidates_of(const detail::DecodedOutputs& found,
                                                   const InputPlacement& placement) const {
        detail::Candidates candidates(options_.selection);
        const detail::BoxReader box(options_.form, options_.unit, placement.input);
        constexpr float kLastLabel = 999'999;
        for (std::size_t row = 0; row < found.boxes.cells; ++row) {
            const float label = std::round(found.labels(row, 0)) - static_cast<float>(options_.first_label);
            if (detail::is_within(label, 0, kLastLabel))
                candidates.add(box(found.boxes, row), found.scores(row, 0), static_cast<int>(label), row);
        }
        return candidates;
    }

    /// The mask for a candidate's row and label.
    [[nodiscard]] detail::SpreadMask mask_of(const detail::DecodedOutputs& found,
                                             const detail::Candidate& candidate, const Box& box,
                                             const InputPlacement& placement) const {
        const cv::Mat& masks = *found.masks;
        const cv::Size grid{masks.size[masks.dims - 1], masks.size[masks.dims - 2]};
        const std::size_t cells = detail::cell_count(grid);
        const std::size_t channels = masks.total() / cells / found.mask_rows;
        const int label = candidate.class_id + options_.first_label;
        const std::size_t channel =
            static_cast<std::size_t>(label) < channels ? static_cast<std::size_t>(label) : 0;
        const auto width = static_cast<float>(placement.input.width),
                   height = static_cast<float>(placement.input.height);
        const Box extent = grid == placement.input ? placement.to_frame({0, 0, width, height}) : box;
        return {masks.ptr<float>() + (candidate.source * channels + channel) * cells, grid, extent};
    }

    DecodedHeadOptions options_;
};

static_assert(DetectorHead<DecodedHead>);

/// Networks that give boxes, scores and labels counted from 0.
[[nodiscard]] inline DecodedHeadOptions decoded_options(cv::Size size = {800, 800}) {
    DecodedHeadOptions options;
    options.input.size = size;
    return options;
}

/// Mask R-CNN, Faster R-CNN and R-FCN as exported by torchvision; label 0 is the background.
[[nodiscard]] inline DecodedHeadOptions mask_rcnn_options(cv::Size size = {800, 800}) {
    DecodedHeadOptions options = decoded_options(size);
    options.first_label = 1;
    return options;
}

/// The DetectionOutput layer of cv::dnn, the last layer of SSD, R-FCN and Faster R-CNN from Caffe and
/// TensorFlow: [1, 1, N, 7] with image, label, score and the box's corners as fractions of the input. Label 0
/// is the background.
[[nodiscard]] inline DecodedHeadOptions detection_output_options(cv::Size size = {300, 300}) {
    DecodedHeadOptions options = decoded_options(size);
    options.input = {.size = size,
                     .fit = ImageFit::kStretch,
                     .mean = {127.5F, 127.5F, 127.5F},
                     .deviation = {127.5F, 127.5F, 127.5F}};
    options.unit = BoxUnit::kRelative;
    options.table_only = true;
    options.columns = {.count = 7, .box = 3, .score = 2, .label = 1};
    options.first_label = 1;
    return options;
}

/// PaddleDetection with suppression: [N, 6] with label, score and the box's corners.
[[nodiscard]] inline DecodedHeadOptions paddle_options(cv::Size size = {640, 640}) {
    DecodedHeadOptions options = decoded_options(size);
    options.input.fit = ImageFit::kStretch;
    options.table_only = true;
    options.columns = {.count = 6, .box = 2, .score = 1, .label = 0};
    return options;
}

/// YOLOv7 exported with suppression: [N, 7] with image, the box's corners, label and score.
[[nodiscard]] inline DecodedHeadOptions yolov7_end_to_end_options(cv::Size size = {640, 640}) {
    DecodedHeadOptions options = decoded_options(size);
    options.input.fit = ImageFit::kLetterboxCentred;
    options.table_only = true;
    options.columns = {.count = 7, .box = 1, .score = 6, .label = 5};
    return options;
}

} // namespace fgagt
