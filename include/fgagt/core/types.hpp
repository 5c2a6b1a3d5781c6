#pragma once

#include <fgagt/core/matrix.hpp>

#include <opencv2/core.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace fgagt {

/// Score of a pair that must not be matched.
inline constexpr float kForbidden = -std::numeric_limits<float>::infinity();

/// Axis-aligned box in continuous image coordinates (pixel (i, j) covers [i, i+1) x [j, j+1)), in pixels.
/// May lie partly or wholly outside the image.
struct Box {
    float left = 0;   ///< edge, pixels
    float top = 0;    ///< edge, pixels
    float width = 0;  ///< pixels
    float height = 0; ///< pixels

    /// Right edge, pixels.
    [[nodiscard]] float right() const noexcept { return left + width; }
    /// Bottom edge, pixels.
    [[nodiscard]] float bottom() const noexcept { return top + height; }
    /// Centre, pixels.
    [[nodiscard]] cv::Point2f centre() const noexcept { return {left + 0.5F * width, top + 0.5F * height}; }

    friend bool operator==(const Box&, const Box&) = default;
};

/// 2x3 affine map (x, y) -> (a x + b y + tx, c x + d y + ty) in continuous image coordinates, in pixels.
/// Camera motion is the map that takes the previous frame's background to this frame's.
struct Affine {
    double a = 1;  ///< x per x
    double b = 0;  ///< x per y
    double tx = 0; ///< shift of x, pixels
    double c = 0;  ///< y per x
    double d = 1;  ///< y per y
    double ty = 0; ///< shift of y, pixels

    friend bool operator==(const Affine&, const Affine&) = default;
};

/// Motion of one box between two frames, estimated by optical flow.
struct BoxFlow {
    float dx = 0;          ///< displacement of the box's centre, pixels
    float dy = 0;          ///< displacement of the box's centre, pixels
    float scale = 1;       ///< factor on width and height
    float reliability = 0; ///< share of the sampled points that passed every check, [0, 1]
    bool reliable = false; ///< whether the displacement may be used at all

    friend bool operator==(const BoxFlow&, const BoxFlow&) = default;
};

/// One detector output.
struct Detection {
    Box box{};        ///< pixels
    float score = 1;  ///< [0, 1] after mapping by the tracker's score range
    int class_id = 0; ///< different classes are not matched unless an option allows it
    /// Your own feature vector of the pooler's dimension; if empty, features are pooled from the frame.
    std::vector<float> appearance{};
    /// Any number of yours; copied to the track that this detection starts or continues.
    std::int64_t tag = 0;
};

/// A detection that can be tracked, see DetectionFilter. Its `score` is mapped to [0, 1].
struct UsableDetection : Detection {
    float confidence = 1;  ///< the score calibrated to the scene, [0, 1], see ScoreLevels
    std::size_t index = 0; ///< in the caller's list for this frame
};

/// The stage of a track's life.
enum class TrackStatus : std::uint8_t {
    kTentative, ///< born, not confirmed yet
    kConfirmed, ///< confirmed and matched in its last update
    kLost,      ///< confirmed before, now unmatched; may come back with its ID
    kRemoved,   ///< gone; its ID is never reused
};

/// Identity of a track, or of an object in a ground truth.
using TrackId = std::int64_t;
/// The ID for detections that belong to no object: false positives.
inline constexpr TrackId kNobody = -1;

/// One tracked object as of one frame.
struct Track {
    TrackId id = 0;                               ///< from 1, never reused within one tracker
    Box box;                                      ///< current box: filtered, or predicted if unmatched
    Box observed;                                 ///< of the last matched detection
    float score = 0;                              ///< of the last matched detection, not calibrated
    int class_id = 0;                             ///< of the last matched detection
    TrackStatus status = TrackStatus::kTentative; ///< as of this frame
    /// Index of the matched detection, in the caller's list for this frame; empty if there is none.
    std::optional<std::size_t> detection;
    std::int64_t tag = 0;    ///< of the last matched detection
    std::int64_t age = 0;    ///< frames since birth, inclusive, with or without a detector
    std::int64_t hits = 0;   ///< updates in which it was matched, including the birth
    std::int64_t missed = 0; ///< consecutive updates without a detection
    float missed_time = 0;   ///< the same in nominal frames
    /// Largest share of `observed` that the box of a single nearer track covered at that time, [0, 1].
    float covered = 0;

