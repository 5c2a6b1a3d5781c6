#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/halving.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/flow/camera_motion.hpp>
#include <fgagt/flow/detail/small_grey.hpp>
#include <fgagt/flow/flow_image.hpp>
#include <fgagt/flow/lucas_kanade.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fgagt {

/// Which points of a box are tracked, and what is computed from them.
enum class FlowMode : std::uint8_t {
    /// The centre alone; the box keeps its size (the paper).
    kCentre,
    /// 3x3 points on the middle half of the box, median shift; the box keeps its size.
    kTorso,
    /// Points all over the box, median scale and shift: for rigid objects that fill their box.
    kBox,
};

/// Options of PyramidalFlow.
struct PyramidalFlowOptions {
    FlowMode mode = FlowMode::kTorso;                 ///< which points are tracked
    LucasKanadeOptions lucas_kanade = {.window = 15}; ///< how points are tracked
    /// Frames are halved until their area comes nearest to this, pixels, >= 1.
    int pixels = 960 * 540;
    bool forward_backward = true;         ///< track every point back and check that it returns
    float forward_backward_threshold = 1; ///< maximum distance from the start, scaled pixels, > 0
    float min_share = 0.5F;               ///< share of surviving points for a reliable flow, (0, 1]
    /// Whether a box is unreliable if its centre lies in another given box that reaches farther down. An
    /// object in front has its feet lower in the image, and the flow of hidden pixels is that of the
    /// occluder.
    bool skip_occluded = true;
    int box_grid = 7;              ///< points per axis in box mode, [2, 32]
    float max_scale_change = 0.1F; ///< a scale farther from 1 counts as 1 (box mode), [0, 1)
    bool camera_motion = true;     ///< false: camera motion is unknown and costs no time
    CameraMotionOptions camera{};  ///< how the camera's motion is estimated
};

/// Moves boxes by pyramidal Lucas-Kanade flow of points on them. Satisfies FlowPropagator.
///
/// Boxes and flows are in pixels of the original frame, whatever its scaling. A point survives if it starts
/// and ends inside the frame, is found, and (unless that is switched off) returns to its start when tracked
/// back.
class PyramidalFlow {
public:
    using Options = PyramidalFlowOptions;
    using Image = FlowImage;

