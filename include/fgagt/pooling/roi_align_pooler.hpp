#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/pooling/embedding.hpp>
#include <fgagt/pooling/roi_align.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of RoiAlignPooler.
struct RoiAlignPoolerOptions {
    RoiAlignOptions roi_align{}; ///< how features are sampled
    /// Numbers per box after the untrained embedding, [0, 65536]; 128 as in the paper. 0: no embedding,
    /// features as pooled. Has no effect if an embedding is given.
    int dimension = 128;
};

/// The paper's features: ROI-align on a feature map, then one fully connected layer.
class RoiAlignPooler {
public:
    using Map = FeatureMap;
    using Options = RoiAlignPoolerOptions;

    RoiAlignPooler() : RoiAlignPooler(RoiAlignPoolerOptions{}) {}
    /// Without trained weights: creates the untrained embedding for the first map.
    /// @throws InvalidArgument  an option is out of range
    explicit RoiAlignPooler(RoiAlignPoolerOptions options)
        : options_(options),
          roi_align_(options.roi_align) {
        if (options_.dimension < 0 || options_.dimension > 65536)
            detail::throw_invalid("RoiAlignPooler: expected dimension in [0, 65536], got ",
                                  options_.dimension);
        embedding_is_due_ = options_.dimension > 0;
    }

    /// With a given embedding; an empty one passes features through.
    explicit RoiAlignPooler(Embedding embedding, RoiAlignPoolerOptions options = {})
        : RoiAlignPooler(options) {
        embedding_ = std::move(embedding);
        embedding_is_due_ = false;
    }

    [[nodiscard]] const RoiAlignPoolerOptions& options() const noexcept { return options_; }
    /// Empty until the untrained one is created.
    [[nodiscard]] const Embedding& embedding() const noexcept { return embedding_; }

    /// @param map       always with the same number of channels
    /// @param boxes     [K] continuous image coordinates
    /// @param features  [K x D], resized
    /// @param valid     [K], resized; 0 for a box without a valid cell, whose row is zero
    /// @throws InvalidArgument  the map does not fit the embedding, is inconsistent or not finite
    void pool(const FeatureMap& map, std::span<const Box> boxes, Matrix& features,
              std::vector<std::uint8_t>& valid) {
        require_fitting(map.channels);
        if (embedding_is_due_ && map.channels > 0) {
            embedding_ = Embedding::untrained(roi_align_.dimension(map.channels), options_.dimension);
            embedding_is_due_ = false;
        }
        if (embedding_.empty()) {
            roi_align_.pool(map, boxes, features, valid);
            return;
        }
        roi_align_.pool(map, boxes, pooled_, valid);
        embedding_.apply(pooled_, features);
        for (std::size_t k = 0; k < valid.size(); ++k)
            if (valid[k] == 0) std::ranges::fill(detail::row_of(features, k), 0.0F); // not the bias
    }

private:
    void require_fitting(int channels) const {
        const auto pooled = roi_align_.dimension(channels);
        if (embedding_.empty() || pooled == embedding_.inputs()) return;
        detail::throw_invalid("RoiAlignPooler::pool: expected a map whose boxes pool to ",
                              embedding_.inputs(), " numbers, got ", pooled, " (", options_.roi_align.bins_y,
                              " x ", options_.roi_align.bins_x, " bins x ", channels,
                              " channels); use the backbone and bins that the embedding was trained for, or "
                              "a new RoiAlignPooler per backbone");
    }

    RoiAlignPoolerOptions options_;
    RoiAlign roi_align_;
    Embedding embedding_;
    bool embedding_is_due_ = false;
    Matrix pooled_;
};

static_assert(Pooler<RoiAlignPooler>);

} // namespace fgagt
