#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/score_activation.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace fgagt::detail {

/// 1 / (1 + exp(-x)), without overflow.
[[nodiscard]] inline float sigmoid(float logit) noexcept {
    return logit >= 0 ? 1 / (1 + std::exp(-logit)) : std::exp(logit) / (1 + std::exp(logit));
}

/// The class of a box, and its probability.
struct ScoredClass {
    int class_id = 0;
    float probability = 0;
};

/// Reads the class scores of one box after another.
class ClassReader {
public:
    explicit ClassReader(ScoreActivation activation, bool several)
        : activation_(activation),
          several_(several) {}

    /// Number of classes, given the number of score columns.
    [[nodiscard]] static std::size_t class_count(ScoreActivation activation, std::size_t columns) noexcept {
        return has_background(activation) && columns > 0 ? columns - 1 : columns;
    }

    /// The best class, or all classes in order of ID. Classes with a non-finite score are left out.
    ///
    /// @param score    function that maps a column to its value
    /// @param columns  number of score columns
    /// @return         valid until the next call
    template <class Score>
    [[nodiscard]] const std::vector<ScoredClass>& read(Score score, std::size_t columns) {
        classes_.clear();
        if (activation_ == ScoreActivation::kProbability || activation_ == ScoreActivation::kLogit)
            read_each(score, columns);
        else
            read_softmax(score, columns);
        return classes_;
    }

private:
    [[nodiscard]] static bool has_background(ScoreActivation activation) noexcept {
        return activation == ScoreActivation::kSoftmaxBackgroundFirst ||
               activation == ScoreActivation::kSoftmaxBackgroundLast;
    }

    template <class Score>
    void read_each(Score score, std::size_t columns) {
        for (std::size_t k = 0; k < columns; ++k) {
            const float value = score(k);
            if (is_finite(value)) take(k, value);
        }
        if (activation_ == ScoreActivation::kLogit)
            for (ScoredClass& scored : classes_)
                scored.probability = sigmoid(scored.probability);
    }

    template <class Score>
    void read_softmax(Score score, std::size_t columns) {
        float largest = columns > 0 ? score(0) : 0;
        for (std::size_t k = 1; k < columns; ++k)
            largest = std::max(largest, score(k));
        float sum = 0;
        for (std::size_t k = 0; k < columns; ++k)
            sum += std::exp(score(k) - largest);
        if (!is_finite(sum)) return;
        const std::size_t first = activation_ == ScoreActivation::kSoftmaxBackgroundFirst ? 1 : 0;
        for (std::size_t k = 0; k < class_count(activation_, columns); ++k)
            take(k, std::exp(score(k + first) - largest) / sum);
    }

    /// Keeps every class, or only the best one.
    void take(std::size_t class_id, float value) {
        const ScoredClass scored{static_cast<int>(class_id), value};
        if (several_ || classes_.empty())
            classes_.push_back(scored);
        else if (value > classes_.front().probability)
            classes_.front() = scored;
    }

    ScoreActivation activation_;
    bool several_;
    std::vector<ScoredClass> classes_;
};

} // namespace fgagt::detail
