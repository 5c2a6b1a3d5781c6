#include "pooling/pooled_rows.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/pooling/roi_align.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

using namespace fgagt;
using Catch::Matchers::WithinAbs;
using test::PooledRows;

namespace {

template <class Value>
FeatureMap make_map(int rows, int columns, int channels, Value value) {
    FeatureMap map;
    map.rows = rows;
    map.columns = columns;
    map.channels = channels;
    map.valid_cells = {0, 0, static_cast<float>(columns), static_cast<float>(rows)};
    map.data.resize(static_cast<std::size_t>(rows * columns * channels));
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x)
            for (int c = 0; c < channels; ++c)
                map.cell(y, x)[c] = static_cast<float>(value(y, x, c));
    return map;
}

double wave(int y, int x, int c) {
    return std::sin(0.7 * c + 0.31 * y) + std::cos(0.43 * x - 0.2 * c);
}

PooledRows pool(RoiAlignOptions options, const FeatureMap& map, const std::vector<Box>& boxes) {
    PooledRows result;
    RoiAlign(options).pool(map, boxes, result.features, result.valid);
    return result;
}

/// One bilinear sample in double, implemented from the documentation.
double sample(const FeatureMap& map, double y, double x, int c) {
    if (y < -1 || y > map.rows || x < -1 || x > map.columns) return 0;
    const auto split = [](double p, int cells, int& low, int& high) {
        p = std::max(p, 0.0);
        low = static_cast<int>(p);
        if (low >= cells - 1) {
            low = high = cells - 1;
            return 0.0;
        }
        high = low + 1;
        return p - low;
    };
    int y0, y1, x0, x1;
    const double fy = split(y, map.rows, y0, y1), fx = split(x, map.columns, x0, x1);
    const auto at = [&](int row, int column) { return static_cast<double>(map.cell(row, column)[c]); };
    return (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x1)) +
           fy * ((1 - fx) * at(y1, x0) + fx * at(y1, x1));
}

/// Mean of a bin, sample by sample.
double naive_bin(const RoiAlignOptions& o, const FeatureMap& map, const Box& box, int by, int bx, int c) {
    const double half = o.aligned ? 0.5 : 0.0;
    const double left = double{box.left} * map.scale_x + map.offset_x - half;
    const double top = double{box.top} * map.scale_y + map.offset_y - half;
    double width = double{box.width} * map.scale_x, height = double{box.height} * map.scale_y;
    if (!o.aligned) {
        width = std::max(width, 1.0);
        height = std::max(height, 1.0);
    }
    const int nx = o.sampling_ratio > 0 ? o.sampling_ratio : static_cast<int>(std::ceil(width / o.bins_x));
    const int ny = o.sampling_ratio > 0 ? o.sampling_ratio : static_cast<int>(std::ceil(height / o.bins_y));
    double sum = 0;
    for (int iy = 0; iy < ny; ++iy)
        for (int ix = 0; ix < nx; ++ix)
            sum += sample(map, top + height / o.bins_y * (by + (iy + 0.5) / ny),
                          left + width / o.bins_x * (bx + (ix + 0.5) / nx), c);
    return sum / (nx * ny);
}

} // namespace

TEST_CASE("roi_align agrees with onnxruntime's RoiAlign") {
    std::ifstream file(test::golden("roi_align.json"));
    REQUIRE(file);
    const auto golden = nlohmann::json::parse(file);
    FeatureMap map = make_map(golden["rows"], golden["columns"], golden["channels"], wave);
    map.scale_x = map.scale_y = golden["scale"];
    std::vector<Box> boxes;
    for (const auto& b : golden["boxes"])
        boxes.push_back({b[0], b[1], b[2], b[3]});
    for (const auto& one : golden["cases"]) {
        RoiAlignOptions options;
        options.bins_y = golden["bins_y"];
        options.bins_x = golden["bins_x"];
        options.sampling_ratio = one["sampling_ratio"];
        options.aligned = one["aligned"];
        options.max_grid = 100; // no limit: the largest box has bins of 75 cells
        const PooledRows result = pool(options, map, boxes);
        const auto& expected = one["pooled"];
        REQUIRE(result.features.rows() == static_cast<Eigen::Index>(expected.size()));
        double worst = 0;
        for (std::size_t k = 0; k < expected.size(); ++k) {
            REQUIRE(result.features.cols() == static_cast<Eigen::Index>(expected[k].size()));
            for (std::size_t i = 0; i < expected[k].size(); ++i)
                worst = std::max(worst, std::abs(expected[k][i].get<double>() -
                                                 result.features(static_cast<Eigen::Index>(k),
                                                                 static_cast<Eigen::Index>(i))));
        }
        INFO("sampling_ratio " << options.sampling_ratio << ", aligned " << options.aligned);
        // Coordinates of up to 125 cells have a relative error of 6e-8, and the slope is below 1.
        CHECK(worst < 1e-5);
    }
}

