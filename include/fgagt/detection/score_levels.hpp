#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of ScoreLevels.
struct ScoreLevelsOptions {
    bool adaptive = true; ///< false: use scores as they are
    /// Score at which the detector is normally trusted, (0, 1]. No level rises above it, unless
    /// `least_sure` or `least_birth` does.
    float ceiling = 0.6F;
    float sure = 0.5F;             ///< initial level: score of a sure detection, (0, 1)
    float birth = 0.6F;            ///< initial level: score that creates a track, (sure, 1)
    float least_sure = 0.2F;       ///< minimum level of a sure detection in any scene
    float least_birth = 0.3F;      ///< minimum level of a birth in any scene
    float sure_quantile = 0.13F;   ///< share of known objects' detections that are not sure, [0, 1]
    float birth_quantile = 0.24F;  ///< share of them that would not create a track, [0, 1]
    std::size_t window = 400;      ///< number of latest detections of known objects kept, >= 1
    std::size_t warm_up = 20;      ///< number of them needed before levels adapt
    std::size_t full_weight = 100; ///< number from which the initial levels no longer count, >= 1
};

/// Learns what a detector's scores mean in a scene.
///
/// The share of true positives among detections with a given score differs tenfold between scenes. Tracked
/// objects, however, are known to exist, so the scores of their detections show where the levels lie in this
/// scene. `calibrated` maps a score so that these levels become `sure` and `birth`. Association and lifecycle
/// can then use the same fixed levels in every scene.
class ScoreLevels {
public:
    using Options = ScoreLevelsOptions;

    /// Latest scores of known objects, as a plain value.
    struct State {
        std::vector<float> scores; ///< ring of at most `window`
        std::size_t oldest = 0;    ///< index that the next score overwrites once the ring is full
    };

    /// The minimum scores for a detection to be sure, and to create a track.
    struct Levels {
        float sure;  ///< minimum score of a sure detection
        float birth; ///< minimum score to create a track
    };

    ScoreLevels() : ScoreLevels(ScoreLevelsOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit ScoreLevels(ScoreLevelsOptions options) : options_(options) {
        const auto share = [](const float& value) { return detail::is_within(value, 0, 1); };
        if (!(detail::is_within(options.ceiling, 0, 1) && options.ceiling > 0))
            detail::throw_invalid("ScoreLevels: expected a ceiling in (0, 1], got ", options.ceiling);
        const auto rise = [](const float& sure, const float& birth) {
            return detail::is_within(sure, kLeast, 1) && detail::is_within(birth, kLeast, 1) &&
                   kLeast < sure && sure < birth && birth < 1;
        };
        if (!rise(options.sure, options.birth))
            detail::throw_invalid("ScoreLevels: expected ", kLeast, " < sure < birth < 1, got ", options.sure,
                                  " and ", options.birth);
        if (!rise(options.least_sure, options.least_birth))
            detail::throw_invalid("ScoreLevels: expected ", kLeast, " < least_sure < least_birth < 1, got ",
                                  options.least_sure, " and ", options.least_birth);
        if (!share(options.sure_quantile) || !share(options.birth_quantile))
            detail::throw_invalid("ScoreLevels: expected quantiles in [0, 1], got ", options.sure_quantile,
                                  " and ", options.birth_quantile);
        if (options.window == 0 || options.full_weight == 0)
            detail::throw_invalid("ScoreLevels: expected window and full_weight of at least 1");
    }

    [[nodiscard]] const ScoreLevelsOptions& options() const noexcept { return options_; }

    /// The levels learned from the scene so far.
    [[nodiscard]] Levels levels(const State& state) {
        if (!options_.adaptive) return {options_.sure, options_.birth};
        Levels seen{options_.sure, options_.birth};
        if (const std::size_t count = state.scores.size(); count >= options_.warm_up && count > 0) {
            const float weight =
                std::min(1.0F, static_cast<float>(count) / static_cast<float>(options_.full_weight));
            sort_into_bins(state.scores);
            seen.sure += weight * (quantile(state.scores, options_.sure_quantile) - seen.sure);
            seen.birth += weight * (quantile(state.scores, options_.birth_quantile) - seen.birth);
        }
        const float gap = options_.birth - options_.sure;
        const float birth = std::clamp(seen.birth, options_.least_birth,
                                       std::max(std::min(options_.ceiling, kMost), options_.least_birth));
        const float most_sure =
            std::max(options_.ceiling < 1 ? options_.ceiling - gap : kMost, options_.least_sure);
        const float top_sure = std::max(std::min(most_sure, birth - kSmallestGap), options_.least_sure);
        const float sure = std::clamp(seen.sure, options_.least_sure, top_sure);
        return {sure, birth};
    }

    /// Maps the score so that `levels` become `sure` and `birth`: piecewise linear, increasing, 0 to 0 and
    /// 1 to 1.
    [[nodiscard]] float calibrated(float score, const Levels& levels) const noexcept {
        const std::array<std::pair<float, float>, 5> knots{{{0.0F, 0.0F},
                                                            {kLeast, kLeast},
                                                            {levels.sure, options_.sure},
                                                            {levels.birth, options_.birth},
                                                            {1.0F, 1.0F}}};
        for (std::size_t k = 1; k < knots.size(); ++k) {
            if (score > knots[k].first) continue;
            const auto [x0, y0] = knots[k - 1];
            const auto [x1, y1] = knots[k];
            if (score == x1) return y1;
            return y0 + (y1 - y0) * (score - x0) / (x1 - x0);
        }
        return 1;
    }

    /// Remembers the score of a detection that continued a confirmed track.
    void remember(State& state, float score) const {
        if (!options_.adaptive) return;
        if (state.scores.size() < options_.window) {
            state.scores.push_back(score);
            return;
        }
        state.scores[state.oldest] = score;
        state.oldest = (state.oldest + 1) % options_.window;
    }

private:
    static constexpr float kLeast = 0.1F; // lower scores carry no information in any scene
    static constexpr float kMost = 0.99F; // highest level, so that some scores are above it
    static constexpr float kSmallestGap = 0.005F;
    static constexpr int kBins = 128;

    /// Sorts scores into bins of equal width over [0, 1].
    void sort_into_bins(const std::vector<float>& scores) {
        counts_.fill(0);
        bins_.resize(scores.size());
        for (std::size_t k = 0; k < scores.size(); ++k) {
            bins_[k] = static_cast<std::uint8_t>(std::clamp(scores[k], 0.0F, 1.0F) * (kBins - 1));
            ++counts_[bins_[k]];
        }
    }

    /// A quantile of the binned scores; only the scores of one bin are examined.
    [[nodiscard]] float quantile(const std::vector<float>& scores, float share) {
        auto rank = static_cast<std::size_t>(share * static_cast<float>(scores.size() - 1));
        std::size_t bin = 0;
        for (; rank >= counts_[bin]; ++bin)
            rank -= counts_[bin];
        in_bin_.clear();
        for (std::size_t k = 0; k < scores.size(); ++k)
            if (bins_[k] == bin) in_bin_.push_back(scores[k]);
        const auto place = in_bin_.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(in_bin_.begin(), place, in_bin_.end());
        return *place;
    }

    ScoreLevelsOptions options_;
    std::array<std::size_t, kBins> counts_{}; // of each bin
    std::vector<std::uint8_t> bins_;          // of each score
    std::vector<float> in_bin_;
};

/// For snapshots.
template <class Archive>
void transfer(Archive& archive, ScoreLevels::State& state) {
    archive(state.scores, state.oldest);
}

} // namespace fgagt
