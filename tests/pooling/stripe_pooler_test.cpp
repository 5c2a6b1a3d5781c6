#include "pooling/pooled_rows.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/pooling/embedding.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>

#include <cmath>
#include <random>
#include <utility>
#include <vector>

using namespace fgagt;
using Catch::Matchers::WithinAbs;
using test::PooledRows;

namespace {

ColourImage random_image(int rows, int columns, unsigned seed) {
    std::mt19937 random(seed);
    ColourImage image{.rows = rows, .columns = columns};
    for (int i = 0; i < rows * columns; ++i) {
        image.data.push_back(static_cast<std::uint8_t>(random() % 180));
        image.data.push_back(static_cast<std::uint8_t>(random() % 256));
        image.data.push_back(static_cast<std::uint8_t>(random() % 256));
    }
    return image;
}

PooledRows pool(const ColourImage& image, const std::vector<Box>& boxes, StripePoolerOptions options = {}) {
    PooledRows result;
    StripePooler(options).pool(image, boxes, result.features, result.valid);
    return result;
}

Embedding random_embedding(Eigen::Index inputs, Eigen::Index outputs, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Matrix weights(outputs, inputs);
    Eigen::RowVectorXf bias(outputs);
    for (Eigen::Index k = 0; k < weights.size(); ++k)
        weights.data()[k] = normal(random);
    for (Eigen::Index k = 0; k < outputs; ++k)
        bias[k] = normal(random);
    return {std::move(weights), bias};
}

/// The same by definition: checks for every pixel of the image whether it belongs to the stripe.
std::vector<double> slowly(const ColourImage& image, const Box& box, const StripePoolerOptions& options) {
    std::vector<double> result;
    double squares = 0;
    for (int stripe = 0; stripe < options.stripes; ++stripe) {
        std::vector<double> bins(80, 0);
        double pixels = 0;
        for (int y = 0; y < image.rows; ++y)
            for (int x = 0; x < image.columns; ++x) {
                const double across = ((x + 0.5) / image.scale_x - box.left) / box.width;
                const double down = ((y + 0.5) / image.scale_y - box.top) / box.height * options.stripes;
                if (std::abs(across - 0.5) > 0.5 * options.middle_share || std::floor(down) != stripe)
                    continue;
                const std::uint8_t* pixel = image.pixel(y, x);
                bins[static_cast<std::size_t>(pixel[2] / 16)] += 1;
                bins[static_cast<std::size_t>(16 + pixel[0] * 8 / 180 * 8 + pixel[1] / 32)] += 1;
                pixels += 1;
            }
        for (const double bin : bins) {
            result.push_back(pixels > 0 ? std::sqrt(bin / pixels) : 0);
            squares += result.back() * result.back();
        }
    }
    for (double& value : result)
        value /= squares > 0 ? std::sqrt(squares) : 1;
    return result;
}

} // namespace

TEST_CASE("stripe histograms agree with a slow reference") {
    const ColourImage full = random_image(60, 50, test::seed_of("stripes"));
    ColourImage half = full;
    half.scale_x = 0.5F;
    half.scale_y = 0.25F;
    for (const ColourImage& image : {full, half})
        for (const StripePoolerOptions options : {StripePoolerOptions{}, StripePoolerOptions{3, 1.0F}}) {
            // off the pixel grid, so that no centre lies on an edge
            const std::vector<Box> boxes{{3.3F, 4.1F, 30.2F, 41.7F},
                                         {-20.4F, -9.7F, 40.9F, 50.3F},
                                         {30.1F, 40.3F, 90.7F, 77.9F},
                                         {10.2F, 10.3F, 3.1F, 4.3F}};
            const PooledRows result = pool(image, boxes, options);
            for (std::size_t k = 0; k < boxes.size(); ++k) {
                const std::vector<double> expected = slowly(image, boxes[k], options);
                for (std::size_t i = 0; i < expected.size(); ++i)
                    // Tolerance: float rounding errors of numbers up to 1.
                    REQUIRE_THAT(result.features(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(i)),
                                 WithinAbs(expected[i], 1e-6));
            }
        }
}

