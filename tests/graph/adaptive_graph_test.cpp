#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/graph/graph.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace fgagt;
using Catch::Matchers::WithinAbs;

namespace {

/// Uniform in [low, high), the same in every standard library.
class Uniform {
public:
    explicit Uniform(const std::string& test_name) : random_(test::seed_of(test_name)) {}

    Matrix operator()(Eigen::Index rows, Eigen::Index columns, float low, float high) {
        Matrix result(rows, columns);
        for (Eigen::Index i = 0; i < result.size(); ++i)
            result.data()[i] = low + (high - low) * static_cast<float>(random_() >> 8) / 16777216.0F;
        return result;
    }

private:
    std::mt19937 random_;
};

GraphWeights random_weights(Uniform& uniform, Eigen::Index dimension) {
    GraphWeights weights;
    weights.prior_logit = 0.7F;
    const float size = 2 / std::sqrt(static_cast<float>(dimension));
    weights.w1 = uniform(dimension, dimension, -size, size);
    weights.w2 = uniform(dimension, dimension, -size, size);
    weights.wa = uniform(dimension, dimension, -size, size);
    return weights;
}

using Table = std::vector<std::vector<double>>;

Table table(Eigen::Index rows, Eigen::Index columns) {
    return Table(static_cast<std::size_t>(rows), std::vector<double>(static_cast<std::size_t>(columns), 0.0));
}

Table table(const Matrix& matrix) {
    Table result = table(matrix.rows(), matrix.cols());
    for (std::size_t i = 0; i < result.size(); ++i)
        for (std::size_t j = 0; j < result[i].size(); ++j)
            result[i][j] =
                static_cast<double>(matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
    return result;
}

Table transposed(const Table& a, Eigen::Index columns) {
    Table result = table(columns, static_cast<Eigen::Index>(a.size()));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < result.size(); ++j)
            result[j][i] = a[i][j];
    return result;
}

Table times(const Table& a, const Table& b, Eigen::Index columns) {
    Table result = table(static_cast<Eigen::Index>(a.size()), columns);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < static_cast<std::size_t>(columns); ++j)
            for (std::size_t k = 0; k < b.size(); ++k)
                result[i][j] += a[i][k] * b[k][j];
    return result;
}

Table naive_prior(const Table& f_d, const Table& f_t, const Table& iou, double w, bool squared) {
    Table prior = iou;
    for (std::size_t i = 0; i < f_d.size(); ++i) {
        std::vector<double> s(f_t.size());
        double norm = 0;
        for (std::size_t j = 0; j < f_t.size(); ++j) {
            double square = 0;
            for (std::size_t k = 0; k < f_d[i].size(); ++k)
                square += (f_d[i][k] - f_t[j][k]) * (f_d[i][k] - f_t[j][k]);
            s[j] = 1 / ((squared ? square : std::sqrt(square)) + 1e-16);
            norm += s[j] * s[j];
        }
        for (std::size_t j = 0; j < f_t.size(); ++j)
            prior[i][j] = w * iou[i][j] + (1 - w) * s[j] / std::sqrt(norm);
    }
    return prior;
}

/// Equations 9 to 11 as printed, with loops over doubles.
Table naive_graph(const Matrix& features_d, const Matrix& features_t, const Matrix& iou,
                  const GraphWeights& weights, const AdaptiveGraphOptions& options) {
    const Eigen::Index dimension = features_d.cols();
    const Table f_d = table(features_d), f_t = table(features_t);
    const double w = 1 / (1 + std::exp(-static_cast<double>(weights.prior_logit)));
    const Table e = naive_prior(f_d, f_t, table(iou), w, options.squared_distance);
    const auto nodes = [&](const Table& own, const Table& aggregated) {
        Table h = times(own, table(weights.w1), dimension);
        const Table message = times(aggregated, table(weights.w2), dimension);
        const Table gate = times(own, table(weights.wa), dimension);
        for (std::size_t i = 0; i < h.size(); ++i)
            for (std::size_t k = 0; k < h[i].size(); ++k) {
                h[i][k] += message[i][k] / (1 + std::exp(-gate[i][k]));
                if (options.relu) h[i][k] = std::max(0.0, h[i][k]);
            }
        if (weights.reduction.size() != 0) h = times(h, table(weights.reduction), weights.reduction.cols());
        for (auto& row : h) {
            const double norm = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
            for (double& value : row)
                if (norm > 0) value /= norm;
        }
        return h;
    };
    const Table h_d = nodes(f_d, times(e, f_t, dimension));
    const Table h_t = nodes(f_t, times(transposed(e, features_t.rows()), f_d, dimension));
    return times(h_d, transposed(h_t, h_t.empty() ? 0 : static_cast<Eigen::Index>(h_t[0].size())),
                 features_t.rows());
}

