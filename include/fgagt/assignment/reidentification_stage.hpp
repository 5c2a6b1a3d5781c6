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
    float min_score = 0.5F; ///< detections take part from this score on
    std::int64_t min_hits =
        5; ///< detections that a track must have had: what is known of fewer is little, >= 1
    float max_missed_time = 60;  ///< nominal frames since it was last seen, > 0
    float min_covered = 0.3F;    ///< share of it that a nearer object covered when it was last seen, [0, 1]
    float expected_reach = 0.5F; ///< distance from where it is expected, box heights, > 0
    float min_similarity = 0.8F; ///< what a pair must reach
    float lead = 0.1F;           ///< by which it must exceed its rivals, >= 0
    float rival_reach = 0.5F;    ///< distance up to which others count as rivals, box heights, > 0
    float rival_reach_growth = 0.1F; ///< and by how much that grows per missed frame, box heights, >= 0
    float max_rival_reach = 1.5F;    ///< up to here, box heights
    float max_height_change = 0.35F; ///< |ln| of the ratio of the heights, > 0
};

/// Gives a lost track back its id when it comes out from behind somebody.
///
/// Who was last seen half hidden by somebody nearer to the camera is expected where its motion takes it
/// meanwhile. A detection is that object if it stands there, and if it looks like it and not like any of
/// its rivals: other lost tracks that could have come to the detection, other detections to which the track
/// could have come, within a wider reach of where it is expected or was last seen. Where looks cannot be
/// compared it must not have a rival at all.
///
/// Wrong re-identifications cost more than missed ones, so every condition is strict. A track that was lost
/// in full view is none of this stage's: more often than not it never was an object.
class ReidentificationStage {
public:
    using Options = ReidentificationStageOptions;

    ReidentificationStage() : ReidentificationStage(ReidentificationStageOptions{}) {}
    /// @throws InvalidArgument  an option is out of its range
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

    /// Whether the detection is sure enough.
    [[nodiscard]] bool takes(const Detection& detection) const noexcept {
        return detection.score >= options_.min_score;
    }
    /// Whether the track is lost, was seen often enough and not too long ago.
    [[nodiscard]] bool takes(const Track& track) const noexcept {
        return track.status == TrackStatus::kLost && track.hits >= options_.min_hits &&
               track.missed_time <= options_.max_missed_time;
    }

    /// The score is the similarity, and the margin where looks cannot be compared.
    ///
    /// @param evidence            of the frame
    /// @param detections, tracks  the indices that take part
    /// @param scores              becomes [their numbers]
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

    /// The least similarity of a match.
    [[nodiscard]] float margin(const Evidence&) const noexcept { return options_.min_similarity; }

private:
    [[nodiscard]] static float distance(const Box& a, const Box& b) {
        const cv::Point2f way = a.centre() - b.centre();
        return std::hypot(way.x, way.y);
    }

    /// Whether the detection could be the track, for all that is known of their places: then the pair is
    /// every other one's rival.
    [[nodiscard]] bool could_be(const Detection& detection, const Track& track) const {
        const float height = track.observed.height;
        if (std::abs(std::log(detection.box.height / height)) >= options_.max_height_change) return false;
        const float reach = std::min(options_.max_rival_reach,
                                     options_.rival_reach + options_.rival_reach_growth * track.missed_time);
        return std::min(distance(track.box, detection.box), distance(track.observed, detection.box)) <
               reach * height;
    }

    /// Whether the track was disappearing behind somebody, and would have to come out at the detection.
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
