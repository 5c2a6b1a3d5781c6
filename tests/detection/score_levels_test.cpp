#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/detection/score_levels.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace fgagt;
using Catch::Matchers::WithinAbs;

namespace {

ScoreLevels::State remembered(const ScoreLevels& levels, const std::vector<float>& scores) {
    ScoreLevels::State state;
    for (const float score : scores)
        levels.remember(state, score);
    return state;
}

/// `count` scores evenly from `low` to `high`.
std::vector<float> evenly(float low, float high, int count) {
    std::vector<float> scores;
    for (int i = 0; i < count; ++i)
        scores.push_back(low + (high - low) * static_cast<float>(i) / static_cast<float>(count - 1));
    return scores;
}

} // namespace

TEST_CASE("levels are those of the options until enough scores are known") {
    ScoreLevels levels;
    const auto known = levels.levels(remembered(levels, std::vector<float>(19, 0.3F)));
    CHECK((known.sure == 0.5F && known.birth == 0.6F));
    ScoreLevels cold({.warm_up = 0});
    const auto nothing = cold.levels({});
    CHECK((nothing.sure == 0.5F && nothing.birth == 0.6F));
}

TEST_CASE("levels are quantiles of the scores of known objects") {
    ScoreLevels levels({.ceiling = 1});
    const auto seen = levels.levels(remembered(levels, evenly(0.3F, 0.8F, 201)));
    CHECK_THAT(seen.sure, WithinAbs(0.365, 1e-5));
    CHECK_THAT(seen.birth, WithinAbs(0.42, 1e-5));
    // half of the weight at half of the required number
    const auto half = levels.levels(remembered(levels, std::vector<float>(50, 0.4F)));
    CHECK_THAT(half.birth, WithinAbs(0.5, 1e-5));
}

TEST_CASE("levels equal the scores of the same rank in a sorted list") {
    std::mt19937 random(test::seed_of("ranks"));
    for (const float high : {0.5F, 0.90001F, 1.5F}) { // one above the valid range
        std::uniform_real_distribution<float> any(0.5F * high, high);
        for (int repeat = 0; repeat < 50; ++repeat) {
            std::vector<float> scores(100U + static_cast<std::size_t>(repeat));
            for (float& score : scores)
                score = any(random);
            ScoreLevels levels({.ceiling = 1, .least_sure = 0.11F, .least_birth = 0.12F});
            const auto seen = levels.levels(remembered(levels, scores));
            std::sort(scores.begin(), scores.end());
            const auto ranked = [&](float share) {
                return scores[static_cast<std::size_t>(share * static_cast<float>(scores.size() - 1))];
            };
            CHECK_THAT(seen.birth, WithinAbs(std::min(ranked(0.24F), 0.99F), 1e-6));
            CHECK_THAT(seen.sure, WithinAbs(std::min(ranked(0.13F), seen.birth - 0.005F), 1e-6));
        }
    }
}

TEST_CASE("levels stay between floor and ceiling") {
    ScoreLevels levels;
    const auto low = levels.levels(remembered(levels, std::vector<float>(200, 0.12F)));
    CHECK((low.sure == 0.2F && low.birth == 0.3F));
    const auto high = levels.levels(remembered(levels, std::vector<float>(200, 0.95F)));
    CHECK_THAT(high.sure, WithinAbs(0.5, 1e-6));
    CHECK(high.birth == 0.6F);
    ScoreLevels unbounded({.ceiling = 1});
    const auto top = unbounded.levels(remembered(unbounded, std::vector<float>(200, 1.0F)));
    CHECK((top.sure < top.birth && top.birth < 1));
    ScoreLevels fixed({.adaptive = false});
    const auto still = fixed.levels(remembered(fixed, std::vector<float>(200, 0.12F)));
    CHECK((still.sure == 0.5F && still.birth == 0.6F));
}

TEST_CASE("levels remain distinct when the floors nearly meet") {
    ScoreLevels levels({.least_sure = 0.299F, .least_birth = 0.3F});
    const auto low = levels.levels(remembered(levels, std::vector<float>(200, 0.12F)));
    CHECK((low.sure == 0.299F && low.birth == 0.3F));
}

TEST_CASE("only the latest scores count") {
    ScoreLevels levels({.window = 30, .full_weight = 30});
    auto state = remembered(levels, std::vector<float>(100, 0.25F));
    CHECK(state.scores.size() == 30);
    for (int i = 0; i < 30; ++i)
        levels.remember(state, 0.55F);
    CHECK_THAT(levels.levels(state).birth, WithinAbs(0.55, 1e-6));
}

TEST_CASE("calibration keeps the order of scores and maps the levels to those of the options") {
    ScoreLevels levels;
    std::mt19937 random(test::seed_of("calibration"));
    for (int round = 0; round < 50; ++round) {
        const float sure = 0.2F + 0.6F * static_cast<float>(random() % 1000) / 1000;
        const ScoreLevels::Levels scene{sure, sure + 0.05F};
        CHECK(levels.calibrated(0, scene) == 0);
        CHECK(levels.calibrated(1, scene) == 1);
        CHECK(levels.calibrated(scene.sure, scene) == 0.5F);
        CHECK(levels.calibrated(scene.birth, scene) == 0.6F);
        float previous = -1;
        for (int i = 0; i <= 1000; ++i) {
            const float score = levels.calibrated(static_cast<float>(i) / 1000, scene);
            REQUIRE(score > previous);
            REQUIRE(score <= 1);
            previous = score;
        }
    }
    CHECK_THAT(levels.calibrated(0.37F, {0.5F, 0.6F}), WithinAbs(0.37, 1e-6));
}

TEST_CASE("level options are checked") {
    CHECK_THROWS_AS(ScoreLevels({.ceiling = 0}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.ceiling = 1.1F}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.sure = 0.1F}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.sure = 0.7F}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.birth = 1}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.least_sure = 0.1F}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.least_sure = 0.5F}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.least_birth = 1}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.sure_quantile = -0.1F}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.birth_quantile = 1.1F}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.window = 0}), InvalidArgument);
    CHECK_THROWS_AS(ScoreLevels({.full_weight = 0}), InvalidArgument);
}
