#include "support/catch.hpp"
#include "support/perturbation.hpp"

#include <cmath>
#include <vector>

using namespace fgagt;
using Catch::Matchers::WithinAbs;
using test::perturbed;

namespace {

constexpr Box kBox{500, 300, 40, 100};
constexpr std::size_t kFrameCount = 200, kPerFrame = 100;

std::vector<std::vector<Detection>> detections() {
    return std::vector(kFrameCount, std::vector(kPerFrame, Detection{.box = kBox, .score = 0.5F, .tag = 7}));
}

} // namespace

TEST_CASE("perturbed detections have the requested errors") {
    std::size_t count = 0;
    double sums[5] = {}, squares[5] = {};
    for (const auto& frame : perturbed(detections(), 1))
        for (const Detection& detection : frame) {
            ++count;
            CHECK(detection.tag == 7);
            const Box& box = detection.box;
            const double errors[5] = {(box.left - kBox.left) / kBox.width, (box.top - kBox.top) / kBox.height,
                                      box.width / kBox.width - 1, box.height / kBox.height - 1,
                                      detection.score - 0.5};
            for (std::size_t k = 0; k < 5; ++k) {
                sums[k] += errors[k];
                squares[k] += errors[k] * errors[k];
            }
        }
    // For n = 20000 samples, bounds of 4 standard errors: sqrt(n p (1 - p)), 0.01 / sqrt(n), 0.01 / sqrt(2
    // n).
    const double n = kFrameCount * kPerFrame;
    CHECK_THAT(static_cast<double>(count), WithinAbs(n * (1 - 0.015), 4 * std::sqrt(n * 0.015 * 0.985)));
    for (std::size_t k = 0; k < 5; ++k) {
        CAPTURE(k);
        const auto kept = static_cast<double>(count);
        CHECK_THAT(sums[k] / kept, WithinAbs(0, 4 * 0.01 / std::sqrt(n)));
        CHECK_THAT(std::sqrt(squares[k] / kept), WithinAbs(0.01, 4 * 0.01 / std::sqrt(2 * n)));
    }
}

TEST_CASE("the seed alone determines perturbed detections") {
    const auto once = perturbed(detections(), 1);
    const auto again = perturbed(detections(), 1);
    const auto other = perturbed(detections(), 2);
    CHECK(once[3][5].box == again[3][5].box);
    CHECK_FALSE(once[3][5].box == other[3][5].box);
    CHECK_FALSE(once[3][5].box == once[4][5].box);
}

TEST_CASE("a perturbation of zero changes nothing") {
    const auto same = perturbed(detections(), 1, {.dropped = 0, .jitter = 0, .score = 0});
    REQUIRE(same.size() == kFrameCount);
    REQUIRE(same[9].size() == kPerFrame);
    CHECK(same[9][9].box == kBox);
    CHECK(same[9][9].score == 0.5F);
}
