#pragma once

#include <fgagt/assignment/margin_assigner.hpp>
#include <fgagt/core/detail/halving.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/detection_filter.hpp>
#include <fgagt/flow/pyramidal_flow.hpp>
#include <fgagt/learning/labelled_sequence.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of SequenceReader.
struct SequenceReaderOptions {
    DetectionFilterOptions detections{}; ///< score range, and handling of duplicates
    float min_score = 0.3F;              ///< detections with a lower score are left out
    float min_iou = 0.5F;                ///< minimum IoU with the truth to take its identity, (0, 1]
    /// Patches are cut from frames halved to about this area, pixels, >= 1.
    int pixels = 960 * 540;
    PyramidalFlowOptions flow{};        ///< flow that moves known objects
    LabelledSequenceOptions sequence{}; ///< how known objects move
};

/// Turns frames, detections and ground truth into a labelled sequence. Detections are matched to the ground
/// truth with the largest total overlap and get its identities. False positives and misses are kept. Known
/// objects move by the tracker's flow and motion model.
class SequenceReader {
public:
    using Options = SequenceReaderOptions;

    /// @throws InvalidArgument  an option is out of range
    explicit SequenceReader(SequenceReaderOptions options = {})
        : options_(options),
          filter_(options.detections),
          flow_(options.flow),
          sequence_(options.sequence) {
        if (!(detail::is_within(options.min_iou, 0, 1) && options.min_iou > 0))
            detail::throw_invalid("SequenceReader: expected min_iou in (0, 1], got ", options.min_iou);
        if (options.pixels < 1)
            detail::throw_invalid("SequenceReader: expected pixels >= 1, got ", options.pixels);
    }

    /// Adds the next frame.
    ///
    /// @param frame       frame as for a tracker
    /// @param detections  detections of this frame
    /// @param truth       ground truth boxes of this frame with their identities; may contain other boxes too
    /// @throws InvalidArgument  a tracker would not accept the frame; the reader stays unchanged
    void add(const cv::Mat& frame, std::span<const Detection> detections,
             std::span<const std::pair<TrackId, Box>> truth) {
        filter_.apply(detections, usable_, rejected_);
        std::erase_if(usable_, [&](const UsableDetection& one) { return one.score < options_.min_score; });
        flow_.prepare(frame, image_);
        const std::vector<Box> known = sequence_.boxes_of_known();
        const auto camera = flow_.camera_motion(previous_, image_, known);
        flow_.propagate(previous_, image_, known, flows_);
        if (sequence_.size() > 0) forget_flows_of_the_unseen();
        sequence_.add_frame(observations(frame, truth), camera.value_or(Affine{}), flows_);
        std::swap(previous_, image_);
    }

    /// The sequence so far; afterwards the reader is empty again.
    [[nodiscard]] LabelledSequence finish() {
        previous_ = {};
        return std::exchange(sequence_, LabelledSequence(options_.sequence));
    }

private:
    /// As in the tracker, because the flow of an occluded object is that of the occluder.
    void forget_flows_of_the_unseen() {
        const auto known = sequence_.known(sequence_.size() - 1);
        for (std::size_t k = 0; k < known.size(); ++k)
            if (known[k].missed > 0) flows_[k] = {};
    }

    std::vector<Observation> observations(const cv::Mat& frame,
                                          std::span<const std::pair<TrackId, Box>> truth) {
        std::vector<Box> boxes_d, boxes_t;
        for (const UsableDetection& one : usable_)
            boxes_d.push_back(one.box);
        for (const auto& one : truth)
            boxes_t.push_back(one.second);
        pairwise_iou(boxes_d, boxes_t, iou_);
        assigner_.assign(iou_, options_.min_iou, truth_of_);

        const int halvings = detail::halvings_to(frame.size(), options_.pixels);
        const float scale = std::ldexp(1.F, -halvings);
        const cv::Mat& small = halve_(frame, halvings); // exactly the pixels that ColourBackbone uses
        cv::Mat bgr = small;
        if (small.channels() != 3)
            cv::cvtColor(small, bgr, small.channels() == 1 ? cv::COLOR_GRAY2BGR : cv::COLOR_BGRA2BGR);
        std::vector<Observation> result;
        for (std::size_t d = 0; d < usable_.size(); ++d) {
            const Box& box = boxes_d[d];
            result.push_back(
                {.box = box,
                 .score = usable_[d].score,
                 .identity = truth_of_[d] < 0 ? kNobody : truth[static_cast<std::size_t>(truth_of_[d])].first,
                 .patch = Patch::cut(
                     bgr, {scale * box.left, scale * box.top, scale * box.width, scale * box.height})});
        }
        return result;
    }

    Options options_;
    DetectionFilter filter_;
    PyramidalFlow flow_;
    detail::Halver halve_;
    MarginAssigner assigner_;
    LabelledSequence sequence_;
    PyramidalFlow::Image previous_, image_;
    std::vector<UsableDetection> usable_;
    std::vector<Rejection> rejected_;
    std::vector<BoxFlow> flows_;
    Matrix iou_;
    std::vector<int> truth_of_;
};

} // namespace fgagt
