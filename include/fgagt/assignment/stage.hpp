#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace fgagt {
namespace detail {

/// What stages have in common that select detections by confidence, tracks by status, and pairs by overlap.
///
/// @tparam StageOptions  has the members `take_*`, `max_missed`, `min_score`, `max_score` and `iou_gate`
template <class StageOptions>
class SelectiveStage {
public:
    using Options = StageOptions;

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// Whether the detection's confidence lies in the stage's range.
    [[nodiscard]] bool takes(const UsableDetection& detection) const noexcept {
        return detection.confidence >= options_.min_score && detection.confidence < options_.max_score;
    }
    /// Whether the stage takes tracks of this status and the track was seen recently enough.
    [[nodiscard]] bool takes(const Track& track) const noexcept {
        if (track.missed > options_.max_missed) return false;
        switch (track.status) {
        case TrackStatus::kTentative:
            return options_.take_tentative;
        case TrackStatus::kConfirmed:
            return options_.take_confirmed;
        case TrackStatus::kLost:
            return options_.take_lost;
        case TrackStatus::kRemoved:
            break;
        }
        return false;
    }

protected:
    /// @throws InvalidArgument  an option is out of range
    SelectiveStage(StageOptions options, const OptionCheck& check) : options_(options) {
        check(options.max_missed >= 0, "max_missed", ">= 0", options.max_missed);
        check(!is_nan(options.max_score) && options.min_score < options.max_score, "min_score",
              "below max_score", options.min_score);
        check(options.iou_gate >= 0 && options.iou_gate <= 1, "iou_gate", "in [0, 1]", options.iou_gate);
    }

    /// Fills `scores` with `score_of(d, t)` for every pair of the given indices, and forbids pairs whose
    /// overlap is below the gate.
    template <class ScoreOf>
    void score_pairs(const Evidence& evidence, std::span<const std::size_t> detections,
                     std::span<const std::size_t> tracks, Matrix& scores, ScoreOf score_of) const {
        scores.resize(static_cast<Eigen::Index>(detections.size()), static_cast<Eigen::Index>(tracks.size()));
        float* score = scores.data();
        for (const std::size_t d : detections) {
            const float* const overlaps = row_of(evidence.iou, d).data();
            for (const std::size_t t : tracks)
                *score++ = overlaps[t] < options_.iou_gate
                               ? kForbidden
                               : score_of(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(t));
        }
    }

private:
    StageOptions options_;
};

} // namespace detail

/// Options of FusionStage. The defaults are those of the default tracker's first stage.
struct FusionStageOptions {
    bool take_tentative = false;  ///< whether tentative tracks take part
    bool take_confirmed = true;   ///< whether confirmed tracks take part
    bool take_lost = true;        ///< whether lost tracks take part
    std::int64_t max_missed = 30; ///< maximum updates that a track has missed, >= 0
    float min_score = 0.5F;       ///< minimum confidence of a detection, inclusive
    /// Upper limit of that confidence, exclusive, > min_score.
    float max_score = std::numeric_limits<float>::infinity();
    float iou_gate = 0.1F;           ///< pairs with an IoU below this are not matched, [0, 1]
    float iou_weight = 0.6F;         ///< weight of the IoU in the score, >= 0
    float appearance_weight = 0.4F;  ///< weight of the appearance in the score, >= 0
    float similarity_centre = 0.72F; ///< neutral similarity (the default suits colour histograms)
    float similarity_span = 0.2F;    ///< distance from there at which A reaches -1 or 1, > 0
    float margin = 0.2F;             ///< minimum score of a pair
};