TEST_CASE("boxes that cover no pixel centre have no features") {
    const ColourImage image = random_image(20, 20, 1);
    const PooledRows result = pool(image, {{-50, 0, 10, 10},
                                           {500, 500, 10, 10},
                                           {3.6F, 3.6F, 0.2F, 0.2F},
                                           {-1e7F, -1e7F, 2e7F, 2e7F},
                                           {0, 0, 20, 20}});
    CHECK(result.valid == std::vector<std::uint8_t>{0, 0, 0, 1, 1});
    CHECK(result.features.topRows(3).isZero(0));
    CHECK(result.features.allFinite());
    CHECK_THAT(result.features.row(4).norm(), WithinAbs(1, 1e-6));
    CHECK(pool(image, {}).features.cols() == 480);
}

TEST_CASE("features depend on appearance, not on position") {
    ColourImage image = random_image(40, 80, 2);
    for (int y = 0; y < 40; ++y)
        for (int x = 0; x < 20; ++x)
            for (std::size_t c = 0; c < 3; ++c) {
                std::uint8_t* to = image.data.data() + 3 * (y * 80 + x + 40) + c;
                *to = image.pixel(y, x)[c];
            }
    const PooledRows result = pool(image, {{0, 0, 20, 40}, {40, 0, 20, 40}, {20, 0, 20, 40}});
    CHECK(result.features.row(0) == result.features.row(1));
    CHECK(result.features.row(0).dot(result.features.row(2)) < 0.99F);
}

TEST_CASE("a stripe pooler with an embedding returns the embedded histograms") {
    const ColourImage image = random_image(60, 50, test::seed_of("an embedding of stripes"));
    const std::vector<Box> boxes{{3.3F, 4.1F, 30.2F, 41.7F}, {-50, 0, 10, 10}, {10.2F, 10.3F, 20.1F, 40.3F}};
    const StripePoolerOptions options{3, 1.0F};
    const Embedding embedding = random_embedding(3 * 80, 7, 4);
    StripePooler pooler(embedding, options);
    CHECK(pooler.embedding().weights() == embedding.weights());
    CHECK(pooler.options().stripes == 3);
    PooledRows result;
    for (int again = 0; again < 2; ++again) { // nothing is left of the previous frame
        pooler.pool(image, boxes, result.features, result.valid);
        CHECK(result.valid == std::vector<std::uint8_t>{1, 0, 1});
        REQUIRE((result.features.rows() == 3 && result.features.cols() == 7));
        CHECK(result.features.row(1).isZero(0)); // not the bias
        for (const Eigen::Index k : {0, 2}) {
            const std::vector<double> histogram = slowly(image, boxes[static_cast<std::size_t>(k)], options);
            for (Eigen::Index out = 0; out < 7; ++out) {
                double expected = embedding.bias()[out];
                for (std::size_t in = 0; in < histogram.size(); ++in)
                    expected += histogram[in] * embedding.weights()(out, static_cast<Eigen::Index>(in));
                // Tolerance: float rounding errors.
                CHECK_THAT(result.features(k, out), WithinAbs(expected, 1e-5));
            }
        }
    }
    pooler.pool(image, {}, result.features, result.valid);
    CHECK((result.features.rows() == 0 && result.features.cols() == 7 && result.valid.empty()));
}

TEST_CASE("a stripe pooler with an empty embedding returns the histograms") {
    const ColourImage image = random_image(60, 50, 5);
    const std::vector<Box> boxes{{3.3F, 4.1F, 30.2F, 41.7F}, {-50, 0, 10, 10}};
    StripePooler pooler(Embedding{}, {.stripes = 4});
    CHECK(pooler.embedding().empty());
    PooledRows result;
    pooler.pool(image, boxes, result.features, result.valid);
    const PooledRows expected = pool(image, boxes, {.stripes = 4});
    CHECK(result.features == expected.features);
    CHECK(result.valid == expected.valid);
}

TEST_CASE("an embedding for another number of stripes is refused") {
    const Embedding embedding = random_embedding(480, 8, 6);
    CHECK_NOTHROW(StripePooler(embedding));
    CHECK_THROWS_WITH(StripePooler(embedding, {.stripes = 5}),
                      test::contains("400") && test::contains("480"));
    CHECK_THROWS_AS(StripePooler(random_embedding(479, 8, 6)), InvalidArgument);
    CHECK_THROWS_AS(StripePooler(embedding, {.stripes = 0}), InvalidArgument);
}

TEST_CASE("stripe options are checked") {
    CHECK_THROWS_AS(StripePooler({.stripes = 0}), InvalidArgument);
    CHECK_THROWS_AS(StripePooler({.middle_share = 0}), InvalidArgument);
    CHECK_THROWS_AS(StripePooler({.middle_share = 1.1F}), InvalidArgument);
}