TEST_CASE("roi_align agrees with a loop over samples for all channel counts and scales") {
    std::mt19937 random(test::seed_of("roi_align agrees with a loop over samples"));
    const auto uniform = [&](double low, double high) {
        return static_cast<float>(low + (high - low) * static_cast<double>(random()) / 4294967296.0);
    };
    for (const int channels : {1, 3, 4, 7, 10, 16, 23, 36}) {
        FeatureMap map = make_map(9, 14, channels, wave);
        map.scale_x = 0.31F;
        map.offset_x = 1.7F;
        map.scale_y = 0.21F;
        map.offset_y = -0.4F;
        RoiAlignOptions options;
        options.sampling_ratio = channels % 4;
        options.aligned = channels % 3 != 0;
        std::vector<Box> boxes;
        for (int k = 0; k < 20; ++k)
            boxes.push_back({uniform(-20, 45), uniform(-20, 45), uniform(0.1, 60), uniform(0.1, 60)});
        const PooledRows result = pool(options, map, boxes);
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            if (result.valid[k] == 0) continue;
            double worst = 0;
            for (int i = 0; i < result.features.cols(); ++i) {
                const int c = i % channels, bin = i / channels;
                const double expected = naive_bin(options, map, boxes[k], bin / 7, bin % 7, c);
                worst =
                    std::max(worst, std::abs(expected - result.features(static_cast<Eigen::Index>(k), i)));
            }
            CHECK(worst < 1e-5); // sums of up to 256 floats of size 2
        }
    }
}

TEST_CASE("pooling a linear ramp gives its value at the bin centres") {
    // A cell's value belongs to its centre. Bilinear interpolation is exact on a ramp, and so is the mean of
    // a symmetric grid of samples of any density.
    FeatureMap map = make_map(40, 60, 2, [](int y, int x, int c) { return c == 0 ? x + 0.5 : y + 0.5; });
    map.scale_x = 0.25F;
    map.offset_x = 3;
    map.scale_y = 0.5F;
    map.offset_y = -2;
    const Box box_px{20.5F, 17.25F, 91, 42};
    for (const int ratio : {0, 1, 2, 5}) {
        RoiAlignOptions options;
        options.sampling_ratio = ratio;
        const PooledRows result = pool(options, map, {box_px});
        for (int by = 0; by < 7; ++by)
            for (int bx = 0; bx < 7; ++bx) {
                const double x_px = 20.5 + 91 * (bx + 0.5) / 7, y_px = 17.25 + 42 * (by + 0.5) / 7;
                const Eigen::Index at = (by * 7 + bx) * 2;
                // Tolerance: 4 units in the last place of floats near 60.
                CHECK_THAT(result.features(0, at), WithinAbs(0.25 * x_px + 3, 2e-5));
                CHECK_THAT(result.features(0, at + 1), WithinAbs(0.5 * y_px - 2, 2e-5));
            }
    }
}

TEST_CASE("roi_align keeps its dimension without boxes") {
    const PooledRows result = pool({}, make_map(3, 4, 5, wave), {});
    CHECK(result.features.rows() == 0);
    CHECK(result.features.cols() == 7 * 7 * 5);
    CHECK(result.valid.empty());
}

TEST_CASE("a box without valid cells is marked invalid and its row is zero") {
    FeatureMap map = make_map(10, 10, 3, [](int, int, int) { return 1; });
    map.scale_x = map.scale_y = 0.5F;
    map.valid_cells = {1, 2, 6, 5}; // letterboxed: pixels 2 .. 14 and 4 .. 14
    const std::vector<Box> boxes{{3, 5, 4, 4},     {13.5F, 5, 4, 4}, {14, 5, 4, 4}, {-5, 5, 7, 4},
                                 {3, 13.9F, 2, 9}, {3, 14, 2, 2},    {500, 5, 9, 9}};
    const PooledRows result = pool({}, map, boxes);
    CHECK(result.valid == std::vector<std::uint8_t>{1, 1, 0, 0, 1, 0, 0});
    for (std::size_t k = 0; k < boxes.size(); ++k)
        CHECK((result.features.row(static_cast<Eigen::Index>(k)).sum() > 0) == (result.valid[k] != 0));
}

