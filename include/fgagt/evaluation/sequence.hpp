#pragma once

#include <fgagt/core/types.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace fgagt {

/// A ground truth box and a result box of one frame that overlap. Pairs with an IoU of 0 count in no metric.
struct Overlap {
    int gt = 0;     ///< index within the frame
    int result = 0; ///< index within the frame
    int pair = 0;   ///< index into AlignedSequence::pairs
    double iou = 0; ///< (0, 1]
};

/// One frame as the metrics see it.
struct AlignedFrame {
    std::vector<int> gt_ids;       ///< one per ground truth box, in [0, AlignedSequence::gt_ids)
    std::vector<int> result_ids;   ///< one per result box, in [0, AlignedSequence::result_ids)
    std::vector<Overlap> overlaps; ///< in order of gt, then result
    std::int64_t number = 0;       ///< of the frame, from 1
};

/// A ground truth and a result side by side, after preprocessing, with ids counted from 0 without gaps: as
/// align() makes it. What counts does not look whether the indices are such.
struct AlignedSequence {
    std::vector<AlignedFrame> frames;       ///< in order of time; frames without any box are left out
    std::vector<int> gt_boxes_of_id;        ///< number of boxes, by gt id
    std::vector<int> result_boxes_of_id;    ///< number of boxes, by result id
    std::vector<std::pair<int, int>> pairs; ///< every (gt id, result id) that overlaps in some frame
    std::vector<TrackId> gt_names;          ///< the ids in the file, by gt id
    std::vector<TrackId> result_names;      ///< the ids in the file, by result id
};

} // namespace fgagt
