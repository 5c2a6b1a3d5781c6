#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/rejection.hpp>
#include <fgagt/detection/score_levels.hpp>
#include <fgagt/tracker/frame_result.hpp>

#include <opencv2/core.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace fgagt {

/// Intermediate results of one frame, for inspection. Valid until the next frame begins.
template <class Map>
struct FrameIntermediates {
    cv::Mat frame;                            ///< the caller's pixels, until `commit`
    std::vector<Detection> detected;          ///< unfiltered, of a backbone that is also a detector
    std::vector<UsableDetection> detections;  ///< [M] the caller's usable detections
    ScoreLevels::Levels levels;               ///< scores that calibration maps to `sure` and `birth`
    std::vector<Rejection> rejected;          ///< the caller's other detections
    float elapsed = 1;                        ///< nominal frames since the previous frame
    std::optional<Affine> camera_motion;      ///< from the caller or the flow; empty if unknown
    std::vector<BoxFlow> flows;               ///< [N]
    Map map;                                  ///< the backbone's
    std::vector<Box> boxes_d;                 ///< [M]
    std::vector<Box> boxes_t;                 ///< [N] where the tracks are expected in this frame
    Matrix features_d;                        ///< F_d [M x D]
    Matrix features_t;                        ///< F_t [N x D]
    std::vector<std::uint8_t> has_features_d; ///< [M]
    std::vector<std::uint8_t> has_features_t; ///< [N]
    Matrix iou;                               ///< [M x N]
    Matrix similarity;                        ///< S_out [M x N]
    std::vector<Match> matches;               ///< which detection continues which track, by index
    StageTimes times;                         ///< spent so far
};

} // namespace fgagt