double largest_error(const Matrix& matrix, const Table& expected) {
    REQUIRE(matrix.rows() == static_cast<Eigen::Index>(expected.size()));
    double worst = 0;
    const Table actual = table(matrix);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(actual[i].size() == expected[i].size());
        for (std::size_t j = 0; j < expected[i].size(); ++j) {
            const double error = std::abs(actual[i][j] - expected[i][j]);
            worst = error <= worst ? worst : error; // also detects NaN
        }
    }
    return worst;
}

Matrix relate(AdaptiveGraph graph, const Matrix& features_d, const Matrix& features_t, const Matrix& iou) {
    Matrix similarity;
    graph.relate(features_d, features_t, iou, similarity);
    return similarity;
}

} // namespace

TEST_CASE("the graph agrees with the printed equations on random input") {
    Uniform uniform("the graph agrees with the printed equations");
    struct Shape {
        Eigen::Index m, n, d;
    };
    for (const Shape shape :
         {Shape{1, 1, 1}, Shape{1, 5, 3}, Shape{4, 1, 8}, Shape{7, 9, 16}, Shape{20, 13, 33}})
        for (const bool squared : {true, false})
            for (const bool relu : {true, false})
                for (const Eigen::Index reduced : {0, 5}) {
                    GraphWeights weights = random_weights(uniform, shape.d);
                    weights.options = {squared, relu};
                    if (reduced != 0) weights.reduction = uniform(shape.d, reduced, -1, 1);
                    const Matrix f_d = uniform(shape.m, shape.d, -1, 1),
                                 f_t = uniform(shape.n, shape.d, -1, 1);
                    const Matrix iou = uniform(shape.m, shape.n, 0, 1);
                    const AdaptiveGraphOptions& options = weights.options;
                    const Matrix result = relate(AdaptiveGraph(weights), f_d, f_t, iou);
                    // Sums of up to 33 products, three times in a row, in floats (6e-8), divided by row
                    // lengths that ReLU may reduce to a tenth.
                    CHECK(largest_error(result, naive_graph(f_d, f_t, iou, weights, options)) < 5e-5);
                }
}

TEST_CASE("the graph agrees with a case computed by hand") {
    // W1 = I, W2 = 2 I, Wa = 0 (a gate of one half), w = 0.5: H = F + aggregated. One detection at (1, 0) and
    // tracks at (1, 1) and (1, 2): squared distances 1 and 4, affinities (4, 1) / sqrt(17).
    GraphWeights weights = GraphWeights::untrained(2);
    weights.w2 = 2 * Matrix::Identity(2, 2);
    Matrix f_d(1, 2), f_t(2, 2), iou(1, 2);
    f_d << 1, 0;
    f_t << 1, 1, /**/ 1, 2;
    iou << 0.8F, 0.2F;
    const double e0 = 0.5 * 0.8 + 0.5 * 4 / std::sqrt(17), e1 = 0.5 * 0.2 + 0.5 / std::sqrt(17);
    const double d_x = 1 + e0 + e1, d_y = e0 + 2 * e1; // F_d + E F_t
    const auto cosine = [&](double t_x, double t_y) {
        return (d_x * t_x + d_y * t_y) / (std::hypot(d_x, d_y) * std::hypot(t_x, t_y));
    };
    AdaptiveGraph graph(weights);
    Matrix result;
    graph.relate(f_d, f_t, iou, result);
    CHECK_THAT(graph.prior()(0, 0), WithinAbs(e0, 1e-6));
    CHECK_THAT(graph.prior()(0, 1), WithinAbs(e1, 1e-6));
    CHECK_THAT(result(0, 0), WithinAbs(cosine(1 + e0, 1), 1e-6));
    CHECK_THAT(result(0, 1), WithinAbs(cosine(1 + e1, 2), 1e-6));
}

