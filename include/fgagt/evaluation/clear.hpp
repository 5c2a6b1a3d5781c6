#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/evaluation/frame_matching.hpp>
#include <fgagt/evaluation/sequence.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt {

/// Counts for the CLEAR metrics (Bernardin and Stiefelhagen, "Evaluating multiple object tracking
/// performance", EURASIP JIVP 2008). Boxes match at IoU >= 0.5. The counts of several sequences can be added.
struct ClearCounts {
    std::int64_t true_positives = 0;  ///< result boxes that match an object
    std::int64_t false_negatives = 0; ///< ground truth boxes without a match
    std::int64_t false_positives = 0; ///< result boxes without a match
    std::int64_t id_switches = 0;     ///< matches with a different ID than the object's last match
    std::int64_t mostly_tracked = 0;  ///< objects matched in more than 80 % of their frames
    std::int64_t partly_tracked = 0;  ///< all other objects
    std::int64_t mostly_lost = 0;     ///< objects matched in less than 20 % of their frames
    std::int64_t fragmentations = 0;  ///< number of times that an object was found again
    double iou = 0;                   ///< sum of IoUs over true positives

    /// (TP - FP - IDSW) / ground truth boxes; at most 1, with no lower bound; 0 if there is no ground truth.
    [[nodiscard]] double mota() const noexcept {
        const std::int64_t boxes = true_positives + false_negatives;
        if (boxes == 0) return 0;
        return static_cast<double>(true_positives - false_positives - id_switches) /
               static_cast<double>(boxes);
    }
    /// Mean IoU of the matches, in [0.5, 1]; 0 if there are none.
    [[nodiscard]] double motp() const noexcept {
        return iou / static_cast<double>(std::max<std::int64_t>(1, true_positives));
    }

    /// Adds the counts of another sequence.
    ClearCounts& operator+=(const ClearCounts& other) noexcept {
        true_positives += other.true_positives;
        false_negatives += other.false_negatives;
        false_positives += other.false_positives;
        id_switches += other.id_switches;
        mostly_tracked += other.mostly_tracked;
        partly_tracked += other.partly_tracked;
        mostly_lost += other.mostly_lost;
        fragmentations += other.fragmentations;
        iou += other.iou;
        return *this;
    }
};

/// A match of an object with a different ID than its last match.
struct IdSwitch {
    TrackId object = 0;          ///< ID of the object in the ground truth
    TrackId before = 0;          ///< ID in the result at its last match
    TrackId after = 0;           ///< ID in the result from this match on
    std::int64_t last_frame = 0; ///< frame of its last match, from 1
    std::int64_t frame = 0;      ///< frame of this match, from 1

    friend bool operator==(const IdSwitch&, const IdSwitch&) = default;
};

namespace detail {

/// The history of one ground truth object for CLEAR.
struct ClearHistory {
    int matches = 0;
    int times_found = 0;         ///< runs of consecutive matches
    int last_result = -1;        ///< ID of its last match in any frame
    int previous_result = -1;    ///< ID of its match in the previous frame
    std::int64_t last_frame = 0; ///< frame number of its last match
};

class ClearCounter {
public:
    explicit ClearCounter(const AlignedSequence& sequence)
        : sequence_(sequence),
          objects_(sequence.gt_boxes_of_id.size()) {}

    [[nodiscard]] ClearCounts count() {
        for (const AlignedFrame& frame : sequence_.frames)
            add_frame(frame);
        for (std::size_t gt = 0; gt < objects_.size(); ++gt)
            close_object(objects_[gt], sequence_.gt_boxes_of_id[gt]);
        return counts_;
    }

    /// The ID switches in order of time; valid after count().
    [[nodiscard]] const std::vector<IdSwitch>& switches() const noexcept { return switches_; }

private:
    void add_frame(const AlignedFrame& frame) {
        std::size_t matches = 0;
        // As in TrackEval, a frame without ground truth or without results does not count as an interruption.
        if (!frame.gt_ids.empty() && !frame.result_ids.empty()) matches = match_frame(frame);
        counts_.true_positives += static_cast<std::int64_t>(matches);
        counts_.false_negatives += static_cast<std::int64_t>(frame.gt_ids.size() - matches);
        counts_.false_positives += static_cast<std::int64_t>(frame.result_ids.size() - matches);
    }

    /// Keeps as many pairs of the previous frame as possible, then maximises the IoU.
    std::size_t match_frame(const AlignedFrame& frame) {
        // Outweighs the IoUs of any frame with fewer than 1000 boxes.
        constexpr double kSameAsBefore = 1000;
        scores_.clear();
        for (const Overlap& overlap : frame.overlaps) {
            const auto [gt, result] = sequence_.pairs[static_cast<std::size_t>(overlap.pair)];
            const bool same = objects_[static_cast<std::size_t>(gt)].previous_result == result;
            scores_.push_back(!reaches(overlap.iou, kMatchIou) ? 0.0
                                                               : overlap.iou + (same ? kSameAsBefore : 0.0));
        }
        const auto& matches =
            matching_.match(frame.gt_ids.size(), frame.result_ids.size(), frame.overlaps, scores_);

        std::vector<int> result_of_object(objects_.size(), -1);
        for (const std::size_t k : matches) {
            const auto [gt, result] = sequence_.pairs[static_cast<std::size_t>(frame.overlaps[k].pair)];
            result_of_object[static_cast<std::size_t>(gt)] = result;
            counts_.iou += frame.overlaps[k].iou;
        }
        for (std::size_t gt = 0; gt < objects_.size(); ++gt)
            advance(gt, result_of_object[gt], frame.number);
        return matches.size();
    }

    /// @param result  ID of the match; -1: no match in this frame
    void advance(std::size_t gt, int result, std::int64_t frame) {
        ClearHistory& object = objects_[gt];
        if (result >= 0) {
            ++object.matches;
            if (object.previous_result < 0) ++object.times_found;
            if (object.last_result >= 0 && object.last_result != result) {
                ++counts_.id_switches;
                switches_.push_back({name(sequence_.gt_names, static_cast<int>(gt)),
                                     name(sequence_.result_names, object.last_result),
                                     name(sequence_.result_names, result), object.last_frame, frame});
            }
            object.last_result = result;
            object.last_frame = frame;
        }
        object.previous_result = result;
    }

    static TrackId name(const std::vector<TrackId>& names, int id) {
        return names[static_cast<std::size_t>(id)];
    }

    void close_object(const ClearHistory& object, int boxes) {
        const double tracked = static_cast<double>(object.matches) / boxes;
        if (tracked > 0.8)
            ++counts_.mostly_tracked;
        else if (tracked >= 0.2)
            ++counts_.partly_tracked;
        else
            ++counts_.mostly_lost;
        counts_.fragmentations += std::max(0, object.times_found - 1);
    }

    const AlignedSequence& sequence_;
    std::vector<ClearHistory> objects_;
    ClearCounts counts_;
    std::vector<IdSwitch> switches_;

    FrameMatching matching_;
    std::vector<double> scores_;
};

} // namespace detail

/// Computes the counts of the CLEAR metrics.
[[nodiscard]] inline ClearCounts count_clear(const AlignedSequence& sequence) {
    return detail::ClearCounter(sequence).count();
}

/// The ID switches that count_clear() counts, in order of time.
[[nodiscard]] inline std::vector<IdSwitch> find_id_switches(const AlignedSequence& sequence) {
    detail::ClearCounter counter(sequence);
    static_cast<void>(counter.count());
    return counter.switches();
}

} // namespace fgagt
