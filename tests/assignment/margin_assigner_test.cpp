#include "assignment/oracle.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/assignment/linear_assignment.hpp>
#include <fgagt/assignment/margin_assigner.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <limits>
#include <numeric>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

template <class Scalar>
std::vector<int> assign(const MatrixOf<Scalar>& scores, Scalar margin) {
    std::vector<int> track_of;
    BasicMarginAssigner<Scalar>().assign(scores, margin, track_of);
    return track_of;
}

/// Sum over detections of the matched score, or of the margin if unmatched.
template <class Scalar>
double total(const MatrixOf<Scalar>& scores, Scalar margin, const std::vector<int>& track_of) {
    const Worth worth = worth_of(scores, track_of);
    return worth.total + static_cast<double>(margin) * static_cast<double>(scores.rows() - worth.pairs);
}

bool all_reach(const MatrixOf<double>& scores, double margin, const std::vector<int>& track_of) {
    for (std::size_t row = 0; row < track_of.size(); ++row)
        if (track_of[row] >= 0 && scores(static_cast<Eigen::Index>(row), track_of[row]) < margin)
            return false;
    return true;
}

/// Continuous values, so that the optimum is almost surely unique.
MatrixOf<double> fine_matrix(Eigen::Index rows, Eigen::Index columns, std::mt19937& random) {
    return MatrixOf<double>::NullaryExpr(rows, columns,
                                         [&] { return static_cast<double>(random()) / 4294967296.0; });
}

} // namespace

TEST_CASE("the margin is part of the optimum, not a threshold after it") {
    Matrix scores(2, 2);
    scores << 0.9F, 0.45F, 0.6F, 0.1F;
    CHECK(assign(scores, 0.2F) == std::vector<int>{0, -1}); // .9 + .2 versus .45 + .6
    CHECK(assign(scores, 0.1F) == std::vector<int>{1, 0});  // 1.05 versus 1.0
}

TEST_CASE("a score equal to the margin is matched") {
    const Matrix one = Matrix::Constant(1, 1, 0.2F);
    CHECK(assign(one, 0.2F) == std::vector<int>{0});
    CHECK(assign(one, std::nextafter(0.2F, 1.0F)) == std::vector<int>{-1});
    Matrix two(2, 2); // both rows can match only if row 1 gets column 0
    two << 0.2F, 0.2F, 0.2F, kForbidden;
    CHECK(assign(two, 0.2F) == std::vector<int>{1, 0});
}

TEST_CASE("margin assignment equals the best of all assignments") {
    // Multiples of 1/8 and their sums are exact. Among equal totals, the result must have the most pairs.
    const unsigned seed = seed_of("margin assignment equals the best of all assignments");
    CAPTURE(seed);
    std::mt19937 random(seed);
    // Shared by all cases: scratch memory must not leak between them.
    BasicMarginAssigner<double> assigner;
    std::vector<int> track_of;
    for (int round = 0; round < 50'000; ++round) {
        const unsigned most = round % 1000 == 0 ? 8 : 6;
        const auto rows = static_cast<Eigen::Index>(random() % most);
        const auto columns = static_cast<Eigen::Index>(random() % most);
        const MatrixOf<double> scores =
            coarse_matrix(rows, columns, random() % 8U, -std::numeric_limits<double>::infinity(), random);
        const double margin = static_cast<double>(random() % 17U) / 8 - 1;
        const Worth best =
            best_of_all(MatrixOf<double>(scores.array() - margin), [](const Worth& a, const Worth& b) {
                return a.total > b.total || (a.total == b.total && a.pairs > b.pairs);
            });
        assigner.assign(scores, margin, track_of);
        CAPTURE(round, scores, margin);
        REQUIRE(worth_of(MatrixOf<double>(scores.array() - margin), track_of) == best);
        REQUIRE(all_reach(scores, margin, track_of));
        REQUIRE(assign(scores, margin) == track_of); // a new assigner breaks ties in the same way
    }
}

TEST_CASE("margin assignment agrees with SciPy on the augmented matrix") {
    const auto golden_file = nlohmann::json::parse(std::ifstream(golden("assignment.json")));
    REQUIRE(golden_file["margin"].size() > 60);
    int unique = 0;
    for (const auto& expected : golden_file["margin"]) {
        CAPTURE(expected["rows"], expected["columns"], expected["seed"], expected["margin"]);
        const MatrixOf<double> scores = golden_matrix(expected["rows"], expected["columns"], expected["seed"],
                                                      expected["levels"], expected["gated"]);
        const double margin = expected["margin"];
        const std::vector<int> track_of = assign(scores, margin);
        CHECK(total(scores, margin, track_of) ==
              expected["total"].get<double>()); // multiples of 2^-24: exact
        CHECK(all_reach(scores, margin, track_of));
        CHECK(assign(MatrixOf<float>(scores.cast<float>()), static_cast<float>(margin)) == track_of);
        if (!expected.contains("pairs")) continue;
        ++unique;
        std::vector<int> only(static_cast<std::size_t>(scores.rows()), -1);
        for (const auto& pair : expected["pairs"])
            only[pair[0].get<std::size_t>()] = pair[1];
        CHECK(track_of == only);
    }
    CHECK(unique > 30);
}

