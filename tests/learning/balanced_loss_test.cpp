#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/balanced_loss.hpp>
#include <fgagt/learning/parameters.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>
#include <vector>

using namespace fgagt;

namespace {

using PairClass = BalancedLoss::PairClass;
using Values = MatrixOf<double>;

} // namespace

TEST_CASE("a pair's class depends on whether its detection and track continue") {
    const std::vector<TrackId> detections{1, 2, kNobody}, tracks{2, 1, 5, 7};
    using enum BalancedLoss::PairClass;
    CHECK(BalancedLoss::classes(detections, tracks) ==
          std::vector<PairClass>{kDifferent, kSame, kVanished, kVanished, kSame, kDifferent, kVanished,
                                 kVanished, kNew, kNew, kNew, kNew});
    CHECK(BalancedLoss::classes({}, tracks).empty());
    CHECK(BalancedLoss::classes(detections, {}).empty());
}

TEST_CASE("a false positive never matches a track without an ID") {
    const std::vector<TrackId> nobody{kNobody};
    CHECK(BalancedLoss::classes(nobody, nobody) == std::vector<PairClass>{PairClass::kNew});
}

TEST_CASE("the balanced loss agrees with a case computed by hand") {
    // Detection 0 is track 0, detection 1 is new, track 1 has vanished.
    const std::vector<TrackId> detections{1, 2}, tracks{1, 3};
    const auto classes = BalancedLoss::classes(detections, tracks);
    Values similarity(2, 2), gradient;
    similarity << 0.9, 0.4, //
        0.3, 0.1;
    BalancedLoss::Numbers numbers{};
    BalancedLoss::count(classes, numbers);
    CHECK(numbers == BalancedLoss::Numbers{0, 1, 2, 1});

    // beta .1^2 + gamma (.3^2 + .1^2) / 2 + delta .4^2
    const BalancedLoss loss({.alpha = 5, .beta = 2, .gamma = 3, .delta = 4});
    CHECK(loss.evaluate(similarity, classes, numbers, gradient) ==
          Approx(2 * 0.01 + 3 * 0.05 + 4 * 0.16).epsilon(1e-12));
    CHECK(gradient(0, 0) == Approx(2 * 2 * -0.1));
    CHECK(gradient(0, 1) == Approx(2 * 4 * 0.4));
    CHECK(gradient(1, 0) == Approx(3 * 0.3));
    CHECK(gradient(1, 1) == Approx(3 * 0.1));

    const BalancedLoss plain({.alpha = 5, .beta = 2, .gamma = 3, .delta = 4, .by_number = false});
    CHECK(plain.evaluate(similarity, classes, numbers, gradient) ==
          Approx(2 * 0.01 + 3 * 0.1 + 4 * 0.16).epsilon(1e-12));
}

TEST_CASE("class counts are summed over all frame pairs of a batch") {
    const std::vector<TrackId> detections{1, 2}, tracks{1, 2};
    const auto classes = BalancedLoss::classes(detections, tracks);
    BalancedLoss::Numbers once{}, twice{};
    BalancedLoss::count(classes, once);
    BalancedLoss::count(classes, twice);
    BalancedLoss::count(classes, twice);
    const Values similarity = Values::Constant(2, 2, 0.5);
    Values gradient;
    const BalancedLoss loss;
    CHECK(2 * loss.evaluate(similarity, classes, twice, gradient) ==
          Approx(loss.evaluate(similarity, classes, once, gradient)));
}

TEST_CASE("the balanced loss agrees with NumPy") {
    std::ifstream file(test::golden("balanced_loss.json"));
    const auto cases = nlohmann::json::parse(file);
    REQUIRE(cases.size() >= 5);
    for (const auto& one : cases) {
        const std::vector<TrackId> detections = one["detections"], tracks = one["tracks"];
        const std::vector<double> weights = one["weights"], numbers = one["similarity"],
                                  expected = one["gradient"];
        const Values similarity =
            Eigen::Map<const Values::Plain>(numbers.data(), static_cast<Eigen::Index>(detections.size()),
                                            static_cast<Eigen::Index>(tracks.size()));
        const auto classes = BalancedLoss::classes(detections, tracks);
        BalancedLoss::Numbers count{};
        BalancedLoss::count(classes, count);
        Values gradient;
        const BalancedLoss loss(
            {.alpha = weights[0], .beta = weights[1], .gamma = weights[2], .delta = weights[3]});
        CHECK(loss.evaluate(similarity, classes, count, gradient) ==
              Approx(one["loss"].get<double>()).margin(1e-12));
        for (std::size_t k = 0; k < expected.size(); ++k)
            CHECK(gradient.data()[k] == Approx(expected[k]).margin(1e-12));

        Matrix single;
        CHECK(loss.evaluate(Matrix(similarity.cast<float>()), classes, count, single) ==
              Approx(one["loss"].get<double>()).epsilon(1e-5).margin(1e-6));
    }
}

TEST_CASE("the balanced loss refuses pairs without a class") {
    const std::vector<BalancedLoss::PairClass> classes =
        BalancedLoss::classes(std::vector<TrackId>{1}, std::vector<TrackId>{1, 2});
    Matrix gradient;
    CHECK_THROWS_AS(BalancedLoss().evaluate(Matrix(Matrix::Ones(2, 2)), classes, {}, gradient),
                    InvalidArgument);
}

TEST_CASE("the balanced loss refuses invalid weights") {
    const double bad =
        GENERATE(-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity());
    CHECK_THROWS_AS(BalancedLoss({.alpha = bad}), InvalidArgument);
    CHECK_THROWS_AS(BalancedLoss({.delta = bad}), InvalidArgument);
}

TEST_CASE("weights decay towards their anchor once per batch") {
    NetworkWeightsOf<double> weights, anchor;
    weights.graph = GraphWeightsOf<double>::untrained(2);
    anchor = weights;
    weights.graph.w1(0, 1) = 3;
    weights.graph.prior_logit = -2;
    NetworkWeightsOf<double> gradient = zeros_like(weights);
    CHECK(weight_decay(weights, anchor, 0.1, gradient) == Approx(0.1 * (9 + 4)));
    CHECK(gradient.graph.w1(0, 1) == Approx(0.6));
    CHECK(gradient.graph.w1(0, 0) == 0);
    CHECK(gradient.graph.prior_logit == Approx(-0.4));
}
