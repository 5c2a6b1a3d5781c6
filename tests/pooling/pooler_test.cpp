#include "support/catch.hpp"

#include <fgagt/pooling/pooling.hpp>

#include <string>

using namespace fgagt;

namespace {

FeatureMap make_map(int channels) {
    FeatureMap map;
    map.rows = 6;
    map.columns = 8;
    map.channels = channels;
    map.valid_cells = {0, 0, 8, 6};
    map.data.resize(static_cast<std::size_t>(6 * 8 * channels));
    for (std::size_t i = 0; i < map.data.size(); ++i)
        map.data[i] = static_cast<float>(i * 37 % 101) / 101.0F;
    return map;
}

// The second is outside the map.
const std::vector<Box> kBoxes{{1, 1, 4, 3}, {20, 0, 4, 3}, {-2, 3, 5, 5}};

struct Pooled {
    Matrix features;
    std::vector<std::uint8_t> valid;
};

template <class AnyPooler>
Pooled pool(AnyPooler& pooler, const typename AnyPooler::Map& map, const std::vector<Box>& boxes) {
    Pooled result;
    pooler.pool(map, boxes, result.features, result.valid);
    return result;
}

} // namespace

TEST_CASE("the pooler without an embedding equals roi_align") {
    RoiAlignPooler pooler({.dimension = 0});
    RoiAlign roi_align;
    const FeatureMap map = make_map(3);
    const Pooled result = pool(pooler, map, kBoxes), expected = pool(roi_align, map, kBoxes);
    CHECK(result.features == expected.features);
    CHECK(result.valid == std::vector<std::uint8_t>{1, 0, 1});
    CHECK(pooler.embedding().empty());
}

TEST_CASE("the pooler embeds the output of roi_align, by default with the untrained embedding") {
    const RoiAlignPoolerOptions options{.roi_align = {.bins_y = 4, .bins_x = 3}, .dimension = 20};
    RoiAlignPooler pooler(options);
    RoiAlign roi_align(options.roi_align);
    const FeatureMap map = make_map(3);
    const Pooled result = pool(pooler, map, kBoxes), pooled = pool(roi_align, map, kBoxes);
    Matrix expected;
    Embedding::untrained(4 * 3 * 3, 20).apply(pooled.features, expected);
    CHECK(result.features == expected);
    CHECK(pooler.embedding().inputs() == 36);

    RoiAlignPooler explicit_pooler(Embedding::untrained(36, 20), options);
    CHECK(pool(explicit_pooler, map, kBoxes).features == expected);
}

TEST_CASE("the row of an invalid box is zero instead of the bias") {
    RoiAlignPooler pooler(Embedding(Matrix::Ones(2, 49), Eigen::RowVectorXf::Constant(2, 5)));
    const Pooled result = pool(pooler, make_map(1), kBoxes);
    CHECK(result.valid == std::vector<std::uint8_t>{1, 0, 1});
    CHECK(result.features.row(1).isZero(0));
    CHECK((result.features.row(0).array() > 5).all());
}

TEST_CASE("the pooler keeps its dimension without boxes") {
    RoiAlignPooler embedded, plain({.dimension = 0});
    CHECK(pool(embedded, make_map(2), {}).features.cols() == 128);
    CHECK(pool(plain, make_map(2), {}).features.cols() == 98);
}

TEST_CASE("a map that does not fit the embedding is refused with a remedy") {
    RoiAlignPooler pooler;
    (void)pool(pooler, make_map(2), kBoxes);
    CHECK_THROWS_AS(pool(pooler, make_map(3), kBoxes), InvalidArgument);
    CHECK_THROWS_AS(pool(pooler, FeatureMap{}, kBoxes), InvalidArgument);
    CHECK(pool(pooler, make_map(2), kBoxes).features.allFinite()); // still usable
    RoiAlignPooler given(Embedding::untrained(49 * 4, 8));
    try {
        (void)pool(given, make_map(3), kBoxes);
        FAIL("expected InvalidArgument");
    } catch (const InvalidArgument& error) {
        CHECK(std::string(error.what()).find("196 numbers, got 147 (7 x 7 bins x 3 channels)") !=
              std::string::npos);
    }
    RoiAlignPooler fresh;
    CHECK_THROWS_AS(pool(fresh, FeatureMap{}, kBoxes), InvalidArgument);
    CHECK_THROWS_AS(RoiAlignPooler({.dimension = -1}), InvalidArgument);
    CHECK_THROWS_AS(RoiAlignPooler({.roi_align = {.bins_x = 0}}), InvalidArgument);
}

TEST_CASE("NoPooler gives invalid zero rows") {
    struct AnyMap {};
    static_assert(Pooler<NoPooler<AnyMap>>);
    NoPooler<AnyMap> none, sized({.dimension = 3});
    CHECK(pool(none, {}, kBoxes).features.cols() == 0);
    const Pooled result = pool(sized, {}, kBoxes);
    CHECK(result.features == Matrix::Zero(3, 3));
    CHECK(result.valid == std::vector<std::uint8_t>{0, 0, 0});
    CHECK(pool(sized, {}, {}).features.cols() == 3);
    CHECK_THROWS_AS(NoPooler<AnyMap>({.dimension = -1}), InvalidArgument);
}
