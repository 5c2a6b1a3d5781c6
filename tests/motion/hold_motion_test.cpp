#include "support/catch.hpp"

#include <fgagt/motion/hold_motion.hpp>

#include <limits>

using namespace fgagt;

namespace {

BoxFlow flow(float dx, float dy, float scale = 1) {
    return {dx, dy, scale, 1, true};
}

} // namespace

TEST_CASE("a held box moves only by reliable flow") {
    const HoldMotion motion;
    const Box seen{10, 20, 30, 40};
    auto state = motion.initiate(seen);
    CHECK(motion.box(state) == seen);
    BoxFlow unreliable = flow(5, 5);
    unreliable.reliable = false;
    motion.predict(state, 3, {1, 0, 100, 0, 1, 100}, unreliable);
    CHECK(motion.box(state) == seen);
    motion.predict(state, 3, {1, 0, 100, 0, 1, 100}, flow(5, -2)); // independent of time and camera
    CHECK(motion.box(state) == Box{15, 18, 30, 40});
    motion.predict(state, 1, {}, flow(0, 0, 2)); // scaled about the centre
    CHECK(motion.box(state) == Box{0, -2, 60, 80});
    motion.update(state, {1, 2, 3, 4}, 1);
    CHECK(motion.box(state) == Box{1, 2, 3, 4});
}

TEST_CASE("a held box stays usable") {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    const HoldMotion motion;
    for (const Box& hostile :
         {Box{kNaN, 0, 1, 1}, {0, kInfinity, 1, 1}, {0, 0, 0, 1}, {0, 0, 1, -kInfinity}}) {
        auto state = motion.initiate(hostile);
        CHECK(is_usable(motion.box(state)));
        state = motion.initiate({1, 2, 3, 4});
        motion.update(state, hostile, 1);
        CHECK(motion.box(state) == Box{1, 2, 3, 4});
    }
    for (const BoxFlow& hostile :
         {flow(kNaN, 0), flow(kInfinity, 0), flow(3e7F, 0), flow(0, 0, 0), flow(0, 0, kNaN)}) {
        auto state = motion.initiate({1, 2, 3, 4});
        motion.predict(state, 1, {}, hostile);
        CHECK(motion.box(state) == Box{1, 2, 3, 4});
    }
}