    PyramidalFlow() : PyramidalFlow(PyramidalFlowOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit PyramidalFlow(PyramidalFlowOptions options)
        : options_(options),
          lucas_kanade_(options.lucas_kanade),
          camera_(options.camera, options.lucas_kanade) {
        validate();
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// @throws InvalidArgument  the frame is empty or not CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA)
    void prepare(const cv::Mat& frame, Image& image) {
        detail::require_frame(frame, "PyramidalFlow");
        const int halvings = detail::halvings_to(frame.size(), options_.pixels);
        lucas_kanade_.prepare(detail::small_grey(frame, halvings, grey_), image.pyramid);
        image.frame_size = frame.size();
        image.scale = std::ldexp(1.F, -halvings);
    }

    /// Tracks points on the boxes.
    ///
    /// @param previous  from prepare
    /// @param current   from prepare, of the next frame
    /// @param boxes     [N] in the previous frame, of all objects that were seen in it
    /// @param flows     set to [N]; an unreliable flow is zero motion
    /// @note Flow is unreliable for images that cannot be compared, and for boxes that are occluded, outside
    ///       the frame, invalid or without texture. O(N^2) comparisons, O(N) points.
    void propagate(const Image& previous, const Image& current, std::span<const Box> boxes,
                   std::vector<BoxFlow>& flows) {
        flows.assign(boxes.size(), BoxFlow{});
        if (!previous.comparable(current)) return;
        const auto per_box = static_cast<std::size_t>(grid_side()) * static_cast<std::size_t>(grid_side());
        asked_.clear();
        starts_.clear();
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            if (!is_usable(boxes[i]) || (options_.skip_occluded && occluded(boxes, i))) continue;
            asked_.push_back(i);
            lay_grid(boxes[i]);
        }
        track(previous, current);
        for (std::size_t k = 0; k < asked_.size(); ++k)
            flows[asked_[k]] = summarise(boxes[asked_[k]], k * per_box, per_box);
    }

    /// Motion of the background outside the boxes, from previous to current, in continuous frame coordinates;
    /// empty if unknown or switched off.
    [[nodiscard]] std::optional<Affine> camera_motion(const Image& previous, const Image& current,
                                                      std::span<const Box> boxes) {
        if (!options_.camera_motion) return std::nullopt;
        return camera_.estimate(previous, current, boxes);
    }

private:
    void validate() const {
        const detail::OptionCheck require("PyramidalFlow", "PyramidalFlowOptions");
        const Options& o = options_;
        require(o.mode <= FlowMode::kBox, "mode", "in {kCentre, kTorso, kBox}", static_cast<int>(o.mode));
        require(o.pixels >= 1, "pixels", "in [1, inf)", o.pixels);
        require(detail::is_finite(o.forward_backward_threshold) && o.forward_backward_threshold > 0,
                "forward_backward_threshold", "in (0, inf)", o.forward_backward_threshold);
        require(o.min_share > 0 && o.min_share <= 1, "min_share", "in (0, 1]", o.min_share);
        require(o.box_grid >= 2 && o.box_grid <= 32, "box_grid", "in [2, 32]", o.box_grid);
        require(o.max_scale_change >= 0 && o.max_scale_change < 1, "max_scale_change", "in [0, 1)",
                o.max_scale_change);
    }

    [[nodiscard]] static bool contains(const Box& box, cv::Point2f point) noexcept {
        return point.x >= box.left && point.x < box.right() && point.y >= box.top && point.y < box.bottom();
    }

    [[nodiscard]] static bool occluded(std::span<const Box> boxes, std::size_t i) {
        return std::any_of(boxes.begin(), boxes.end(), [&](const Box& other) {
            return is_usable(other) && other.bottom() > boxes[i].bottom() &&
                   contains(other, boxes[i].centre());
        });
    }

    /// Points per axis.
    [[nodiscard]] int grid_side() const noexcept {
        switch (options_.mode) {
        case FlowMode::kCentre:
            return 1;
        case FlowMode::kTorso:
            return 3;
        case FlowMode::kBox:
            break;
        }
        return options_.box_grid;
    }

    /// Appends a box's points to `starts_`: the centres of equal cells of the box, or of its middle half.
    void lay_grid(const Box& box) {
        const int side = grid_side();
        const float extent = options_.mode == FlowMode::kBox ? 1.F : 0.5F;
        const auto place = [&](int i) { // -0.5 to 0.5
            return extent * ((static_cast<float>(i) + 0.5F) / static_cast<float>(side) - 0.5F);
        };
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                starts_.push_back(box.centre() + cv::Point2f(place(x) * box.width, place(y) * box.height));
    }

    /// Tracks `starts_` to `arrivals_`, both in frame coordinates.
    void track(const Image& previous, const Image& current) {
        arrivals_.resize(starts_.size());
        points_.clear();
        for (const cv::Point2f& start : starts_)
            points_.push_back(previous.to_level(start, 0));
        if (options_.forward_backward)
            lucas_kanade_.track_consistent(previous.pyramid, current.pyramid, points_,
                                           options_.forward_backward_threshold, arrivals_);
        else
            lucas_kanade_.track(previous.pyramid, current.pyramid, points_, arrivals_);
        const Box frame{0, 0, static_cast<float>(previous.frame_size.width),
                        static_cast<float>(previous.frame_size.height)};
        for (std::size_t i = 0; i < starts_.size(); ++i) {
            arrivals_[i].position = current.to_frame(arrivals_[i].position, 0);
            arrivals_[i].found =
                arrivals_[i].found && contains(frame, starts_[i]) && contains(frame, arrivals_[i].position);
        }
    }

    /// The flow of a box, from its points [first, first + count).
    [[nodiscard]] BoxFlow summarise(const Box& box, std::size_t first, std::size_t count) {
        survivors_.clear();
        for (std::size_t i = first; i < first + count; ++i)
            if (arrivals_[i].found) survivors_.push_back(i);
        BoxFlow flow;
        flow.reliability = static_cast<float>(survivors_.size()) / static_cast<float>(count);
        if (flow.reliability < options_.min_share) return flow;
        flow.reliable = true;
        if (options_.mode == FlowMode::kBox) flow.scale = median_scale();
        flow.dx = median_shift(flow.scale, box.centre(), &cv::Point2f::x);
        flow.dy = median_shift(flow.scale, box.centre(), &cv::Point2f::y);
        return flow;
    }

    /// Median growth of the distances between points (Kalal et al., "Forward-backward error", ICPR 2010).
    [[nodiscard]] float median_scale() {
        values_.clear();
        for (std::size_t i = 0; i < survivors_.size(); ++i)
            for (std::size_t j = i + 1; j < survivors_.size(); ++j) {
                const double before = cv::norm(starts_[survivors_[i]] - starts_[survivors_[j]]);
                const double after =
                    cv::norm(arrivals_[survivors_[i]].position - arrivals_[survivors_[j]].position);
                if (before > 0) values_.push_back(static_cast<float>(after / before));
            }
        const float scale = values_.empty() ? 1.F : median();
        return std::abs(scale - 1) <= options_.max_scale_change ? scale : 1.F;
    }

    /// Median shift of the centre, after everything has grown about it by `scale`.
    [[nodiscard]] float median_shift(float scale, cv::Point2f centre, float cv::Point2f::*axis) {
        values_.clear();
        for (const std::size_t i : survivors_)
            values_.push_back(arrivals_[i].position.*axis -
                              (centre.*axis + scale * (starts_[i].*axis - centre.*axis)));
        return median();
    }

    /// Median of `values_`, which it reorders; the mean of the two middle values if their number is even.
    [[nodiscard]] float median() {
        const auto middle = values_.begin() + static_cast<std::ptrdiff_t>(values_.size() / 2);
        std::nth_element(values_.begin(), middle, values_.end());
        if (values_.size() % 2 == 1) return *middle;
        return 0.5F * (*middle + *std::max_element(values_.begin(), middle));
    }

    Options options_;
    LucasKanade lucas_kanade_;
    CameraMotion camera_;
    detail::GreyBuffers grey_;
    std::vector<std::size_t> asked_;  ///< boxes whose points are tracked
    std::vector<cv::Point2f> starts_; ///< of all asked boxes, in frame coordinates
    std::vector<cv::Point2f> points_; ///< the same in pyramid coordinates
    std::vector<TrackedPoint> arrivals_;
    std::vector<std::size_t> survivors_; ///< indices of one box's points
    std::vector<float> values_;          ///< input of the median
};
static_assert(FlowPropagator<PyramidalFlow>);

} // namespace fgagt
