#include "support/catch.hpp"

#include <fgagt/errors.hpp>
#include <fgagt/learning/margin_fit.hpp>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace fgagt;

namespace {

/// A sample without features: margins are fitted to similarities.
AssociationSample sample_of(std::vector<TrackId> identities_d, std::vector<TrackId> identities_t) {
    return {{}, {}, {}, std::move(identities_d), std::move(identities_t)};
}

Matrix one_pair(float similarity) {
    return Matrix::Constant(1, 1, similarity);
}

std::int64_t balance_at(float margin, const std::vector<AssociationSample>& samples,
                        const std::vector<Matrix>& similarities) {
    MarginAssigner assigner;
    std::vector<int> track_of;
    std::int64_t balance = 0;
    for (std::size_t k = 0; k < samples.size(); ++k) {
        assigner.assign(similarities[k], margin, track_of);
        for (std::size_t d = 0; d < track_of.size(); ++d)
            if (track_of[d] >= 0) {
                const TrackId track = samples[k].identities_t[static_cast<std::size_t>(track_of[d])];
                balance += samples[k].identities_d[d] == track ? 1 : -1;
            }
    }
    return balance;
}

} // namespace

TEST_CASE("A margin lies in the middle between right pairs and wrong ones") {
    // Right pairs from .72 on, wrong ones up to .41: margins .45 to .70 do equally well.
    const std::vector samples{sample_of({1}, {1}), sample_of({1}, {2}), sample_of({kNobody}, {3})};
    const std::vector similarities{one_pair(0.72F), one_pair(0.41F), one_pair(0.2F)};
    CHECK(std::abs(fitted_margin(samples, similarities) - 0.575F) < 1e-6F);
}

TEST_CASE("A margin gets most right where right and wrong pairs overlap") {
    const std::vector samples{sample_of({1}, {1}), sample_of({1}, {1}), sample_of({1}, {1}),
                              sample_of({1}, {2}), sample_of({kNobody}, {2})};
    const std::vector similarities{one_pair(0.61F), one_pair(0.22F), one_pair(0.24F), one_pair(0.31F),
                                   one_pair(0.12F)};
    // At .15 and .20 three are right and one is wrong; up to .10 two are wrong, from .25 on one is right.
    CHECK(std::abs(fitted_margin(samples, similarities) - 0.175F) < 1e-6F);
}

TEST_CASE("Of plateaus that are as good the longest counts, and of those the first") {
    // Right less wrong: 1 at 0, 0 from .05 to .20, 1 from .25 to .60, 0 above.
    const std::vector samples{sample_of({1}, {1}), sample_of({1}, {1}), sample_of({1}, {2})};
    const std::vector similarities{one_pair(0.62F), one_pair(0.02F), one_pair(0.22F)};
    CHECK(std::abs(fitted_margin(samples, similarities) - 0.425F) < 1e-6F);
    CHECK(std::abs(detail::middle_of_best_plateau(std::vector<std::int64_t>{1, 1, 0, 1, 1, 0}) - 0.5) <
          1e-12);
    CHECK(detail::middle_of_best_plateau(std::vector<std::int64_t>{-3}) == 0);
    CHECK(detail::middle_of_best_plateau(std::vector<std::int64_t>{0, 2, 0, 2, 2, 2}) == 4);
}

TEST_CASE("The fitted margin is as good as any of the grid") {
    std::mt19937 random(GENERATE(1U, 2U, 3U, 4U));
    std::uniform_real_distribution<float> uniform;
    std::vector<AssociationSample> samples;
    std::vector<Matrix> similarities;
    for (int k = 0; k < 20; ++k) {
        samples.push_back(sample_of({1, 2, kNobody, 3}, {3, 1, 5}));
        Matrix similarity(4, 3);
        for (Eigen::Index i = 0; i < similarity.size(); ++i)
            similarity.data()[i] = 0.6F * uniform(random);
        similarity(0, 1) += 0.3F;
        similarity(3, 0) += 0.2F;
        similarities.push_back(similarity);
    }
    const float margin = fitted_margin(samples, similarities);
    // Between two margins of the grid that are as good lies none that is worse than the worse of them here.
    const auto below = std::floor(margin * 20 + 1e-3F) / 20;
    for (int step = 0; step < 20; ++step)
        CHECK(balance_at(below, samples, similarities) >=
              balance_at(static_cast<float>(step) / 20, samples, similarities));
}

TEST_CASE("Nothing to fit a margin to gives the middle of all, and what does not fit is an error") {
    CHECK(std::abs(fitted_margin({}, {}) - 0.475F) < 1e-6F);
    const std::vector samples{sample_of({1}, {1})};
    CHECK_THROWS_AS(fitted_margin(samples, {}), InvalidArgument);
    const std::vector wide{Matrix(Matrix::Zero(1, 2))}, nan{one_pair(std::nanf(""))};
    CHECK_THROWS_AS(fitted_margin(samples, wide), InvalidArgument);
    CHECK_THROWS_AS(fitted_margin(samples, nan), InvalidArgument);
}
