#include "support/catch.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/detection/detection_filter.hpp>

#include <vector>

using namespace fgagt;
using test::kInfinity;
using test::kNaN;

namespace {

struct Sorted {
    std::vector<UsableDetection> usable;
    std::vector<Rejection> rejected;

    [[nodiscard]] std::vector<std::size_t> indices() const {
        std::vector<std::size_t> result;
        for (const UsableDetection& detection : usable)
            result.push_back(detection.index);
        return result;
    }
};

Sorted sorted(DetectionFilter filter, const std::vector<Detection>& detections) {
    Sorted result;
    filter.apply(detections, result.usable, result.rejected);
    return result;
}

} // namespace

TEST_CASE("every kind of unusable detection is listed with its reason") {
    const std::vector<Detection> detections{{.box = {kNaN, 0, 1, 1}},
                                            {.box = {0, kInfinity, 1, 1}},
                                            {.box = {0, 0, kNaN, 1}},
                                            {.box = {0, 0, 1, -kInfinity}},
                                            {.box = {0, 0, 1, 1}, .score = kNaN},
                                            {.box = {0, 0, 1, 1}, .appearance = {1, kNaN}},
                                            {.box = {0, 0, 0, 1}},
                                            {.box = {0, 0, 1, -2}},
                                            {.box = {2e7F, 0, 1, 1}},
                                            {.box = {0, -2e7F, 1, 1}},
                                            {.box = {0, 0, 3e7F, 1}},
                                            {.box = {0, 0, 1, 1}, .appearance = {1, -2e7F}},
                                            {.box = {5, 6, 7, 8}, .appearance = {1e7F}, .tag = 42}};
    const Sorted result = sorted(DetectionFilter{}, detections);
    using enum RejectionReason;
    CHECK(result.rejected == std::vector<Rejection>{{0, kNotFinite},
                                                    {1, kNotFinite},
                                                    {2, kNotFinite},
                                                    {3, kNotFinite},
                                                    {4, kNotFinite},
                                                    {5, kNotFinite},
                                                    {6, kEmptyBox},
                                                    {7, kEmptyBox},
                                                    {8, kOutOfRange},
                                                    {9, kOutOfRange},
                                                    {10, kOutOfRange},
                                                    {11, kOutOfRange}});
    REQUIRE(result.usable.size() == 1);
    CHECK(result.usable[0].tag == 42);
    CHECK(result.indices() == std::vector<std::size_t>{12});
}

TEST_CASE("an unusable detection is an error if the option says so") {
    DetectionFilter filter({.unusable_is_error = true});
    const std::vector<Detection> detections{{.box = {0, 0, 1, 1}}, {.box = {0, 0, 0, 1}}};
    Sorted scratch;
    CHECK_THROWS_AS(filter.apply(detections, scratch.usable, scratch.rejected), InvalidArgument);
    CHECK_THROWS_WITH(filter.apply(detections, scratch.usable, scratch.rejected),
                      test::contains("detection 1") && test::contains("width or height"));
    const std::vector<Detection> other{{.box = {kNaN, 0, 1, 1}}}, far{{.box = {2e7F, 0, 1, 1}}};
    CHECK_THROWS_WITH(filter.apply(other, scratch.usable, scratch.rejected), test::contains("not finite"));
    CHECK_THROWS_WITH(filter.apply(far, scratch.usable, scratch.rejected), test::contains("1e7 pixels"));
}

TEST_CASE("scores are mapped linearly and clamped") {
    const DetectionFilter filter({.score_low = -2, .score_high = 6});
    std::vector<Detection> detections;
    for (const float score : {-100.0F, -2.0F, 2.0F, 6.0F, 1e30F})
        detections.push_back(
            {.box = {3.0F * static_cast<float>(detections.size()), 0, 1, 1}, .score = score});
    const Sorted result = sorted(filter, detections);
    REQUIRE(result.usable.size() == 5);
    const std::vector<float> expected{0, 0, 0.5F, 1, 1};
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(result.usable[i].score == expected[i]);
}

TEST_CASE("a score range must be finite and not empty") {
    CHECK_THROWS_AS(DetectionFilter({.score_low = 1, .score_high = 1}), InvalidArgument);
    CHECK_THROWS_AS(DetectionFilter({.score_low = 1, .score_high = 0}), InvalidArgument);
    CHECK_THROWS_AS(DetectionFilter({.score_low = kNaN}), InvalidArgument);
    CHECK_THROWS_AS(DetectionFilter({.score_high = kInfinity}), InvalidArgument);
}

TEST_CASE("of duplicate detections, the best one is kept") {
    const Box box{10, 10, 10, 10};
    const Box near{11, 10, 10, 10};  // IoU 9 / 11
    const Box apart{14, 10, 10, 10}; // IoU 6 / 14
    const std::vector<Detection> detections{
        {.box = near, .score = 0.5F},  {.box = {0, 0, 0, 0}},
        {.box = box, .score = 0.9F},   {.box = near, .score = 0.6F, .class_id = 1},
        {.box = apart, .score = 0.3F}, {.box = box, .score = 0.9F}};
    const Sorted result = sorted(DetectionFilter{}, detections);
    CHECK(result.indices() == std::vector<std::size_t>{2, 3, 4});
    CHECK(result.rejected == std::vector<Rejection>{{0, RejectionReason::kDuplicate},
                                                    {1, RejectionReason::kEmptyBox},
                                                    {5, RejectionReason::kDuplicate}});
    CHECK(result.usable[1].class_id == 1);
    CHECK(sorted(DetectionFilter({.duplicate_iou = 1}), detections).usable.size() == 5);
    CHECK(sorted(DetectionFilter({.duplicate_iou = 0.4F}), detections).indices() ==
          std::vector<std::size_t>{2, 3});
    CHECK_THROWS_AS(DetectionFilter({.duplicate_iou = 1.5F}), InvalidArgument);
}