    friend bool operator==(const Track&, const Track&) = default;
};

/// Detection `detection` continues track `track`; both are indices.
struct Match {
    std::size_t detection = 0; ///< index, < M
    std::size_t track = 0;     ///< index, < N

    friend bool operator==(const Match&, const Match&) = default;
};

/// Channels-last feature map: cell (row, column) holds `channels` consecutive floats.
struct FeatureMap {
    int rows = 0;     ///< cells
    int columns = 0;  ///< cells
    int channels = 0; ///< floats per cell
    /// Continuous image coordinates to continuous cell coordinates: cells = scale * pixels + offset, per
    /// axis.
    float scale_x = 1;  ///< cells per pixel
    float offset_x = 0; ///< cells
    float scale_y = 1;  ///< cells per pixel
    float offset_y = 0; ///< cells
    /// The part of the map, in continuous cell coordinates, that comes from the image and not from padding.
    Box valid_cells;
    std::vector<float> data; ///< rows * columns * channels

    /// First channel of a cell.
    [[nodiscard]] const float* cell(int row, int column) const noexcept {
        return data.data() + (static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                              static_cast<std::size_t>(column)) *
                                 static_cast<std::size_t>(channels);
    }
    /// First channel of a cell.
    [[nodiscard]] float* cell(int row, int column) noexcept {
        return const_cast<float*>(static_cast<const FeatureMap&>(*this).cell(row, column));
    }
};

/// A frame in hue [0, 180), saturation and value [0, 255], perhaps halved.
struct ColourImage {
    int rows = 0;    ///< pixels
    int columns = 0; ///< pixels
    /// Continuous frame coordinates to continuous coordinates of this image: scale * pixels, per axis.
    float scale_x = 1;
    float scale_y = 1;                ///< along y
    std::vector<std::uint8_t> data{}; ///< rows * columns * 3

    /// Hue, saturation and value of a pixel.
    [[nodiscard]] const std::uint8_t* pixel(int row, int column) const noexcept {
        return data.data() + 3 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                                  static_cast<std::size_t>(column));
    }
};

/// The input of association: M valid detections, N tracks, and how they relate.
struct Evidence {
    std::span<const UsableDetection> detections;  ///< [M]
    std::span<const Track> tracks;                ///< [N] with their expected boxes in this frame
    const Matrix& iou;                            ///< [M x N] of the boxes above, in [0, 1]
    const Matrix& similarity;                     ///< [M x N] S_out of the graph
    std::span<const std::uint8_t> has_features_d; ///< [M] 0: this row of `similarity` is meaningless
    std::span<const std::uint8_t> has_features_t; ///< [N] 0: this column of `similarity` is meaningless
    float margin = 0;                             ///< the margin that fits the graph's weights

    /// Whether both have features, so that `similarity(d, t)` is meaningful.
    [[nodiscard]] bool comparable(std::size_t d, std::size_t t) const noexcept {
        return has_features_d[d] != 0 && has_features_t[t] != 0;
    }
};

/// What a lifecycle needs to know about the frame that it completes.
struct FrameClock {
    float elapsed = 1;     ///< nominal frames since the last frame with a detector, > 0
    cv::Size frame_size{}; ///< pixels; empty when unknown
    bool first = false;    ///< whether it is the very first frame
};

/// Events of tracks in one frame: lists of IDs, each in increasing order.
struct Events {
    std::vector<TrackId> born;      ///< created from a detection
    std::vector<TrackId> confirmed; ///< for the first time
    std::vector<TrackId> lost;      ///< confirmed tracks without a detection from this frame on
    std::vector<TrackId> recovered; ///< lost before, matched again
    std::vector<TrackId> removed;   ///< for good

    /// Empties every list.
    void clear() {
        for (auto* list : {&born, &confirmed, &lost, &recovered, &removed})
            list->clear();
    }
    friend bool operator==(const Events&, const Events&) = default;
};

} // namespace fgagt
