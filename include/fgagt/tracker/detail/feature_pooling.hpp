#pragma once

#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/pooling/appearance_memory.hpp>
#include <fgagt/tracker/detail/require_kept.hpp>
#include <fgagt/tracker/intermediates.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt::detail {

/// Fills the features of a frame's detections and tracks: pooled, given by the caller, or remembered. Reuses
/// its memory from frame to frame.
class FeaturePooling {
public:
    /// Uses the caller's vectors where they are given; pools the others from the map.
    ///
    /// @throws InvalidArgument  a vector does not have the pooler's dimension, or the pooler does not give
    ///                          one row and one flag for each box
    template <class Pooler, class Map>
    void describe_detections(Pooler& pooler, FrameIntermediates<Map>& work) {
        collect_boxes(work.detections, work.boxes_d);
        pool(
            pooler, work.map, work.boxes_d,
            [&](std::size_t d) { return work.detections[d].appearance.empty(); }, work.features_d,
            work.has_features_d);
        for (std::size_t d = 0; d < work.detections.size(); ++d) {
            const std::vector<float>& own = work.detections[d].appearance;
            if (own.empty()) continue;
            if (static_cast<Eigen::Index>(own.size()) != work.features_d.cols())
                throw_invalid("Tracker: expected appearance vectors of the pooler's dimension ",
                              work.features_d.cols(), ", got one of ", own.size(),
                              "; set the pooler's dimension to the length of the vectors");
            std::ranges::copy(own, row_of(work.features_d, d).begin());
            work.has_features_d[d] = 1;
        }
    }

    /// Uses the remembered features, those pooled at the expected boxes in the current frame, or the mean of
    /// both.
    template <class Pooler, class Map>
    void describe_tracks(Pooler& pooler, const AppearanceMemory& memory, std::span<const Track> tracks,
                         std::span<const AppearanceMemory::State> remembered, FrameIntermediates<Map>& work) {
        collect_boxes(tracks, work.boxes_t);
        pool(
            pooler, work.map, work.boxes_t,
            [&](std::size_t t) { return memory.wants_current(remembered[t]); }, work.features_t,
            work.has_features_t);
        for (std::size_t t = 0; t < remembered.size(); ++t)
            if (memory.recall(remembered[t], row_of(work.features_t, t), work.has_features_t[t] != 0))
                work.has_features_t[t] = 1;
    }

private:
    template <class Objects>
    static void collect_boxes(const Objects& objects, std::vector<Box>& boxes) {
        boxes.clear();
        for (const auto& object : objects)
            boxes.push_back(object.box);
    }

    /// Pools features of the `wanted` boxes; the rows of the others are zero.
    template <class Pooler, class Map, class Wanted>
    void pool(Pooler& pooler, const Map& map, std::span<const Box> boxes, Wanted wanted, Matrix& features,
              std::vector<std::uint8_t>& has_features) {
        boxes_.clear();
        for (std::size_t k = 0; k < boxes.size(); ++k)
            if (wanted(k)) boxes_.push_back(boxes[k]);
        pooler.pool(map, boxes_, pooled_, valid_);
        require_kept(static_cast<std::size_t>(pooled_.rows()) == boxes_.size() &&
                         valid_.size() == boxes_.size(),
                     "Pooler", "one row of features and one flag for each box");
        features.setZero(static_cast<Eigen::Index>(boxes.size()), pooled_.cols());
        has_features.assign(boxes.size(), 0);
        std::size_t next = 0;
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            if (!wanted(k)) continue;
            std::ranges::copy(row_of(std::as_const(pooled_), next), row_of(features, k).begin());
            has_features[k] = valid_[next++];
        }
    }

    std::vector<Box> boxes_;
    Matrix pooled_;
    std::vector<std::uint8_t> valid_;
};

} // namespace fgagt::detail
