#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/io/mot_text.hpp>

#include <cstdint>
#include <map>
#include <set>

namespace fgagt::examples {

/// The criteria for confident tracks.
struct ConfidenceOptions {
    std::int64_t min_length = 30; ///< minimum number of boxes, >= 1
    double min_score = 0.5;       ///< minimum mean score of the boxes, [0, 1]
};

/// The tracks of a result that are long and confident enough to serve as ground truth.
[[nodiscard]] inline std::set<TrackId> confident_tracks(const ResultRows& results,
                                                        const ConfidenceOptions& options) {
    struct Sum {
        std::int64_t length = 0;
        double score = 0;
    };
    std::map<TrackId, Sum> sums;
    for (const ResultRow& row : results.rows()) {
        ++sums[row.id].length;
        sums[row.id].score += row.score;
    }
    std::set<TrackId> confident;
    for (const auto& [id, sum] : sums)
        if (sum.length >= options.min_length &&
            sum.score >= options.min_score * static_cast<double>(sum.length))
            confident.insert(id);
    return confident;
}

} // namespace fgagt::examples
