#include "support/catch.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>

#include <string>

using namespace fgagt;
using Catch::Matchers::WithinAbs;
using test::kInfinity;
using test::kNaN;

TEST_CASE("the IoU of boxes with a known overlap is correct") {
    const Box a{0, 0, 4, 2};
    CHECK(iou(a, a) == 1.0);
    CHECK(iou(a, {2, 0, 4, 2}) == 4.0 / 12.0);
    CHECK(iou(a, {4, 0, 4, 2}) == 0.0); // touching edges
    CHECK(iou(a, {0, 0, 0, 2}) == 0.0);
    CHECK(iou({0, 0, 0, 0}, {0, 0, 0, 0}) == 0.0);
}

TEST_CASE("areas beyond the exact range of float are exact") {
    CHECK(area({0, 0, 4097, 4097}) == 4097.0 * 4097.0);
    CHECK(iou({0, 0, 1e7F, 1e7F}, {0, 0, 1e7F, 5e6F}) == 0.5);
}

TEST_CASE("the overlap of very narrow boxes at large coordinates does not exceed their area") {
    for (const float length : {1e-3F, 1e-9F, 1e-10F, 1e-38F})
        for (const float place : {0.0F, 1.0F, 123'456.7F, -9.9e6F}) {
            const Box narrow{place, place, length, length}, wide{place - 1, place - 1, 5, 5};
            for (const Box& other : {narrow, wide}) {
                CHECK(intersection_area(narrow, other) <= area(narrow));
                CHECK(intersection_area(other, narrow) <= area(narrow));
                const double overlap = iou(narrow, other);
                CHECK((overlap >= 0 && overlap <= 1));
            }
        }
}

TEST_CASE("a box is usable if it is finite, positive and within the limit") {
    CHECK(is_usable({-1e7F, 1e7F - 2, 1, 1}));
    CHECK_FALSE(is_usable({0, 0, 0, 1}));
    CHECK_FALSE(is_usable({0, 0, 1, -1}));
    CHECK_FALSE(is_usable({0, 0, 1, 2e7F}));
    for (const float bad : {kInfinity, -kInfinity, kNaN}) {
        CHECK_FALSE(is_usable({bad, 0, 1, 1}));
        CHECK_FALSE(is_usable({0, bad, 1, 1}));
        CHECK_FALSE(is_usable({0, 0, bad, 1}));
        CHECK_FALSE(is_usable({0, 0, 1, bad}));
    }
}

TEST_CASE("an affine map is converted between pixel-centre conventions") {
    const Affine at_integers{1.1, 0.2, 3, -0.1, 0.9, -4};
    const Affine continuous = pixel_centre::to_continuous(at_integers);
    const double x = 10.25, y = -3.5; // integer-centre coordinates
    const double moved_x = 1.1 * x + 0.2 * y + 3, moved_y = -0.1 * x + 0.9 * y - 4;
    CHECK_THAT(continuous.a * (x + 0.5) + continuous.b * (y + 0.5) + continuous.tx,
               WithinAbs(moved_x + 0.5, 1e-12));
    CHECK_THAT(continuous.c * (x + 0.5) + continuous.d * (y + 0.5) + continuous.ty,
               WithinAbs(moved_y + 0.5, 1e-12));
}

TEST_CASE("a parse error names file, line and column") {
    const ParseError error("gt.txt", 7, 3, "expected a number, found 'x'");
    CHECK(std::string(error.what()) == "gt.txt:7: column 3: expected a number, found 'x'");
    CHECK(error.file() == "gt.txt");
    CHECK(error.line() == 7);
    CHECK(error.column() == 3);
    CHECK(std::string(ParseError("gt.txt", 0, 0, "cannot be opened").what()) == "gt.txt: cannot be opened");
}
