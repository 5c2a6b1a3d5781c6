#pragma once

#include <fgagt/learning/augmentation.hpp>

namespace fgagt::test {

/// All augmentations are off except the tested one.
[[nodiscard]] inline Augmentation only(void (*set)(AugmentationOptions&)) {
    AugmentationOptions options = Augmentation::none().options();
    set(options);
    return Augmentation(options);
}

} // namespace fgagt::test