TEST_CASE("margin assignment equals linear assignment of the augmented matrix") {
    const unsigned seed = seed_of("margin assignment equals linear assignment of the augmented matrix");
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (const auto& [rows, columns] :
         {std::pair{40, 90}, {90, 40}, {70, 70}, {1, 50}, {50, 1}, {150, 200}, {260, 170}, {300, 300}}) {
        const MatrixOf<double> scores = fine_matrix(rows, columns, random);
        MatrixOf<double> augmented(rows, rows + columns);
        augmented << scores, MatrixOf<double>::Constant(rows, rows, 0.7);
        std::vector<int> column_of;
        LinearAssignment<double>().solve(augmented, Objective::kMaximise, column_of);
        // Sums of at most 300 values below 1: rounding errors below 300 * 300 * 2^-53.
        CHECK_THAT(total(scores, 0.7, assign(scores, 0.7)),
                   WithinAbs(worth_of(augmented, column_of).total, 1e-11));
    }
}

TEST_CASE("a constant on scores and margin changes nothing") {
    const unsigned seed = seed_of("a constant on scores and margin changes nothing");
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        const auto rows = static_cast<Eigen::Index>(random() % 30U);
        const auto columns = static_cast<Eigen::Index>(random() % 30U);
        const MatrixOf<double> scores =
            coarse_matrix(rows, columns, 2, -std::numeric_limits<double>::infinity(), random);
        const MatrixOf<double> moved = scores.array() + 3.5;
        REQUIRE(assign(scores, 0.25) == assign(moved, 3.75)); // exact, including ties
    }
}

TEST_CASE("permuting detections and tracks permutes a unique optimum") {
    const unsigned seed = seed_of("permuting detections and tracks permutes a unique optimum");
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (const auto& [rows, columns] : {std::pair{20, 33}, {33, 20}, {25, 25}}) {
        const MatrixOf<double> scores = fine_matrix(rows, columns, random);
        std::vector<int> row_order(static_cast<std::size_t>(rows)),
            column_order(static_cast<std::size_t>(columns));
        std::iota(row_order.begin(), row_order.end(), 0);
        std::iota(column_order.begin(), column_order.end(), 0);
        std::shuffle(row_order.begin(), row_order.end(), random);
        std::shuffle(column_order.begin(), column_order.end(), random);
        const std::vector<int> expected = assign(scores, 0.5);
        const std::vector<int> permuted = assign(MatrixOf<double>(scores(row_order, column_order)), 0.5);
        for (std::size_t i = 0; i < row_order.size(); ++i) {
            const int column = permuted[i];
            const int original = column < 0 ? -1 : column_order[static_cast<std::size_t>(column)];
            CHECK(original == expected[static_cast<std::size_t>(row_order[i])]);
        }
    }
}

TEST_CASE("margin assignment handles missing detections, tracks and allowed pairs") {
    CHECK(assign(Matrix(0, 3), 0.2F).empty());
    CHECK(assign(Matrix(3, 0), 0.2F) == std::vector<int>{-1, -1, -1});
    CHECK(assign(Matrix(0, 0), 0.2F).empty());
    CHECK(assign(Matrix(Matrix::Constant(2, 3, kForbidden)), -1e30F) == std::vector<int>{-1, -1});
    CHECK(assign(Matrix(Matrix::Constant(3, 2, kForbidden)), -1e30F) == std::vector<int>{-1, -1, -1});
}

TEST_CASE("margin assignment refuses invalid scores") {
    for (const auto& [rows, columns] : {std::pair{2, 3}, {3, 2}})
        for (const float bad : {kNaN, -kForbidden}) {
            Matrix scores = Matrix::Zero(rows, columns);
            scores(1, 1) = bad;
            CHECK_THROWS_AS(assign(scores, 0.2F), InvalidArgument);
        }
    for (const float bad : {kNaN, -kForbidden, kForbidden})
        CHECK_THROWS_AS(assign(Matrix(Matrix::Zero(1, 1)), bad), InvalidArgument);
}

TEST_CASE("an assigner is usable after an error") {
    MarginAssigner assigner;
    std::vector<int> track_of;
    Matrix scores = Matrix::Constant(3, 2, 0.5F);
    scores(0, 0) = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(assigner.assign(scores, 0.2F, track_of), InvalidArgument);
    scores(0, 0) = 0.9F;
    assigner.assign(scores, 0.2F, track_of);
    CHECK(track_of[0] == 0);
}
