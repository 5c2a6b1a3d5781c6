#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// The form of a network's class scores.
enum class ScoreActivation : std::uint8_t {
    kProbability,            ///< probabilities
    kLogit,                  ///< logits of independent classes, with a sigmoid each
    kSoftmax,                ///< logits of mutually exclusive classes
    kSoftmaxBackgroundFirst, ///< the same; the first is the background, and class 0 is the second
    kSoftmaxBackgroundLast,  ///< the same; the last is the background
};

} // namespace fgagt
