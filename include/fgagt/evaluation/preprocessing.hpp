#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/evaluation/frame_matching.hpp>
#include <fgagt/evaluation/sequence.hpp>
#include <fgagt/io/mot_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fgagt {

/// Which boxes a benchmark counts.
enum class MotRules {
    /// Ground truth with flag 0 is left out; classes are ignored.
    kMot15,
    /// MOT16 and MOT17: only pedestrians count; results on distractors are left out.
    kMot17,
    /// The same, but non-motorised vehicles are also distractors.
    kMot20,
};

namespace detail {

inline constexpr int kPedestrian = 1;
inline constexpr int kLastMot17Class = 13;

/// Person on vehicle, static person, distractor, reflection; in MOT20 also non-motorised vehicle.
[[nodiscard]] inline bool is_distractor(int class_id, MotRules rules) noexcept {
    return class_id == 2 || class_id == 7 || class_id == 8 || class_id == 12 ||
           (class_id == 6 && rules == MotRules::kMot20);
}

[[nodiscard]] inline bool is_evaluated(const GroundTruthRow& row, MotRules rules) noexcept {
    const bool flagged = std::trunc(row.flag) != 0;
    return flagged && (rules == MotRules::kMot15 || row.class_id == kPedestrian);
}

[[nodiscard]] inline bool has_mot17_class(const GroundTruthRow& row) noexcept {
    return row.class_id >= kPedestrian && row.class_id <= kLastMot17Class;
}

/// Intersection over union in [0, 1], with the same operations as TrackEval, so that IoUs exactly at a
/// threshold stay on the same side. 0 if either box is empty.
[[nodiscard]] inline double exact_iou(const MotBox& a, const MotBox& b) noexcept {
    const double a_right = a.left + a.width, a_bottom = a.top + a.height;
    const double b_right = b.left + b.width, b_bottom = b.top + b.height;
    const double width = std::min(a_right, b_right) - std::max(a.left, b.left);
    const double height = std::min(a_bottom, b_bottom) - std::max(a.top, b.top);
    if (!(width > 0 && height > 0)) return 0;
    const double a_area = (a_right - a.left) * (a_bottom - a.top);
    const double b_area = (b_right - b.left) * (b_bottom - b.top);
    return width * height / (a_area + b_area - width * height);
}

/// Numbers IDs from 0 in order of first appearance.
class DenseIds {
public:
    int operator()(TrackId id) {
        const auto [known, is_new] = known_.try_emplace(id, static_cast<int>(known_.size()));
        if (is_new) names_.push_back(id);
        return known->second;
    }

    /// The original IDs, in order.
    [[nodiscard]] const std::vector<TrackId>& names() const noexcept { return names_; }

private:
    std::unordered_map<TrackId, int> known_;
    std::vector<TrackId> names_;
};

/// Builds an AlignedSequence frame by frame.
class Aligner {
public:
    explicit Aligner(MotRules rules) : rules_(rules) {}

    void add_frame(std::int64_t number, std::span<const GroundTruthRow> gts,
                   std::span<const ResultRow> results) {
        find_overlaps(gts, results);
        keep_result_.assign(results.size(), 1);
        if (rules_ != MotRules::kMot15) drop_results_on_distractors(gts, results);

        AlignedFrame frame;
        frame.number = number;
        std::vector<int> new_gt(gts.size(), -1), new_result(results.size(), -1);
        for (std::size_t g = 0; g < gts.size(); ++g)
            if (is_evaluated(gts[g], rules_))
                new_gt[g] = append(gt_ids_(gts[g].id), frame.gt_ids, sequence_.gt_boxes_of_id);
        for (std::size_t r = 0; r < results.size(); ++r)
            if (keep_result_[r] != 0)
                new_result[r] =
                    append(result_ids_(results[r].id), frame.result_ids, sequence_.result_boxes_of_id);
        for (const Overlap& overlap : overlaps_) {
            const int gt = new_gt[static_cast<std::size_t>(overlap.gt)];
            const int result = new_result[static_cast<std::size_t>(overlap.result)];
            if (gt >= 0 && result >= 0)
                frame.overlaps.push_back({gt, result, pair_index(frame, gt, result), overlap.iou});
        }
        sequence_.frames.push_back(std::move(frame));
    }

