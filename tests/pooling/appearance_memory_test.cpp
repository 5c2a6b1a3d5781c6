#include "support/catch.hpp"

#include <fgagt/pooling/appearance_memory.hpp>

#include <vector>

using namespace fgagt;

namespace {

std::vector<float> row(float a, float b) {
    return {a, b};
}

} // namespace

TEST_CASE("the memory is an exponential mean that starts with the first appearance") {
    const AppearanceMemory memory({.momentum = 0.75F});
    AppearanceMemory::State state;
    CHECK_FALSE(memory.recalls(state));
    memory.update(state, row(1, 0), false, 0.1F, 1); // whatever the weight of the first appearance
    CHECK(memory.recalls(state));
    memory.update(state, row(0, 1), false, 0.9F, 0);
    CHECK(state.mean == std::vector<float>{0.75F, 0.25F});
    memory.update(state, row(0, 1), false, 0.9F, 0.4F);
    CHECK(state.mean == std::vector<float>{0.5625F, 0.4375F});
}

TEST_CASE("uncertain and covered detections leave the memory unchanged") {
    const AppearanceMemory memory;
    AppearanceMemory::State state;
    memory.update(state, row(1, 0), false, 0.9F, 0);
    memory.update(state, row(0, 1), false, 0.49F, 0);
    memory.update(state, row(0, 1), false, 0.9F, 0.41F);
    CHECK(state.mean == std::vector<float>{1, 0});
}

TEST_CASE("features of another dimension replace the memory") {
    const AppearanceMemory memory;
    AppearanceMemory::State state;
    memory.update(state, std::vector<float>{1, 1, 1}, false, 0.9F, 0);
    memory.update(state, row(0, 1), false, 0.9F, 0);
    CHECK(state.mean == std::vector<float>{0, 1});
}

TEST_CASE("the source option selects memory, the current frame or both") {
    AppearanceMemory::State pooled, own;
    const AppearanceMemory stored, current({.source = AppearanceSource::kCurrent}),
        both({.source = AppearanceSource::kBoth});
    stored.update(pooled, row(1, 0), false, 0.9F, 0);
    stored.update(own, row(1, 0), true, 0.9F, 0);
    CHECK((stored.recalls(pooled) && !stored.wants_current(pooled)));
    CHECK((!current.recalls(pooled) && current.wants_current(pooled)));
    CHECK((both.recalls(pooled) && both.wants_current(pooled)));
    // The caller's own vectors cannot be re-extracted from the frame.
    for (const AppearanceMemory& memory : {stored, current, both})
        CHECK((memory.recalls(own) && !memory.wants_current(own)));
}

TEST_CASE("memory options are checked") {
    CHECK_THROWS_AS(AppearanceMemory({.momentum = 1}), InvalidArgument);
    CHECK_THROWS_AS(AppearanceMemory({.max_covered = 1.5F}), InvalidArgument);
}
