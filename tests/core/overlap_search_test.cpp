#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/core/overlap_search.hpp>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

using namespace fgagt;
using test::kInfinity;
using test::kNaN;

namespace {

/// Boxes on a coarse grid, so that many edges touch; some are empty, and a few have extreme numbers.
std::vector<Box> many_boxes(std::mt19937& random, int count) {
    std::uniform_int_distribution<int> place(-20, 20), size(0, 8);
    const auto number = [&](auto& distribution) { return static_cast<float>(distribution(random)) / 2; };
    std::vector<Box> boxes{{-1e7F, 0, 2e7F, 1}, {0, -1e7F, 1, 2e7F}, {1e7F, 0, 1e-3F, 1}, {0, 0, -3, 3}};
    for (int k = 0; k < count; ++k)
        boxes.push_back({number(place), number(place), number(size), number(size)});
    return boxes;
}

std::vector<std::size_t> sorted(std::span<const std::size_t> indices) {
    std::vector<std::size_t> result(indices.begin(), indices.end());
    std::sort(result.begin(), result.end());
    return result;
}

} // namespace

TEST_CASE("the search finds exactly the overlapping boxes") {
    std::mt19937 random(test::seed_of("overlaps"));
    OverlapSearch search;
    for (int repeat = 0; repeat < 50; ++repeat) {
        const std::vector<Box> boxes = many_boxes(random, 4 * repeat);
        search.clear();
        for (std::size_t k = 0; k < boxes.size(); ++k)
            search.add(boxes[k], 10 * k);
        search.sort();
        for (const Box& box : many_boxes(random, 20)) {
            std::vector<std::size_t> expected;
            for (std::size_t k = 0; k < boxes.size(); ++k)
                if (intersection_area(boxes[k], box) > 0) expected.push_back(10 * k);
            REQUIRE(sorted(search.overlapping(box)) == expected);
        }
    }
}

TEST_CASE("the search finds nothing among no boxes, or for an invalid box") {
    OverlapSearch search;
    search.sort();
    CHECK(search.overlapping({0, 0, 1, 1}).empty());
    for (const float bad : {kNaN, kInfinity, -kInfinity})
        search.add({bad, 0, 1, 1}, 0);
    search.add({0, 0, 2, 2}, 7);
    search.add({0, kNaN, 2, 2}, 1);
    search.sort();
    CHECK(sorted(search.overlapping({1, 1, 1, 1})) == std::vector<std::size_t>{7});
    for (const Box& none :
         {Box{kNaN, 0, 1, 1}, Box{0, 0, kNaN, 1}, Box{0, 0, 0, 1}, Box{-kInfinity, 0, 1, 1}})
        CHECK(search.overlapping(none).empty());
}

TEST_CASE("pairwise IoU equals the IoU of every pair") {
    std::mt19937 random(test::seed_of("pairwise"));
    Matrix result;
    OverlapSearch scratch;
    for (const int count : {0, 1, 30, 3}) {
        const std::vector<Box> boxes_d = many_boxes(random, count), boxes_t = many_boxes(random, 40 - count);
        pairwise_iou(boxes_d, boxes_t, result, scratch);
        REQUIRE(static_cast<std::size_t>(result.rows()) == boxes_d.size());
        REQUIRE(static_cast<std::size_t>(result.cols()) == boxes_t.size());
        for (std::size_t d = 0; d < boxes_d.size(); ++d)
            for (std::size_t t = 0; t < boxes_t.size(); ++t)
                CHECK(result(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(t)) ==
                      static_cast<float>(iou(boxes_d[d], boxes_t[t])));
    }
}

TEST_CASE("pairwise IoU keeps its shape without boxes") {
    Matrix result;
    const std::vector<Box> two{{0, 0, 1, 1}, {5, 5, 1, 1}};
    pairwise_iou({}, two, result);
    CHECK((result.rows() == 0 && result.cols() == 2));
    pairwise_iou(two, {}, result);
    CHECK((result.rows() == 2 && result.cols() == 0));
    pairwise_iou(two, two, result);
    CHECK(result == Matrix::Identity(2, 2));
}