/// Combines overlap and appearance: score = iou_weight IoU + appearance_weight A with
///
///     A = clip((similarity - centre) / span, -1, 1),
///
/// and A = 0 for a pair whose features cannot be compared.
class FusionStage : public detail::SelectiveStage<FusionStageOptions> {
public:
    FusionStage() : FusionStage(FusionStageOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit FusionStage(FusionStageOptions options) : SelectiveStage(options, kCheck) {
        kCheck(options.iou_weight >= 0 && detail::is_finite(options.iou_weight), "iou_weight",
               "finite and >= 0", options.iou_weight);
        kCheck(options.appearance_weight >= 0 && detail::is_finite(options.appearance_weight),
               "appearance_weight", "finite and >= 0", options.appearance_weight);
        kCheck(detail::is_finite(options.similarity_centre), "similarity_centre", "finite",
               options.similarity_centre);
        kCheck(options.similarity_span > 0 && detail::is_finite(options.similarity_span), "similarity_span",
               "finite and > 0", options.similarity_span);
        kCheck(detail::is_finite(options.margin), "margin", "finite", options.margin);
    }

    /// The score of each pair.
    ///
    /// @param evidence            the frame's detections and tracks, and how they relate
    /// @param detections, tracks  indices of those that take part
    /// @param scores              set to [detections x tracks]
    void score(const Evidence& evidence, std::span<const std::size_t> detections,
               std::span<const std::size_t> tracks, Matrix& scores) const {
        score_pairs(evidence, detections, tracks, scores, [&](Eigen::Index d, Eigen::Index t) {
            return options().iou_weight * evidence.iou(d, t) +
                   options().appearance_weight * appearance(evidence, d, t);
        });
    }

    /// The minimum score of a match.
    [[nodiscard]] float margin(const Evidence&) const noexcept { return options().margin; }

private:
    [[nodiscard]] float appearance(const Evidence& evidence, Eigen::Index d, Eigen::Index t) const {
        if (!evidence.comparable(static_cast<std::size_t>(d), static_cast<std::size_t>(t))) return 0;
        const float excess = evidence.similarity(d, t) - options().similarity_centre;
        return std::clamp(excess / options().similarity_span, -1.0F, 1.0F);
    }

    static constexpr detail::OptionCheck kCheck{"FusionStage", "FusionStageOptions"};
};
static_assert(AssociationStage<FusionStage>);

/// Options of SimilarityStage. The defaults are the paper's: everything takes part.
struct SimilarityStageOptions {
    bool take_tentative = true; ///< whether tentative tracks take part
    bool take_confirmed = true; ///< whether confirmed tracks take part
    bool take_lost = true;      ///< whether lost tracks take part
    /// Maximum updates that a track has missed, >= 0.
    std::int64_t max_missed = std::numeric_limits<std::int64_t>::max();
    float min_score = 0; ///< minimum confidence of a detection, inclusive
    /// Upper limit of that confidence, exclusive, > min_score.
    float max_score = std::numeric_limits<float>::infinity();
    float iou_gate = 0;     ///< minimum IoU of a pair, [0, 1]; 0: no gate
    float above_margin = 0; ///< added to the graph's margin, finite
};

/// The paper's association: the graph's similarity is the score and its margin the threshold, for all tracks
/// (FGAGT equation 11). A pair whose features cannot be compared is scored by its IoU; the paper has no such
/// pairs.
class SimilarityStage : public detail::SelectiveStage<SimilarityStageOptions> {
public:
    SimilarityStage() : SimilarityStage(SimilarityStageOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit SimilarityStage(SimilarityStageOptions options) : SelectiveStage(options, kCheck) {
        kCheck(detail::is_finite(options.above_margin), "above_margin", "finite", options.above_margin);
    }

    /// The graph's similarity of each pair.
    ///
    /// @param evidence            the frame's detections and tracks, and how they relate
    /// @param detections, tracks  indices of those that take part
    /// @param scores              set to [detections x tracks]
    void score(const Evidence& evidence, std::span<const std::size_t> detections,
               std::span<const std::size_t> tracks, Matrix& scores) const {
        score_pairs(evidence, detections, tracks, scores, [&](Eigen::Index d, Eigen::Index t) {
            return evidence.comparable(static_cast<std::size_t>(d), static_cast<std::size_t>(t))
                       ? evidence.similarity(d, t)
                       : evidence.iou(d, t);
        });
    }

    /// The graph's margin plus `above_margin`.
    [[nodiscard]] float margin(const Evidence& evidence) const noexcept {
        return evidence.margin + options().above_margin;
    }

private:
    static constexpr detail::OptionCheck kCheck{"SimilarityStage", "SimilarityStageOptions"};
};
static_assert(AssociationStage<SimilarityStage>);

} // namespace fgagt
