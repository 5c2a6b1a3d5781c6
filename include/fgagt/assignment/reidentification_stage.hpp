#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace fgagt {

/// Options of ReidentificationStage.
struct ReidentificationStageOptions {
    float min_score = 0.5F;          ///< minimum confidence of a detection
    std::int64_t min_hits = 5;       ///< minimum detections of a track for a reliable decision, >= 1
    float max_missed_time = 60;      ///< maximum nominal frames since the track was last seen, > 0
    float min_covered = 0.3F;        ///< minimum share that was covered when last seen, [0, 1]
    float expected_reach = 0.5F;     ///< maximum distance from the expected place, box heights, > 0
    float min_similarity = 0.8F;     ///< minimum similarity of a pair
    float lead = 0.1F;               ///< minimum lead in similarity over all rivals, >= 0
    float rival_reach = 0.5F;        ///< maximum distance of a rival, box heights, > 0
    float rival_reach_growth = 0.1F; ///< its growth per missed nominal frame, box heights, >= 0
    float max_rival_reach = 1.5F;    ///< upper limit of that distance, box heights, > 0
    float max_height_change = 0.35F; ///< maximum |ln| of the ratio of the heights, > 0
};

/// Gives a lost track its ID back when it reappears from behind an occluder.
///
/// A track that was last seen partly covered by an object nearer to the camera is expected at its predicted
/// box. A detection is matched to that track if it is close to this box and similar in appearance, and if no
/// rival is nearly as similar. Rivals are other lost tracks that could have moved to the detection, and other
/// detections to which the track could have moved. Both are searched for within a wider distance of the
/// track's expected or last seen box. If appearance cannot be compared, there must be no rival at all.
///
/// Wrong re-identifications cost more than missed ones, so every condition is strict. This stage ignores
/// tracks that were lost in full view, because most of them were never objects.
class ReidentificationStage {
public:
    using Options = ReidentificationStageOptions;

    ReidentificationStage() : ReidentificationStage(ReidentificationStageOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit ReidentificationStage(ReidentificationStageOptions options) : options_(options) {
        const detail::OptionCheck check("ReidentificationStage", "ReidentificationStageOptions");
        check(!detail::is_nan(options.min_score), "min_score", "to be a number", options.min_score);
        check(options.min_hits >= 1, "min_hits", ">= 1", options.min_hits);
        check(options.max_missed_time > 0, "max_missed_time", "> 0", options.max_missed_time);
        check(options.min_covered >= 0 && options.min_covered <= 1, "min_covered", "in [0, 1]",
              options.min_covered);
        check(options.expected_reach > 0, "expected_reach", "> 0", options.expected_reach);
        check(detail::is_finite(options.min_similarity), "min_similarity", "finite", options.min_similarity);
        check(options.lead >= 0, "lead", ">= 0", options.lead);
        check(options.rival_reach > 0, "rival_reach", "> 0", options.rival_reach);
        check(options.rival_reach_growth >= 0, "rival_reach_growth", ">= 0", options.rival_reach_growth);
        check(options.max_rival_reach > 0, "max_rival_reach", "> 0", options.max_rival_reach);
        check(options.max_height_change > 0, "max_height_change", "> 0", options.max_height_change);
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// Whether the detection's confidence is high enough.
    [[nodiscard]] bool takes(const UsableDetection& detection) const noexcept {
        return detection.confidence >= options_.min_score;
    }
    /// Whether the track is lost, has enough detections and was seen recently enough.
    [[nodiscard]] bool takes(const Track& track) const noexcept {
        return track.status == TrackStatus::kLost && track.hits >= options_.min_hits &&
               track.missed_time <= options_.max_missed_time;
    }

    /// The score of a pair is its similarity, or the margin if appearance cannot be compared.
    ///
    /// @param evidence            the frame's detections and tracks, and how they relate
    /// @param detections, tracks  indices of those that take part
    /// @param scores              set to [detections x tracks]
    void score(const Evidence& evidence, std::span<const std::size_t> detections,
               std::span<const std::size_t> tracks, Matrix& scores) {
        const auto rows = static_cast<Eigen::Index>(detections.size());
        const auto columns = static_cast<Eigen::Index>(tracks.size());
        candidates_.resize(rows, columns);
        scores.resize(rows, columns);
        std::ranges::fill(detail::numbers_of(candidates_), kForbidden);
        std::ranges::fill(detail::numbers_of(scores), kForbidden);
        const auto for_each_pair = [&](auto act) {
            for (Eigen::Index i = 0; i < rows; ++i)
                for (Eigen::Index j = 0; j < columns; ++j)
                    act(i, j, detections[static_cast<std::size_t>(i)], tracks[static_cast<std::size_t>(j)]);
        };
        for_each_pair([&](Eigen::Index i, Eigen::Index j, std::size_t d, std::size_t t) {
            if (could_be(evidence.detections[d], evidence.tracks[t]))
                candidates_(i, j) =
                    evidence.comparable(d, t)
                        ? evidence.similarity(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(t))
                        : options_.min_similarity;
        });
        for_each_pair([&](Eigen::Index i, Eigen::Index j, std::size_t d, std::size_t t) {
            if (candidates_(i, j) < options_.min_similarity) return;
            if (!is_expected(evidence.detections[d], evidence.tracks[t])) return;
            constexpr float kNone = std::numeric_limits<float>::lowest(); // no rival at all
            if (leads(i, j, evidence.comparable(d, t) ? candidates_(i, j) - options_.lead : kNone))
                scores(i, j) = candidates_(i, j);
        });
    }

    /// The minimum similarity of a match.
    [[nodiscard]] float margin(const Evidence&) const noexcept { return options_.min_similarity; }

private:
    [[nodiscard]] static float distance(const Box& a, const Box& b) {
        const cv::Point2f way = a.centre() - b.centre();
        return std::hypot(way.x, way.y);
    }

    /// Whether place and size allow the detection to be the track. Such a pair is a rival of the other pairs
    /// of the same detection or track.
    [[nodiscard]] bool could_be(const Detection& detection, const Track& track) const {
        const float height = track.observed.height;
        if (std::abs(std::log(detection.box.height / height)) >= options_.max_height_change) return false;
        const float reach = std::min(options_.max_rival_reach,
                                     options_.rival_reach + options_.rival_reach_growth * track.missed_time);
        return std::min(distance(track.box, detection.box), distance(track.observed, detection.box)) <
               reach * height;
    }

    /// Whether the track was disappearing behind an occluder and is expected to reappear at the detection.
    [[nodiscard]] bool is_expected(const Detection& detection, const Track& track) const {
        return track.covered >= options_.min_covered &&
               distance(track.box, detection.box) < options_.expected_reach * track.observed.height;
    }

    /// Whether no other candidate of the row or the column is above `most`.
    [[nodiscard]] bool leads(Eigen::Index i, Eigen::Index j, float most) const {
        for (Eigen::Index other = 0; other < candidates_.cols(); ++other)
            if (other != j && candidates_(i, other) > most) return false;
        for (Eigen::Index other = 0; other < candidates_.rows(); ++other)
            if (other != i && candidates_(other, j) > most) return false;
        return true;
    }

    Options options_;
    Matrix candidates_;
};
static_assert(AssociationStage<ReidentificationStage>);

} // namespace fgagt