TEST_CASE("without weights the graph gives what identity weights give") {
    Uniform uniform("without weights the graph gives what identity weights give");
    const Matrix f_d = uniform(6, 19, -0.3F, 1), f_t = uniform(8, 19, -0.3F, 1), iou = uniform(6, 8, 0, 1);
    const AdaptiveGraph plain, identity(GraphWeights::untrained(19));
    const Matrix result = relate(plain, f_d, f_t, iou);
    CHECK(result == relate(identity, f_d, f_t, iou));
    CHECK(plain.margin() == identity.margin());
    CHECK_FALSE(plain.weights().has_value());
    const double expected =
        static_cast<double>(f_d.row(2).cwiseMax(0).normalized().dot(f_t.row(3).cwiseMax(0).normalized()));
    CHECK_THAT(result(2, 3), WithinAbs(expected, 1e-6));
}

TEST_CASE("the margin belongs to the weights") {
    GraphWeights weights = GraphWeights::untrained(3);
    CHECK(weights.margin == kUntrainedMargin);
    CHECK(GraphWeights().margin == 0.2F);
    weights.margin = 0.37F;
    CHECK(AdaptiveGraph(weights).margin() == 0.37F);
}

TEST_CASE("similarities are in range and objects are most similar to themselves") {
    Uniform uniform("similarities lie in their range");
    for (const bool relu : {true, false}) {
        GraphWeights weights = random_weights(uniform, 12);
        weights.options.relu = relu;
        const Matrix f = uniform(15, 12, -1, 1);
        const Matrix result = relate(AdaptiveGraph(weights), f, f, Matrix::Identity(15, 15));
        CHECK(result.maxCoeff() <= 1);
        CHECK(result.minCoeff() >= (relu ? 0.0F : -1.0F));
        CHECK((relu || result.minCoeff() < 0)); // otherwise the bound would be trivial
        const Matrix cosines = relate(AdaptiveGraph({.relu = relu}), f, f, Matrix::Identity(15, 15));
        for (Eigen::Index i = 0; i < 15; ++i)
            CHECK_THAT(cosines(i, i), WithinAbs(1.0, 1e-6));
    }
}

TEST_CASE("permuting detections permutes rows, permuting tracks permutes columns") {
    Uniform uniform("permuting detections permutes rows");
    const GraphWeights weights = random_weights(uniform, 10);
    const Matrix f_d = uniform(6, 10, -1, 1), f_t = uniform(5, 10, -1, 1), iou = uniform(6, 5, 0, 1);
    Eigen::PermutationMatrix<Eigen::Dynamic> p(6), q(5);
    p.indices() << 3, 0, 5, 1, 4, 2;
    q.indices() << 4, 2, 0, 1, 3;
    const Matrix expected = p * relate(AdaptiveGraph(weights), f_d, f_t, iou) * q.transpose();
    const Matrix result = relate(AdaptiveGraph(weights), p * f_d, q * f_t, p * iou * q.transpose());
    CHECK((result - expected).cwiseAbs().maxCoeff() < 1e-5F); // sums of 10 floats in another order
}

TEST_CASE("detections and tracks may change sides") {
    // Only the prior treats the two sides differently: its rows are normalised. With IoU only (w = 1), they
    // are symmetric.
    Uniform uniform("detections and tracks may change sides");
    GraphWeights weights = random_weights(uniform, 10);
    weights.prior_logit = 100;
    const Matrix f_d = uniform(6, 10, -1, 1), f_t = uniform(5, 10, -1, 1), iou = uniform(6, 5, 0, 1);
    const Matrix there = relate(AdaptiveGraph(weights), f_d, f_t, iou);
    const Matrix back = relate(AdaptiveGraph(weights), f_t, f_d, iou.transpose());
    CHECK((there - back.transpose()).cwiseAbs().maxCoeff() < 1e-5F);
}

