#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
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

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How Yolov1Head reads a network; the defaults are those of the paper.
struct Yolov1HeadOptions {
    /// Red first, grey levels / 255, each axis stretched.
    NetworkInputOptions input{
        .size = {448, 448}, .fit = ImageFit::kStretch, .deviation = {255, 255, 255}, .rgb = true};
    int grid = 7;                 ///< cells along each axis, [1, 1024]
    int boxes = 2;                ///< per cell, [1, 64]
    bool square_roots = true;     ///< sizes are given as their square roots
    SelectionOptions selection{}; ///< which boxes become detections

    friend bool operator==(const Yolov1HeadOptions&, const Yolov1HeadOptions&) = default;
};

/// The grid of YOLOv1 (Redmon et al., "You Only Look Once", CVPR 2016). Each cell has a few boxes and the
/// classes that they share. A box has x and y within the cell, the size (or its square root) as a fraction of
/// the input, and a confidence; score = confidence * class.
///
/// Output: either Darknet's vector [1, all], with the classes, then the confidences, then the boxes of all
/// cells; or a map [1, H, W, boxes * 5 + classes], with x, y, w, h and confidence for each box, then the
/// classes.
class Yolov1Head {
public:
    using Options = Yolov1HeadOptions;

    Yolov1Head() : Yolov1Head(Yolov1HeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit Yolov1Head(Yolov1HeadOptions options) : options_(std::move(options)) {
        detail::check(options_.selection, "Yolov1Head");
        if (options_.grid < 1 || options_.grid > 1024 || options_.boxes < 1 || options_.boxes > 64)
            detail::throw_invalid("Yolov1Head: expected a grid in [1, 1024] and boxes in [1, 64], got ",
                                  options_.grid, " and ", options_.boxes, "; the paper uses 7 and 2");
    }

    [[nodiscard]] const Yolov1HeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family, judging by their shapes.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        return parts_of(outputs).has_value();
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "Yolov1Head");
        const auto parts = parts_of(outputs);
        if (!parts)
            detail::throw_wrong_outputs("Yolov1Head",
                                        "a vector of the cells' classes, confidences and boxes, or a map "
                                        "[1, grid, grid, boxes * 5 + classes]",
                                        outputs);
        detail::Candidates candidates(options_.selection);
        add(*parts, placement.input, candidates);
        detail::select(candidates, placement, detections);
    }

private:
    struct Parts {
        detail::CellView classes;     ///< per cell
        detail::CellView confidences; ///< per cell, one anchor per box
        detail::CellView boxes;       ///< per cell, one anchor per box
    };

    [[nodiscard]] std::optional<Parts> parts_of(std::span<const NetworkOutput> outputs) const {
        if (outputs.size() != 1 || !detail::is_floats(outputs[0].values)) return std::nullopt;
        const auto boxes = static_cast<std::size_t>(options_.boxes);
        const cv::Size grid{options_.grid, options_.grid};
        const std::size_t cells = detail::cell_count(grid), total = outputs[0].values.total();
        const std::vector<std::size_t> shape = detail::shape_of(outputs[0].values);
        if (total % cells != 0 || total / cells <= 5 * boxes) return std::nullopt;
        const std::size_t columns = total / cells, classes = columns - 5 * boxes;
        const auto* data = outputs[0].values.ptr<float>();
        if (shape.size() == 1) {
            const float* confidences = data + cells * classes;
            return Parts{{data, cells, 1, classes, classes, 0, 1},
                         {confidences, cells, boxes, 1, boxes, 1, 1},
                         {confidences + cells * boxes, cells, boxes, 4, 4 * boxes, 4, 1}};
        }
        const auto side = static_cast<std::size_t>(options_.grid);
        if (shape != std::vector<std::size_t>{side, side, columns}) return std::nullopt;
        return Parts{{data + 5 * boxes, cells, 1, classes, columns, 0, 1},
                     {data + 4, cells, boxes, 1, columns, 5, 1},
                     {data, cells, boxes, 4, columns, 5, 1}};
    }

    void add(const Parts& parts, cv::Size input, detail::Candidates& candidates) const {
        detail::ClassReader reader(ScoreActivation::kProbability, options_.selection.several_classes);
        for (std::size_t cell = 0; cell < parts.classes.cells; ++cell) {
            const auto score = [&](std::size_t k) { return parts.classes(cell, k); };
            for (const detail::ScoredClass& scored : reader.read(score, parts.classes.columns))
                for (std::size_t box = 0; box < parts.boxes.anchors; ++box)
                    candidates.add(box_of(parts.boxes, input, cell, box),
                                   scored.probability * parts.confidences(cell, box, 0), scored.class_id);
        }
    }

    [[nodiscard]] Box box_of(const detail::CellView& boxes, cv::Size input, std::size_t cell,
                             std::size_t box) const {
        const auto side = static_cast<std::size_t>(options_.grid);
        const auto width = static_cast<float>(input.width), height = static_cast<float>(input.height);
        const auto centre = [&](std::size_t column, std::size_t place) {
            return (boxes(cell, box, column) + static_cast<float>(place)) / static_cast<float>(side);
        };
        const auto size = [&](std::size_t column) {
            const float value = boxes(cell, box, column);
            return options_.square_roots ? value * value : value;
        };
        return detail::box_of_centre(centre(0, cell % side) * width, centre(1, cell / side) * height,
                                     size(2) * width, size(3) * height);
    }

    Yolov1HeadOptions options_;
};

static_assert(DetectorHead<Yolov1Head>);

/// YOLOv1 of the paper.
[[nodiscard]] inline Yolov1HeadOptions yolov1_options(cv::Size size = {448, 448}) {
    Yolov1HeadOptions options;
    options.input.size = size;
    return options;
}

} // namespace fgagt