TEST_CASE("invalid and extreme boxes are handled") {
    constexpr float kHuge = 1e7F, kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    const FeatureMap map = make_map(6, 8, 5, wave);
    const std::vector<Box> boxes{{-kHuge, -kHuge, 2 * kHuge, 2 * kHuge},
                                 {0, 0, kHuge, kHuge},
                                 {-kHuge, 2, 2 * kHuge, 1},
                                 {kHuge, kHuge, 1, 1},
                                 {2, 2, 1e-40F, 1e-40F},
                                 {2, 2, 0, 0},
                                 {5, 5, -3, -3},
                                 {kNaN, 0, 1, 1},
                                 {0, 0, kNaN, kInfinity},
                                 {-kInfinity, 0, kInfinity, 4},
                                 {-3e38F, -3e38F, 3e38F, 3e38F}};
    for (const int ratio : {0, 1, 2})
        for (const bool aligned : {true, false}) {
            RoiAlignOptions options;
            options.sampling_ratio = ratio;
            options.aligned = aligned;
            const PooledRows result = pool(options, map, boxes);
            CHECK(result.features.allFinite());
            for (std::size_t k = 0; k < boxes.size(); ++k)
                if (result.valid[k] == 0) CHECK(result.features.row(static_cast<Eigen::Index>(k)).isZero(0));
            CHECK(result.valid[3] == 0);
            CHECK(result.valid[7] == 0);
        }
    // The middle sample of a box around the map hits the map; two samples beside the middle are far outside.
    CHECK(pool({.sampling_ratio = 1}, map, boxes).valid[0] == 1);
    CHECK(pool({.sampling_ratio = 2}, map, boxes).valid[0] == 0);
}

TEST_CASE("the adaptive grid is capped") {
    const FeatureMap map = make_map(2, 900, 1, wave);
    const std::vector<Box> boxes{{0, 0, 900, 2}};
    const RoiAlignOptions capped{.bins_y = 1, .bins_x = 1, .sampling_ratio = 0, .max_grid = 30};
    const RoiAlignOptions uncapped{.bins_y = 1, .bins_x = 1, .sampling_ratio = 0, .max_grid = 1000};
    const double at_30 = pool(capped, map, boxes).features(0, 0);
    const double at_all = pool(uncapped, map, boxes).features(0, 0);
    double mean_of_30 = 0, mean_of_all = 0;
    for (int i = 0; i < 30; ++i) // two samples in y
        for (const double y : {0.0, 1.0})
            mean_of_30 += sample(map, y, 30 * (i + 0.5) - 0.5, 0) / 60;
    for (int i = 0; i < 900; ++i)
        for (const int y : {0, 1})
            mean_of_all += wave(y, i, 0) / 1800;
    CHECK_THAT(at_30, WithinAbs(mean_of_30, 1e-5));
    CHECK_THAT(at_all, WithinAbs(mean_of_all, 1e-5)); // 1800 products of 1e-3 with errors of 6e-8
    CHECK(std::abs(mean_of_30 - mean_of_all) > 1e-3);
}

TEST_CASE("roi_align refuses invalid options and inconsistent maps") {
    CHECK_THROWS_AS(RoiAlign({.bins_y = 0}), InvalidArgument);
    CHECK_THROWS_AS(RoiAlign({.bins_x = 257}), InvalidArgument);
    CHECK_THROWS_AS(RoiAlign({.sampling_ratio = -1}), InvalidArgument);
    CHECK_THROWS_AS(RoiAlign({.sampling_ratio = 65}), InvalidArgument);
    CHECK_THROWS_AS(RoiAlign({.max_grid = 0}), InvalidArgument);
    CHECK_THROWS_AS(pool({}, FeatureMap{}, {}), InvalidArgument);
    FeatureMap map = make_map(3, 4, 5, wave);
    map.data.pop_back();
    CHECK_THROWS_AS(pool({}, map, {}), InvalidArgument);
    map.data.push_back(std::numeric_limits<float>::quiet_NaN());
    CHECK_THROWS_AS(pool({}, map, {{0, 0, 4, 3}}), InvalidArgument);
}