TEST_CASE("no detections or no tracks are ordinary") {
    Uniform uniform("no detections or no tracks are ordinary");
    for (const AdaptiveGraph& graph : {AdaptiveGraph(), AdaptiveGraph(random_weights(uniform, 4))})
        for (const Eigen::Index m : {0, 3})
            for (const Eigen::Index n : {0, 2}) {
                const Matrix result =
                    relate(graph, Matrix::Ones(m, 4), Matrix::Ones(n, 4), Matrix::Zero(m, n));
                CHECK((result.rows() == m && result.cols() == n));
                CHECK(result.allFinite());
            }
    const Matrix no_features = relate(AdaptiveGraph(), Matrix(2, 0), Matrix(3, 0), Matrix::Ones(2, 3));
    CHECK(no_features == Matrix::Zero(2, 3));
}

TEST_CASE("a graph is reusable for other numbers of objects") {
    Uniform uniform("a graph may be used again");
    AdaptiveGraph graph(random_weights(uniform, 6));
    for (const Eigen::Index size : {5, 0, 9, 2}) {
        const Matrix f_d = uniform(size, 6, -1, 1), f_t = uniform(3, 6, -1, 1), iou = uniform(size, 3, 0, 1);
        Matrix result;
        graph.relate(f_d, f_t, iou, result);
        CHECK(result == relate(AdaptiveGraph(*graph.weights()), f_d, f_t, iou));
    }
}

TEST_CASE("extreme features give finite similarities and a zero row stays zero") {
    Uniform uniform("extreme features give finite similarities");
    GraphWeights weights = random_weights(uniform, 8);
    weights.w1 += 2 * Matrix::Identity(8, 8);
    for (const float size : {3e38F, 1e30F, 1e19F, 1.0F, 1e-19F, 1e-30F, 1e-42F, 0.0F})
        for (const bool trained : {false, true}) {
            const AdaptiveGraph graph = trained ? AdaptiveGraph(weights) : AdaptiveGraph();
            Matrix f = uniform(5, 8, 0.1F, 1) * size;
            f.row(1) = f.row(0); // identical
            f.row(3).setZero();  // no features
            f.row(4) = -f.row(4);
            const Matrix result = relate(graph, f, f, Matrix::Identity(5, 5));
            INFO("size " << size << ", trained " << trained);
            CHECK(result.allFinite());
            CHECK((result.minCoeff() >= 0 && result.maxCoeff() <= 1));
            if (!trained) {
                CHECK((result.row(3).isZero(0) && result.col(3).isZero(0)));
                const double itself = size > 0 ? 1 : 0;
                CHECK_THAT(result(0, 1), WithinAbs(itself, 1e-6));
                CHECK_THAT(result(2, 2), WithinAbs(itself, 1e-6));
            }
        }
}

TEST_CASE("the graph agrees with the printed equations on huge and tiny features") {
    Uniform uniform("the graph agrees with the printed equations on huge and tiny features");
    GraphWeights weights = random_weights(uniform, 8);
    for (const float size : {1e30F, 1e15F, 1e-15F, 1e-30F}) {
        const Matrix f_d = uniform(4, 8, -1, 1) * size, f_t = uniform(3, 8, -1, 1) * size;
        const Matrix iou = uniform(4, 3, 0, 1);
        for (const bool squared : {true, false}) {
            weights.options = {.squared_distance = squared};
            INFO("size " << size << ", squared " << squared);
            const Matrix result = relate(AdaptiveGraph(weights), f_d, f_t, iou);
            CHECK(largest_error(result, naive_graph(f_d, f_t, iou, weights, weights.options)) < 5e-5);
        }
    }
}

TEST_CASE("the prior distinguishes nearly equal vectors") {
    // Distances of 1e-6 and 3e-6 between vectors of length 100: |a|^2 + |b|^2 - 2ab would be noise. All
    // numbers are multiples of 2^-20, which floats near 8 represent exactly.
    const float step = std::ldexp(1.0F, -20);
    Matrix f_d = Matrix::Constant(1, 128, 8), f_t = Matrix::Constant(3, 128, 8), prior;
    f_t(0, 5) += step;
    f_t(1, 7) += 3 * step;
    f_t(2, 9) += 1000 * step;
    AffinityPriorScratch scratch;
    affinity_prior(f_d, f_t, Matrix::Zero(1, 3), 0, true, prior, scratch);
    CHECK(largest_error(prior, naive_prior(table(f_d), table(f_t), {{0, 0, 0}}, 0, true)) < 1e-6);
    // 1e-16 is small compared with 1e-12.
    CHECK_THAT(prior(0, 1) / prior(0, 0), WithinAbs(1.0 / 9, 1e-3));
}

