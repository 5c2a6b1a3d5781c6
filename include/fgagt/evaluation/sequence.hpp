#pragma once

#include <fgagt/core/types.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace fgagt {

/// A ground truth box and a result box of one frame that overlap. Pairs with an IoU of 0 do not affect any
/// metric.
struct Overlap {
    int gt = 0;     ///< index within the frame
    int result = 0; ///< index within the frame
    int pair = 0;   ///< index into AlignedSequence::pairs
    double iou = 0; ///< (0, 1]
};

/// One frame in the form that the metrics need.
struct AlignedFrame {
    std::vector<int> gt_ids;       ///< one per ground truth box, in [0, AlignedSequence::gt_ids)
    std::vector<int> result_ids;   ///< one per result box, in [0, AlignedSequence::result_ids)
    std::vector<Overlap> overlaps; ///< in order of gt, then result
    std::int64_t number = 0;       ///< frame number, from 1
};

/// A ground truth and a result, preprocessed and aligned by align(). IDs are numbered from 0 without gaps.
/// The functions that compute the counts do not check the indices.
struct AlignedSequence {
    std::vector<AlignedFrame> frames;       ///< in order of time; frames without any box are left out
    std::vector<int> gt_boxes_of_id;        ///< number of boxes, by ground truth ID
    std::vector<int> result_boxes_of_id;    ///< number of boxes, by result ID
    std::vector<std::pair<int, int>> pairs; ///< all (ground truth ID, result ID) that ever overlap
    std::vector<TrackId> gt_names;          ///< IDs in the file, by ground truth ID
    std::vector<TrackId> result_names;      ///< IDs in the file, by result ID
};

} // namespace fgagt
