#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/rejection.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

namespace fgagt {

/// Options of DetectionFilter.
struct DetectionFilterOptions {
    float score_low = 0;  ///< detector score that counts as 0, finite
    float score_high = 1; ///< detector score that counts as 1, finite, above score_low
    /// Throw InvalidArgument for an unusable detection instead of leaving it out.
    bool unusable_is_error = false;
    /// If the IoU of two detections of the same class exceeds this, the one with the lower score is left out,
    /// [0, 1]; 1 keeps all.
    float duplicate_iou = 0.6F;
};

/// Keeps usable detections, and of duplicates only the best. Maps scores linearly to [0, 1] and clamps them.
class DetectionFilter {
public:
    using Options = DetectionFilterOptions;

    DetectionFilter() : DetectionFilter(DetectionFilterOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit DetectionFilter(DetectionFilterOptions options) : options_(options) {
        if (!detail::is_finite(options.score_low) || !detail::is_finite(options.score_high) ||
            !(options.score_low < options.score_high))
            detail::throw_invalid("DetectionFilter: expected a finite score range with low < high, got ",
                                  options.score_low, " : ", options.score_high,
                                  "; use the lowest and the highest score of the detector");
        if (!detail::is_within(options.duplicate_iou, 0, 1))
            detail::throw_invalid("DetectionFilter: expected duplicate_iou in [0, 1], got ",
                                  options.duplicate_iou, "; use 1 to keep every detection");
    }

    [[nodiscard]] const DetectionFilterOptions& options() const noexcept { return options_; }

    /// Splits the caller's detections into usable and rejected ones.
    ///
    /// @param detections  output of the detector
    /// @param usable      [M] replaced by the usable ones, in the same order, scores in [0, 1], with the score
    ///                    as confidence
    /// @param rejected    replaced by the others, in order of index
    /// @throws InvalidArgument  a detection is unusable and `unusable_is_error` is set
    void apply(std::span<const Detection> detections, std::vector<UsableDetection>& usable,
               std::vector<Rejection>& rejected) {
        usable.clear();
        rejected.clear();
        for (std::size_t index = 0; index < detections.size(); ++index) {
            const Detection& detection = detections[index];
            if (const auto reason = flaw(detection)) {
                if (options_.unusable_is_error)
                    detail::throw_invalid("Tracker: detection ", index,
                                          " cannot be used: ", to_string(*reason),
                                          "; fix the detector's output, or clear unusable_is_error");
                rejected.push_back({index, *reason});
                continue;
            }
            const float score = mapped(detection.score);
            usable.push_back({detection, score, index});
            usable.back().score = score;
        }
        if (options_.duplicate_iou < 1) leave_out_duplicates(usable, rejected);
    }

private:
    /// Greedy non-maximum suppression; if scores are equal, the earlier detection stays.
    void leave_out_duplicates(std::vector<UsableDetection>& usable, std::vector<Rejection>& rejected) {
        const std::size_t count = usable.size();
        const auto is_better = [&](std::size_t a, std::size_t b) {
            return usable[a].score != usable[b].score ? usable[a].score > usable[b].score : a < b;
        };
        by_score_.resize(count);
        std::iota(by_score_.begin(), by_score_.end(), std::size_t{0});
        std::sort(by_score_.begin(), by_score_.end(), is_better);
        search_.clear();
        for (std::size_t k = 0; k < count; ++k)
            search_.add(usable[k].box, k);
        search_.sort();
        duplicate_.assign(count, 0);
        for (const std::size_t best : by_score_) {
            if (duplicate_[best] != 0) continue;
            for (const std::size_t other : search_.overlapping(usable[best].box))
                if (usable[best].class_id == usable[other].class_id && is_better(best, other) &&
                    iou(usable[best].box, usable[other].box) > static_cast<double>(options_.duplicate_iou))
                    duplicate_[other] = 1;
        }
        std::size_t kept = 0;
        for (std::size_t k = 0; k < count; ++k) {
            if (duplicate_[k] != 0) {
                rejected.push_back({usable[k].index, RejectionReason::kDuplicate});
                continue;
            }
            if (kept != k) std::swap(usable[kept], usable[k]);
            ++kept;
        }
        usable.resize(kept);
        std::sort(rejected.begin(), rejected.end(),
                  [](const Rejection& a, const Rejection& b) { return a.detection < b.detection; });
    }

    [[nodiscard]] static std::optional<RejectionReason> flaw(const Detection& detection) noexcept {
        const Box& box = detection.box;
        const auto finite = [](const float& value) { return detail::is_finite(value); };
        const auto within = [](float value) { return std::abs(value) <= kCoordinateLimit; };
        if (!finite(box.left) || !finite(box.top) || !finite(box.width) || !finite(box.height) ||
            !finite(detection.score) ||
            !std::all_of(detection.appearance.begin(), detection.appearance.end(), finite))
            return RejectionReason::kNotFinite;
        if (box.width <= 0 || box.height <= 0) return RejectionReason::kEmptyBox;
        if (!is_usable(box) || !std::all_of(detection.appearance.begin(), detection.appearance.end(), within))
            return RejectionReason::kOutOfRange;
        return std::nullopt;
    }

    [[nodiscard]] float mapped(float score) const noexcept {
        const double range = static_cast<double>(options_.score_high) - options_.score_low;
        const double share = (static_cast<double>(score) - options_.score_low) / range;
        return static_cast<float>(std::clamp(share, 0.0, 1.0));
    }

    DetectionFilterOptions options_;
    std::vector<std::size_t> by_score_;
    OverlapSearch search_;
    std::vector<char> duplicate_;
};

} // namespace fgagt
