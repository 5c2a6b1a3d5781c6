#include "support/catch.hpp"

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/learning/simulated_object.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <limits>
#include <vector>

using namespace fgagt;

namespace {

constexpr int kSide = 60; // of the image, pixels

/// A box with edges at whole pixels, so that counting pixels gives exact areas.
Box whole_box(KeyedRandom& random) {
    const auto number = [&](int low, int high) {
        return static_cast<float>(low + static_cast<int>(random.uniform() * (high - low + 1)));
    };
    return {number(-10, kSide), number(-10, kSide), number(1, 40), number(1, 40)};
}

bool covers(const Box& box, int column, int row) {
    const double x = column + 0.5, y = row + 0.5;
    return x > box.left && x < box.right() && y > box.top && y < box.bottom();
}

bool nearer(const Box& box, const Box& other) {
    return box.bottom() > other.bottom() ||
           (box.bottom() == other.bottom() && box.width * box.height > other.width * other.height);
}

} // namespace

TEST_CASE("the visible part of a box equals the count of its visible pixels") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        KeyedRandom random(seed, 17);
        std::vector<SimulatedObject> objects(1 + seed % 8);
        for (SimulatedObject& object : objects)
            object.box = whole_box(random);
        std::vector<Box> occluders(seed % 3);
        for (Box& occluder : occluders)
            occluder = whole_box(random);
        find_visible_parts(objects, {kSide, kSide}, occluders);
        for (const SimulatedObject& object : objects) {
            int count = 0;
            cv::Rect hull;
            for (int row = 0; row < kSide; ++row)
                for (int column = 0; column < kSide; ++column) {
                    bool visible = covers(object.box, column, row);
                    for (const SimulatedObject& other : objects)
                        if (nearer(other.box, object.box) && covers(other.box, column, row)) visible = false;
                    for (const Box& other : occluders)
                        if (nearer(other, object.box) && covers(other, column, row)) visible = false;
                    if (!visible) continue;
                    ++count;
                    hull |= cv::Rect(column, row, 1, 1);
                }
            CAPTURE(seed);
            CHECK(object.visibility * area(object.box) == Approx(count).margin(1e-3));
            CHECK(object.visible_box == Box{static_cast<float>(hull.x), static_cast<float>(hull.y),
                                            static_cast<float>(hull.width), static_cast<float>(hull.height)});
        }
    }
}

TEST_CASE("of two boxes with equal bottom edges the larger one is nearer, equal boxes are both visible") {
    std::vector<SimulatedObject> objects(3);
    objects[0].box = {10, 30, 10, 20};
    objects[1].box = objects[2].box = {10, 10, 20, 40};
    find_visible_parts(objects, {kSide, kSide});
    CHECK(objects[0].visibility == 0);
    CHECK(objects[1].visibility == 1);
    CHECK(objects[2].visibility == 1);
}

TEST_CASE("boxes that are not usable are invisible and cover nothing") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    for (const Box& box : {Box{kNan, 10, 20, 90}, Box{10, 10, 0, 90}, Box{10, 10, 20, kNan}}) {
        std::vector<SimulatedObject> objects(2);
        objects[0].box = {10, 10, 20, 40};
        objects[1].box = box;
        find_visible_parts(objects, {kSide, kSide}, std::vector{box});
        CHECK(objects[0].visibility == 1);
        CHECK(objects[1].visibility == 0);
        CHECK(objects[1].visible_box == Box{});
    }
}

TEST_CASE("an object beside the image is invisible") {
    std::vector<SimulatedObject> objects(1);
    objects[0].box = {kSide + 1.F, 0, 10, 10};
    find_visible_parts(objects, {kSide, kSide});
    CHECK(objects[0].visibility == 0);
    CHECK(objects[0].visible_box == Box{});
}
