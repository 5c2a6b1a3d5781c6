#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/selection_options.hpp>
#include <fgagt/network/input_placement.hpp>

#include <opencv2/core.hpp>
#include <opencv2/dnn/dnn.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace fgagt::detail {

/// Sorts by score, best first; equal scores keep their order.
inline void sort_by_score(std::vector<Candidate>& candidates) {
    std::ranges::stable_sort(candidates,
                             [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
}

/// Converts boxes to integers, as cv::dnn::softNMSBoxes takes them. The scale is fine enough for thousandths
/// of an IoU, and small enough that the sum of two areas fits an int. Overlap more than one input size
/// outside the input is ignored.
class WholeNumberBoxes {
public:
    explicit WholeNumberBoxes(cv::Size input) : input_(input) {
        constexpr double kSide = 32'000; // 2 * 32'000^2 < 2^31
        const int longest = std::max({input.width, input.height, 1});
        scale_ = kSide / (3.0 * longest);
    }
    [[nodiscard]] cv::Rect operator()(const Box& box) const noexcept {
        const cv::Point first{whole(box.left, input_.width), whole(box.top, input_.height)};
        const cv::Point last{whole(box.right(), input_.width), whole(box.bottom(), input_.height)};
        return {first, last};
    }

private:
    [[nodiscard]] int whole(float position, int length) const noexcept {
        const double size = length;
        return static_cast<int>(std::lround(std::clamp(double{position}, -size, 2 * size) * scale_));
    }

    cv::Size input_;
    double scale_ = 1;
};

/// Greedy non-maximum suppression of the candidates [begin, end); the remaining ones are appended to `kept`.
inline void suppress_hard(const Candidate* begin, const Candidate* end, const SelectionOptions& options,
                          std::vector<Candidate>& kept) {
    std::vector<cv::Rect2d> boxes;
    std::vector<float> scores;
    for (const Candidate* c = begin; c != end; ++c) {
        boxes.emplace_back(c->box.left, c->box.top, c->box.width, c->box.height);
        scores.push_back(c->score);
    }
    std::vector<int> indices;
    cv::dnn::NMSBoxes(boxes, scores, 0, options.max_overlap, indices);
    for (const int index : indices)
        kept.push_back(begin[index]);
}

/// The same, but reduces the scores of boxes that overlap better ones.
inline void suppress_softly(const Candidate* begin, const Candidate* end, const SelectionOptions& options,
                            const WholeNumberBoxes& whole, std::vector<Candidate>& kept) {
    std::vector<cv::Rect> boxes;
    std::vector<float> scores;
    for (const Candidate* c = begin; c != end; ++c) {
        boxes.push_back(whole(c->box));
        scores.push_back(c->score);
    }
    const auto method = options.suppression == Suppression::kSoftLinear
                            ? cv::dnn::SoftNMSMethod::SOFTNMS_LINEAR
                            : cv::dnn::SoftNMSMethod::SOFTNMS_GAUSSIAN;
    const float least = std::max(options.score_threshold, std::numeric_limits<float>::min());
    std::vector<float> updated;
    std::vector<int> indices;
    cv::dnn::softNMSBoxes(boxes, scores, updated, least, options.max_overlap, indices, 0, options.soft_sigma,
                          method);
    for (std::size_t k = 0; k < indices.size(); ++k) {
        kept.push_back(begin[indices[k]]);
        kept.back().score = updated[k];
    }
}

/// Removes duplicates from the candidates, separately for each class if `class_aware`.
[[nodiscard]] inline std::vector<Candidate> suppressed(std::vector<Candidate> candidates, cv::Size input,
                                                       const SelectionOptions& options) {
    if (options.suppression == Suppression::kNone) return candidates;
    const auto class_of = [&](const Candidate& c) { return options.class_aware ? c.class_id : 0; };
    std::ranges::stable_sort(candidates, {}, class_of);
    const WholeNumberBoxes whole(input);
    std::vector<Candidate> kept;
    for (const Candidate *begin = candidates.data(), *last = begin + candidates.size(); begin != last;) {
        const Candidate* end =
            std::find_if(begin, last, [&](const Candidate& c) { return class_of(c) != class_of(*begin); });
        if (options.suppression == Suppression::kHard)
            suppress_hard(begin, end, options, kept);
        else
            suppress_softly(begin, end, options, whole, kept);
        begin = end;
    }
    sort_by_score(kept);
    return kept;
}

/// The part of a box that lies in the frame; empty if none does.
[[nodiscard]] inline Box clipped(const Box& box, cv::Size frame) noexcept {
    const auto width = static_cast<float>(frame.width), height = static_cast<float>(frame.height);
    const float left = std::clamp(box.left, 0.0F, width), top = std::clamp(box.top, 0.0F, height);
    return {left, top, std::clamp(box.right(), 0.0F, width) - left,
            std::clamp(box.bottom(), 0.0F, height) - top};
}

/// The best candidates, without duplicates, best first, boxes in pixels of the frame.
[[nodiscard]] inline std::vector<Candidate> selected(Candidates& candidates,
                                                     const InputPlacement& placement) {
    const SelectionOptions& options = candidates.options();
    const auto cut = [](std::vector<Candidate>& list, int most) {
        if (list.size() > static_cast<std::size_t>(most)) list.resize(static_cast<std::size_t>(most));
    };
    std::vector<Candidate> list = std::move(candidates.list());
    sort_by_score(list);
    cut(list, options.max_candidates);
    list = suppressed(std::move(list), placement.input, options);
    for (Candidate& candidate : list) {
        candidate.box = placement.to_frame(candidate.box);
        if (options.clip) candidate.box = clipped(candidate.box, placement.frame);
    }
    std::erase_if(list, [](const Candidate& candidate) { return !is_usable(candidate.box); });
    cut(list, options.max_detections);
    return list;
}

/// Replaces `detections` with the best candidates, without duplicates, best first, in pixels of the frame.
inline void select(Candidates& candidates, const InputPlacement& placement,
                   std::vector<Detection>& detections) {
    detections.clear();
    for (const Candidate& candidate : selected(candidates, placement))
        detections.push_back(
            {.box = candidate.box, .score = candidate.score, .class_id = candidate.class_id});
}

} // namespace fgagt::detail
