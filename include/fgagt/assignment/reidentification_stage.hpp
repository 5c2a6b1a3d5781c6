#pragma once

#include <fgagt/concepts.hpp>
#include <fgagt/errors.hpp>
#include <fgagt/types.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace fgagt {

struct ReidentificationStageOptions {
    float min_score = 0.5F; ///< detections take part from this score on
    std::int64_t min_hits =
        5; ///< detections that a track must have had: what is known of fewer is little, >= 1
    float max_missed_time = 60;  ///< nominal frames since it was last seen, > 0
    float min_similarity = 0.8F; ///< what a pair must reach
    float lead = 0.1F;  ///< by which it must exceed every other pair of the same track or detection, >= 0
    float reach = 0.5F; ///< distance of the centres at which a track may reappear, box heights, > 0
    float reach_growth = 0.1F;       ///< and by how much that grows per missed frame, box heights, >= 0
    float max_reach = 1.5F;          ///< up to here, box heights
    float max_height_change = 0.35F; ///< |ln| of the ratio of the heights, > 0
};

/// Gives a lost track back its id: only to a detection that looks like it, like nobody else who could be
/// meant, and that stands where it may have come to. Wrong re-identifications cost more than missed ones, so
/// every condition is strict.
class ReidentificationStage {
public:
    using Options = ReidentificationStageOptions;

    ReidentificationStage() : ReidentificationStage(ReidentificationStageOptions{}) {}
    /// @throws InvalidArgument  an option is out of its range
    explicit ReidentificationStage(ReidentificationStageOptions options) : options_(options) {
        const auto check = [](bool valid, const char* name, const char* range, auto value) {
            if (!valid)
                detail::throw_invalid("ReidentificationStage: expected ", name, ' ', range, ", got ", value,
                                      "; see ReidentificationStageOptions");
        };
        check(options.min_hits >= 1, "min_hits", ">= 1", options.min_hits);
        check(options.max_missed_time > 0, "max_missed_time", "> 0", options.max_missed_time);
        check(std::isfinite(options.min_similarity), "min_similarity", "finite", options.min_similarity);
        check(options.lead >= 0, "lead", ">= 0", options.lead);
        check(options.reach > 0, "reach", "> 0", options.reach);
        check(options.reach_growth >= 0, "reach_growth", ">= 0", options.reach_growth);
        check(options.max_reach > 0, "max_reach", "> 0", options.max_reach);
        check(options.max_height_change > 0, "max_height_change", "> 0", options.max_height_change);
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    [[nodiscard]] bool takes(const Detection& detection) const noexcept {
        return detection.score >= options_.min_score;
    }
    [[nodiscard]] bool takes(const Track& track) const noexcept {
        return track.status == TrackStatus::kLost && track.hits >= options_.min_hits &&
               track.missed_time <= options_.max_missed_time;
    }

    /// The score is the similarity.
    ///
    /// @param detections, tracks  the indices that take part
    /// @param scores              becomes [their numbers]
    void score(const Evidence& evidence, std::span<const std::size_t> detections,
               std::span<const std::size_t> tracks, Matrix& scores) {
        const auto rows = static_cast<Eigen::Index>(detections.size());
        const auto columns = static_cast<Eigen::Index>(tracks.size());
        candidates_.setConstant(rows, columns, kForbidden);
        for (Eigen::Index i = 0; i < rows; ++i)
            for (Eigen::Index j = 0; j < columns; ++j) {
                const std::size_t d = detections[static_cast<std::size_t>(i)];
                const std::size_t t = tracks[static_cast<std::size_t>(j)];
                if (evidence.comparable(d, t) && in_reach(evidence.detections[d], evidence.tracks[t]))
                    candidates_(i, j) =
                        evidence.similarity(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(t));
            }
        scores.setConstant(rows, columns, kForbidden);
        for (Eigen::Index i = 0; i < rows; ++i)
            for (Eigen::Index j = 0; j < columns; ++j)
                if (candidates_(i, j) >= options_.min_similarity && leads(i, j))
                    scores(i, j) = candidates_(i, j);
    }

    [[nodiscard]] float margin(const Evidence&) const noexcept { return options_.min_similarity; }

private:
    [[nodiscard]] bool in_reach(const Detection& detection, const Track& track) const {
        const float height = track.observed.height;
        if (std::abs(std::log(detection.box.height / height)) >= options_.max_height_change) return false;
        const float reach =
            height * std::min(options_.max_reach, options_.reach + options_.reach_growth * track.missed_time);
        const auto distance = [&](const Box& box) {
            const cv::Point2f way = box.centre() - detection.box.centre();
            return std::hypot(way.x, way.y);
        };
        return std::min(distance(track.box), distance(track.observed)) < reach;
    }

    /// Whether no other candidate of the row or the column comes near.
    [[nodiscard]] bool leads(Eigen::Index i, Eigen::Index j) const {
        const float most = candidates_(i, j) - options_.lead;
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
