#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// What a network's class scores are.
enum class ScoreActivation : std::uint8_t {
    kProbability,            ///< probabilities
    kLogit,                  ///< logits, each class by itself: a sigmoid each
    kSoftmax,                ///< logits of classes that exclude each other
    kSoftmaxBackgroundFirst, ///< the same, the first of them for "nothing"; class 0 is the one after
    kSoftmaxBackgroundLast,  ///< the same, the last of them for "nothing"
};

} // namespace fgagt
