#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// The form of a network's class scores.
enum class ScoreActivation : std::uint8_t {
    kProbability,            ///< probabilities
    kLogit,                  ///< logits of independent classes, with a sigmoid each
    kSoftmax,                ///< logits of mutually exclusive classes
    kSoftmaxBackgroundFirst, ///< the same, with the background first and class 0 second
    kSoftmaxBackgroundLast,  ///< the same, with the background last
};

} // namespace fgagt
