#include "assignment/oracle.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/assignment/linear_assignment.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>

using namespace fgagt;
using namespace fgagt::test;

namespace {

template <class Scalar>
std::vector<int> solve(const MatrixOf<Scalar>& matrix, Objective objective) {
    std::vector<int> column_of;
    LinearAssignment<Scalar>().solve(matrix, objective, column_of);
    return column_of;
}

} // namespace

TEST_CASE("linear assignment equals the best of all assignments") {
    // Multiples of 1/8 and their sums are exact in double, including penalties for forbidden pairs.
    const unsigned seed = seed_of("linear assignment equals the best of all assignments");
    CAPTURE(seed);
    std::mt19937 random(seed);
    // Shared by all cases: scratch memory must not leak between them.
    LinearAssignment<double> solver;
    std::vector<int> column_of;
    for (int round = 0; round < 6000; ++round) {
        const int most = round % 100 == 0 ? 8 : 6;
        const auto rows = static_cast<Eigen::Index>(random() % static_cast<unsigned>(most));
        const auto columns = static_cast<Eigen::Index>(random() % static_cast<unsigned>(most));
        const bool minimise = random() % 2U == 0;
        const double sign = minimise ? 1 : -1;
        const MatrixOf<double> values = coarse_matrix(rows, columns, random() % 8U,
                                                      sign * std::numeric_limits<double>::infinity(), random);
        const Worth best = best_of_all(values, [&](const Worth& a, const Worth& b) {
            return a.pairs > b.pairs || (a.pairs == b.pairs && sign * a.total < sign * b.total);
        });
        solver.solve(values, minimise ? Objective::kMinimise : Objective::kMaximise, column_of);
        CAPTURE(round, values);
        REQUIRE(worth_of(values, column_of) == best);
    }
}

TEST_CASE("linear assignment agrees with SciPy") {
    const auto golden_file = nlohmann::json::parse(std::ifstream(golden("assignment.json")));
    REQUIRE(golden_file["linear"].size() > 30);
    for (const auto& expected : golden_file["linear"]) {
        CAPTURE(expected.dump());
        const MatrixOf<double> values =
            golden_matrix(expected["rows"], expected["columns"], expected["seed"], expected["levels"], 0);
        const Objective objective = expected["maximise"] ? Objective::kMaximise : Objective::kMinimise;
        const Worth worth = worth_of(values, solve(values, objective));
        CHECK(worth.pairs == std::min(values.rows(), values.cols()));
        CHECK(worth.total == expected["total"].get<double>()); // sums of multiples of 2^-24 are exact
        const MatrixOf<float> in_float = values.cast<float>();
        CHECK(worth_of(in_float, solve(in_float, objective)) == worth);
    }
}

TEST_CASE("linear assignment matches as many allowed pairs as possible") {
    const double x = std::numeric_limits<double>::infinity();
    MatrixOf<double> costs(2, 2);
    costs << 1, x, 2, x; // both rows prefer column 0
    CHECK(solve(costs, Objective::kMinimise) == std::vector<int>{0, -1});
    costs << 2, x, 1, x;
    CHECK(solve(costs, Objective::kMinimise) == std::vector<int>{-1, 0});
    costs << 1, 1e6, 2, x; // two pairs at any price
    CHECK(solve(costs, Objective::kMinimise) == std::vector<int>{1, 0});
    costs << x, x, x, x;
    CHECK(solve(costs, Objective::kMinimise) == std::vector<int>{-1, -1});
    costs << 0, x, x, 0;
    CHECK(solve(costs, Objective::kMinimise) == std::vector<int>{0, 1});
}

TEST_CASE("linear assignment handles empty matrices") {
    CHECK(solve(MatrixOf<double>(0, 3), Objective::kMinimise).empty());
    CHECK(solve(MatrixOf<double>(3, 0), Objective::kMinimise) == std::vector<int>{-1, -1, -1});
    CHECK(solve(MatrixOf<double>(0, 0), Objective::kMaximise).empty());
}

TEST_CASE("linear assignment refuses invalid costs") {
    MatrixOf<double> values = MatrixOf<double>::Zero(2, 3);
    for (const float bad : {kNaN, -kInfinity}) {
        values(1, 2) = bad;
        CHECK_THROWS_AS(solve(values, Objective::kMinimise), InvalidArgument);
    }
    values(1, 2) = std::numeric_limits<double>::infinity();
    CHECK_THROWS_AS(solve(values, Objective::kMaximise), InvalidArgument);
    CHECK_NOTHROW(solve(values, Objective::kMinimise));
    values(1, 2) = 1e308; // sums would overflow
    CHECK_THROWS_AS(solve(values, Objective::kMinimise), InvalidArgument);
    MatrixOf<float> in_float = MatrixOf<float>::Zero(2, 3);
    in_float(1, 2) = std::numeric_limits<float>::max();
    CHECK_NOTHROW(solve(in_float, Objective::kMinimise));
}
