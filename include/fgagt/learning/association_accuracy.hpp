#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/sample_maker.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>

namespace fgagt {

/// How often the most similar track is the right one.
struct AssociationAccuracy {
    std::size_t continuing = 0; ///< detections of somebody who was known
    std::size_t right = 0;      ///< those whose best track is theirs

    /// Adds the detections of one sample.
    ///
    /// @param sample      whose similarities they are
    /// @param similarity  [M x N] S_out
    /// @throws InvalidArgument  shapes disagree
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

    /// In [0, 1]; 0 where nobody continues.
    [[nodiscard]] double share() const noexcept {
        return continuing == 0 ? 0 : static_cast<double>(right) / static_cast<double>(continuing);
    }
};

} // namespace fgagt