TEST_CASE("identical vectors share the prior of their row") {
    Matrix f_d = Matrix::Constant(1, 4, 0.3F), f_t = Matrix::Constant(3, 4, 0.3F), prior;
    f_t.row(2).setConstant(0.4F);
    AffinityPriorScratch scratch;
    affinity_prior(f_d, f_t, Matrix::Zero(1, 3), 0, true, prior, scratch);
    CHECK_THAT(prior(0, 0), WithinAbs(std::sqrt(0.5), 1e-6));
    CHECK_THAT(prior(0, 1), WithinAbs(std::sqrt(0.5), 1e-6));
    CHECK_THAT(prior(0, 2), WithinAbs(0, 1e-6)); // 1e-16 / 0.04
}

TEST_CASE("the graph refuses inconsistent shapes and non-finite numbers") {
    Uniform uniform("the graph refuses");
    const GraphWeights weights = random_weights(uniform, 4);
    const AdaptiveGraph plain, trained(weights);
    const auto features = [](Eigen::Index rows, Eigen::Index columns) {
        return Matrix(Matrix::Ones(rows, columns));
    };
    CHECK_THROWS_AS(relate(plain, features(2, 4), features(3, 5), features(2, 3)), InvalidArgument);
    CHECK_THROWS_AS(relate(plain, features(2, 4), features(3, 4), features(3, 2)), InvalidArgument);
    CHECK_THROWS_AS(relate(plain, features(2, 4), features(3, 4), features(2, 2)), InvalidArgument);
    CHECK_THROWS_AS(relate(trained, features(2, 5), features(3, 5), features(2, 3)), InvalidArgument);
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Matrix broken = features(2, 4), broken_iou = features(2, 2);
        broken(1, 2) = broken_iou(0, 1) = bad;
        CHECK_THROWS_AS(relate(plain, broken, features(2, 4), features(2, 2)), InvalidArgument);
        CHECK_THROWS_AS(relate(plain, features(2, 4), broken, features(2, 2)), InvalidArgument);
        CHECK_THROWS_AS(relate(trained, features(2, 4), features(2, 4), broken_iou), InvalidArgument);
        GraphWeights reducing = weights;
        reducing.reduction = features(4, 2);
        const auto refused = [&](auto breaks) {
            GraphWeights broken_weights = reducing;
            breaks(broken_weights);
            CHECK_THROWS_AS(AdaptiveGraph(broken_weights), InvalidArgument);
        };
        refused([bad](GraphWeights& w) { w.w1(0, 0) = bad; });
        refused([bad](GraphWeights& w) { w.w2(1, 0) = bad; });
        refused([bad](GraphWeights& w) { w.wa(0, 1) = bad; });
        refused([bad](GraphWeights& w) { w.reduction(3, 1) = bad; });
        refused([bad](GraphWeights& w) { w.prior_logit = bad; });
        refused([bad](GraphWeights& w) { w.margin = bad; });
    }
    for (Matrix GraphWeights::*const member : {&GraphWeights::w1, &GraphWeights::w2, &GraphWeights::wa})
        for (const auto& [rows, columns] : {std::pair{4, 3}, std::pair{3, 4}}) {
            GraphWeights uneven = weights;
            uneven.*member = features(rows, columns);
            CHECK_THROWS_AS(AdaptiveGraph(uneven), InvalidArgument);
        }
    GraphWeights uneven = weights;
    uneven.reduction = Matrix::Ones(3, 2);
    CHECK_THROWS_AS(AdaptiveGraph(uneven), InvalidArgument);
    CHECK_THROWS_AS(AdaptiveGraph(GraphWeights()), InvalidArgument);
    GraphWeights huge = weights;
    huge.w1.setConstant(3e38F);
    CHECK_THROWS_AS(relate(AdaptiveGraph(huge), features(2, 4), features(2, 4), features(2, 2)),
                    InvalidArgument);
    try {
        (void)relate(trained, features(2, 5), features(3, 5), features(2, 3));
    } catch (const InvalidArgument& error) {
        CHECK(std::string(error.what()).find("[2 x 5], [3 x 5] and [2 x 3]") != std::string::npos);
    }
}
