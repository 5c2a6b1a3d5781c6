#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/sample_maker.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>

namespace fgagt {

/// How often the most similar track is the correct one.
struct AssociationAccuracy {
    std::size_t continuing = 0; ///< detections of known identities
    std::size_t right = 0;      ///< detections whose most similar track has the same identity

    /// Adds the detections of one sample.
    ///
    /// @param sample      sample to evaluate
    /// @param similarity  [M x N] S_out
    /// @throws InvalidArgument  shapes do not match
    void add(const AssociationSample& sample, const Matrix& similarity) {
        if (static_cast<std::size_t>(similarity.rows()) != sample.identities_d.size() ||
            static_cast<std::size_t>(similarity.cols()) != sample.identities_t.size())
            detail::throw_invalid("AssociationAccuracy: expected similarities [", sample.identities_d.size(),
                                  " x ", sample.identities_t.size(), "], got [", similarity.rows(), " x ",
                                  similarity.cols(), "]");
        for (std::size_t d = 0; d < sample.identities_d.size(); ++d) {
            const TrackId identity = sample.identities_d[d];
            const auto own = std::ranges::find(sample.identities_t, identity);
            if (identity == kNobody || own == sample.identities_t.end()) continue;
            Eigen::Index best = 0;
            similarity.row(static_cast<Eigen::Index>(d)).maxCoeff(&best);
            ++continuing;
            if (best == own - sample.identities_t.begin()) ++right;
        }
    }

    /// Fraction of correct detections, in [0, 1]; 0 if no identity continues.
    [[nodiscard]] double share() const noexcept {
        return continuing == 0 ? 0 : static_cast<double>(right) / static_cast<double>(continuing);
    }
};

} // namespace fgagt