    [[nodiscard]] AlignedSequence take() {
        sequence_.gt_names = gt_ids_.names();
        sequence_.result_names = result_ids_.names();
        return std::move(sequence_);
    }

private:
    void find_overlaps(std::span<const GroundTruthRow> gts, std::span<const ResultRow> results) {
        overlaps_.clear();
        for (std::size_t g = 0; g < gts.size(); ++g)
            for (std::size_t r = 0; r < results.size(); ++r)
                if (const double value = exact_iou(gts[g].box, results[r].box); value > 0)
                    overlaps_.push_back({static_cast<int>(g), static_cast<int>(r), 0, value});
    }

    /// Matches results to boxes of all classes, including those with flag 0, so that a result on a pedestrian
    /// is not dropped because of a distractor nearby.
    void drop_results_on_distractors(std::span<const GroundTruthRow> gts,
                                     std::span<const ResultRow> results) {
        for (const GroundTruthRow& gt : gts)
            if (!has_mot17_class(gt))
                throw_invalid("evaluate: expected a MOT17 class from 1 to 13, got ", gt.class_id, " for id ",
                              gt.id, " in frame ", gt.frame,
                              " of the ground truth; the MOT15 rules need no classes");
        scores_.clear();
        for (const Overlap& overlap : overlaps_)
            scores_.push_back(reaches(overlap.iou, kMatchIou) ? overlap.iou : 0.0);
        for (const std::size_t k : matching_.match(gts.size(), results.size(), overlaps_, scores_)) {
            const Overlap& match = overlaps_[k];
            if (is_distractor(gts[static_cast<std::size_t>(match.gt)].class_id, rules_))
                keep_result_[static_cast<std::size_t>(match.result)] = 0;
        }
    }

    /// Adds a box of object `id`; returns the box's index in its frame.
    static int append(int id, std::vector<int>& ids_of_frame, std::vector<int>& boxes_of_id) {
        const auto index = static_cast<std::size_t>(id);
        if (index >= boxes_of_id.size()) boxes_of_id.resize(index + 1);
        ++boxes_of_id[index];
        ids_of_frame.push_back(id);
        return static_cast<int>(ids_of_frame.size()) - 1;
    }

    int pair_index(const AlignedFrame& frame, int gt, int result) {
        const std::pair ids{frame.gt_ids[static_cast<std::size_t>(gt)],
                            frame.result_ids[static_cast<std::size_t>(result)]};
        const auto [known, is_new] = pairs_.try_emplace(ids, static_cast<int>(sequence_.pairs.size()));
        if (is_new) sequence_.pairs.push_back(ids);
        return known->second;
    }

    MotRules rules_;
    AlignedSequence sequence_;
    DenseIds gt_ids_;
    DenseIds result_ids_;
    std::map<std::pair<int, int>, int> pairs_;

    FrameMatching matching_;
    std::vector<Overlap> overlaps_;
    std::vector<double> scores_;
    std::vector<std::uint8_t> keep_result_;
};

} // namespace detail

/// The rules that suit a ground truth: MOT17 if every box has a MOT17 class, else MOT15.
[[nodiscard]] inline MotRules suitable_rules(const GroundTruthRows& gt) noexcept {
    const bool has_classes = !gt.empty() && std::ranges::all_of(gt.rows(), detail::has_mot17_class);
    return has_classes ? MotRules::kMot17 : MotRules::kMot15;
}

/// Aligns a ground truth and a result according to the rules of a benchmark.
///
/// MOT17 and MOT20 work per frame. Results are matched to all ground truth boxes (any class, including flag
/// 0) at IoU >= 0.5. Results on distractors are left out. Then all ground truth that is not a pedestrian or
/// has flag 0 is left out. MOT15 only leaves out ground truth with flag 0.
///
/// @param gt          ground truth
/// @param result      output of a tracker
/// @param rules       rules of the benchmark
/// @param last_frame  later frames are ignored
/// @throws InvalidArgument  a ground truth box has no MOT17 class under the rules of MOT17 or MOT20
[[nodiscard]] inline AlignedSequence align(const GroundTruthRows& gt, const ResultRows& result,
                                           MotRules rules, std::int64_t last_frame) {
    std::vector<std::int64_t> frames;
    for (const GroundTruthRow& row : gt.rows())
        frames.push_back(row.frame);
    for (const ResultRow& row : result.rows())
        frames.push_back(row.frame);
    std::ranges::sort(frames);
    frames.erase(std::unique(frames.begin(), frames.end()), frames.end());

    detail::Aligner aligner(rules);
    for (const std::int64_t frame : frames)
        if (frame <= last_frame) aligner.add_frame(frame, gt.frame(frame), result.frame(frame));
    return aligner.take();
}

} // namespace fgagt
