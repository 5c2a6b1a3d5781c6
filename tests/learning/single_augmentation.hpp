#pragma once

#include <fgagt/learning/augmentation.hpp>

namespace fgagt::test {

/// Everything off but what a test is about.
[[nodiscard]] inline Augmentation only(void (*set)(AugmentationOptions&)) {
    AugmentationOptions options = Augmentation::none().options();
    set(options);
    return Augmentation(options);
}

} // namespace fgagt::test
