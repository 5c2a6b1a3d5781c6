#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of Cascade.
struct CascadeOptions {
    bool match_across_classes = false; ///< whether a track may match a detection of another class
};

/// Association in stages. Each stage matches the detections and tracks that it takes and that the stages
/// before it left unmatched.
///
///     Cascade<MarginAssigner, FusionStage, FusionStage> cascade({}, FusionStage(), FusionStage(second));
template <Assigner A, AssociationStage... Stages>
class Cascade {
public:
    using Options = CascadeOptions;

    /// Stages with their default options.
    Cascade() = default;
    /// Stages with their own options, in the order in which they run.
    explicit Cascade(CascadeOptions options, Stages... stages)
        : options_(options),
          stages_(std::move(stages)...) {}

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// The stage at position I, to read or replace.
    template <std::size_t I>
    [[nodiscard]] auto& stage() noexcept {
        return std::get<I>(stages_);
    }
    /// The stage at position I, read-only.
    template <std::size_t I>
    [[nodiscard]] const auto& stage() const noexcept {
        return std::get<I>(stages_);
    }

    /// Runs the stages in order.
    ///
    /// @param evidence  the frame's detections and tracks, and how they relate
    /// @param matches   set to the matches of all stages, in increasing order of detection; no index occurs
    ///                  twice
    /// @throws InvalidArgument  the parts of the evidence, or the scores of a stage, disagree in shape, or
    ///                          the assigner returns a column that does not exist, or the same column twice
    void associate(const Evidence& evidence, std::vector<Match>& matches) {
        check(evidence);
        taken_d_.assign(evidence.detections.size(), {});
        taken_t_.assign(evidence.tracks.size(), 0);
        std::apply(
            [&](Stages&... stage) {
                [[maybe_unused]] int number = 0;
                (run(stage, number++, evidence), ...);
            },
            stages_);
        write_result(matches);
    }

    /// For each match of the last call, the number of the stage that made it, from 0. Valid until the next
    /// call.
    [[nodiscard]] std::span<const int> stages() const noexcept { return match_stages_; }

private:
    struct Taken {
        int stage = -1; // -1: not matched yet
        std::size_t track = 0;
    };

    static void check(const Evidence& evidence) {
        const auto is_m_by_n = [&](const Matrix& matrix) {
            return static_cast<std::size_t>(matrix.rows()) == evidence.detections.size() &&
                   static_cast<std::size_t>(matrix.cols()) == evidence.tracks.size();
        };
        if (!is_m_by_n(evidence.iou) || !is_m_by_n(evidence.similarity) ||
            evidence.has_features_d.size() != evidence.detections.size() ||
            evidence.has_features_t.size() != evidence.tracks.size())
            detail::throw_invalid(
                "Cascade::associate: expected iou and similarity of ", evidence.detections.size(), " x ",
                evidence.tracks.size(), " (detections x tracks) and a flag per row and column, got ",
                evidence.iou.rows(), " x ", evidence.iou.cols(), ", ", evidence.similarity.rows(), " x ",
                evidence.similarity.cols(), ", ", evidence.has_features_d.size(), " and ",
                evidence.has_features_t.size(), "; compute them from the same boxes");
    }

    template <AssociationStage Stage>
    void run(Stage& stage, int number, const Evidence& evidence) {
        gather(stage, evidence);
        if (detections_.empty() || tracks_.empty()) return;
        stage.score(evidence, detections_, tracks_, scores_);
        if (static_cast<std::size_t>(scores_.rows()) != detections_.size() ||
            static_cast<std::size_t>(scores_.cols()) != tracks_.size())
            detail::throw_invalid("Cascade::associate: expected ", detections_.size(), " x ", tracks_.size(),
                                  " scores from stage ", number, ", got ", scores_.rows(), " x ",
                                  scores_.cols(),
                                  "; use one row per detection and one column per track given to the stage");
        if (!options_.match_across_classes) forbid_other_classes(evidence);
        assigner_.assign(scores_, static_cast<float>(stage.margin(evidence)), track_of_);
        require_assignment(track_of_.size() == detections_.size());
        for (std::size_t i = 0; i < detections_.size(); ++i) {
            if (track_of_[i] < 0) continue;
            const auto column = static_cast<std::size_t>(track_of_[i]);
            require_assignment(column < tracks_.size() && taken_t_[tracks_[column]] == 0);
            const std::size_t track = tracks_[column];
            taken_d_[detections_[i]] = {number, track};
            taken_t_[track] = 1;
        }
    }

    void require_assignment(bool fits) const {
        if (!fits)
            detail::throw_invalid("Cascade::associate: expected distinct columns below ", tracks_.size(),
                                  " or -1 from the assigner for each of ", detections_.size(),
                                  " rows; see Assigner in concepts.hpp");
    }

    /// Collects the unmatched detections and tracks that the stage takes.
    template <AssociationStage Stage>
    void gather(const Stage& stage, const Evidence& evidence) {
        detections_.clear();
        for (std::size_t d = 0; d < evidence.detections.size(); ++d)
            if (taken_d_[d].stage < 0 && stage.takes(evidence.detections[d])) detections_.push_back(d);
        tracks_.clear();
        for (std::size_t t = 0; t < evidence.tracks.size(); ++t)
            if (taken_t_[t] == 0 && stage.takes(evidence.tracks[t])) tracks_.push_back(t);
    }

    void forbid_other_classes(const Evidence& evidence) {
        const int any_class = evidence.detections[detections_.front()].class_id;
        const auto is_of_it = [&](const auto& objects) {
            return [&, any_class](std::size_t k) { return objects[k].class_id == any_class; };
        };
        if (std::all_of(detections_.begin(), detections_.end(), is_of_it(evidence.detections)) &&
            std::all_of(tracks_.begin(), tracks_.end(), is_of_it(evidence.tracks)))
            return;
        for (std::size_t i = 0; i < detections_.size(); ++i)
            for (std::size_t j = 0; j < tracks_.size(); ++j)
                if (evidence.detections[detections_[i]].class_id != evidence.tracks[tracks_[j]].class_id)
                    scores_(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = kForbidden;
    }

    void write_result(std::vector<Match>& matches) {
        matches.clear();
        match_stages_.clear();
        for (std::size_t d = 0; d < taken_d_.size(); ++d) {
            if (taken_d_[d].stage < 0) continue;
            matches.push_back({d, taken_d_[d].track});
            match_stages_.push_back(taken_d_[d].stage);
        }
    }

    CascadeOptions options_;
    A assigner_;
    std::tuple<Stages...> stages_;
    std::vector<int> match_stages_; // [matches of the last call]
    std::vector<Taken> taken_d_;    // [M] stage and track of each detection's match
    std::vector<char> taken_t_;     // [N]
    // of the running stage
    std::vector<std::size_t> detections_, tracks_;
    Matrix scores_;
    std::vector<int> track_of_;
};

} // namespace fgagt
