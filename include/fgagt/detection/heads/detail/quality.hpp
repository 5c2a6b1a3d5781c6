#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/detection/heads/centerness.hpp>
#include <fgagt/detection/heads/detail/class_scores.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/score_activation.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace fgagt::detail {

/// Combines class scores with the centerness of a cell.
class Quality {
public:
    /// @param raw  centerness as output by the network: a probability if the class scores are, else a logit
    Quality(Centerness use, ScoreActivation scores, float raw)
        : use_(use),
          centerness_(scores == ScoreActivation::kProbability ? raw : sigmoid(raw)) {
        if (!is_finite(raw)) centerness_ = 0;
    }
    [[nodiscard]] float operator()(float probability) const noexcept {
        if (use_ == Centerness::kNone) return probability;
        const float product = probability * centerness_;
        return use_ == Centerness::kRoot ? std::sqrt(product) : product;
    }

private:
    Centerness use_;
    float centerness_;
};

/// Whether scores are plausible for their activation: probabilities all lie in [0, 1], logits do not.
[[nodiscard]] inline bool scores_fit(const std::vector<Level>& levels, ScoreActivation activation) {
    bool probable = true;
    for (const Level& level : levels)
        for (std::size_t column = 0; column < level.values.columns; ++column)
            probable = probable && lies_within(level.values, column, 0, 1);
    return probable == (activation == ScoreActivation::kProbability);
}

/// The outputs that a head with several outputs expects, for an error message.
[[nodiscard]] inline std::string text_of_parts(std::size_t columns, Centerness centerness) {
    return "classes, boxes of " + std::to_string(columns) + " numbers" +
           (centerness == Centerness::kNone ? "" : " and centerness") +
           ", each as one table of all grids' cells or as one table or map per grid";
}

} // namespace fgagt::detail
