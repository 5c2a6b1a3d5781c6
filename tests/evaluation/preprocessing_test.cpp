#include "evaluation/rows.hpp"
#include "support/catch.hpp"

#include <fgagt/evaluation/preprocessing.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

AlignedSequence aligned(std::vector<GroundTruthRow> gt, std::vector<ResultRow> result, MotRules rules) {
    return align(GroundTruthRows(std::move(gt)), ResultRows(std::move(result)), rules, 1000);
}

/// The number of counted boxes on each side, for a ground truth box of a class and an exact result.
std::pair<std::size_t, std::size_t> counted(int class_id, double flag, MotRules rules) {
    const AlignedSequence s = aligned({gt_row(1, 1, 0, class_id, flag)}, {result_row(1, 1, 0)}, rules);
    REQUIRE(s.frames.size() == 1);
    return {s.frames[0].gt_ids.size(), s.frames[0].result_ids.size()};
}

using Counted = std::pair<std::size_t, std::size_t>;

} // namespace

TEST_CASE("evaluation rules decide which classes count and which results are ignored") {
    for (int class_id = 1; class_id <= 13; ++class_id) {
        INFO("class " << class_id);
        const bool distractor = class_id == 2 || class_id == 7 || class_id == 8 || class_id == 12;
        const std::size_t gt = class_id == 1 ? 1 : 0;
        CHECK(counted(class_id, 1, MotRules::kMot17) == Counted(gt, distractor ? 0 : 1));
        CHECK(counted(class_id, 1, MotRules::kMot20) == Counted(gt, distractor || class_id == 6 ? 0 : 1));
        CHECK(counted(class_id, 1, MotRules::kMot15) == Counted(1, 1));
        CHECK(counted(class_id, 0, MotRules::kMot15) == Counted(0, 1));
    }
}

TEST_CASE("a flag of 0 removes a box, any other flag keeps it") {
    CHECK(counted(1, 0, MotRules::kMot17) == Counted(0, 1)); // the result remains as a false positive
    CHECK(counted(1, -1, MotRules::kMot17) == Counted(1, 1));
    CHECK(counted(8, 0, MotRules::kMot17) == Counted(0, 0));    // distractors count whatever their flag
    CHECK(counted(-1, 0.5, MotRules::kMot15) == Counted(0, 1)); // TrackEval truncates the fraction
}

TEST_CASE("a result is ignored only if it matches a distractor rather than a nearby pedestrian") {
    const std::vector<GroundTruthRow> gt{gt_row(1, 1, 0), gt_row(1, 2, 2, 8)};
    const AlignedSequence one = aligned(gt, {result_row(1, 1, 0.5F)}, MotRules::kMot17);
    CHECK(one.frames[0].result_ids.size() == 1);
    const AlignedSequence other = aligned(gt, {result_row(1, 1, 1.5F)}, MotRules::kMot17);
    CHECK(other.frames[0].result_ids.empty());
    // Its IoU with the distractor is 4/16.
    const AlignedSequence far = aligned(gt, {result_row(1, 1, 8)}, MotRules::kMot17);
    CHECK(far.frames[0].result_ids.size() == 1);
}

TEST_CASE("IDs are renumbered without gaps, and overlaps and boxes are counted by ID") {
    const AlignedSequence s =
        aligned({gt_row(5, 900, 0), gt_row(2, 900, 0), gt_row(5, -4, 100)},
                {result_row(5, 1'000'000'000'000, 5), result_row(7, 3, 0)}, MotRules::kMot15);
    REQUIRE(s.frames.size() == 3); // 2, 5, 7
    CHECK(s.gt_boxes_of_id == std::vector<int>{2, 1});
    CHECK(s.result_boxes_of_id == std::vector<int>{1, 1});
    CHECK(s.pairs == std::vector<std::pair<int, int>>{{0, 0}});
    REQUIRE(s.frames[1].overlaps.size() == 1);
    const Overlap& overlap = s.frames[1].overlaps[0];
    CHECK((overlap.gt == 0 && overlap.result == 0 && overlap.pair == 0 && overlap.iou == 5.0 / 15.0));
}

TEST_CASE("ground truth without classes cannot be evaluated with the rules of MOT17") {
    for (const int class_id : {-1, 0, 14})
        try {
            static_cast<void>(counted(class_id, 1, MotRules::kMot17));
            FAIL("no error");
        } catch (const InvalidArgument& error) {
            CHECK(std::string(error.what()).find("MOT15") != std::string::npos);
        }
}

TEST_CASE("evaluation rules are chosen from the ground truth") {
    CHECK(suitable_rules(GroundTruthRows({gt_row(1, 1, 0, 1), gt_row(1, 2, 0, 13)})) == MotRules::kMot17);
    CHECK(suitable_rules(GroundTruthRows({gt_row(1, 1, 0, 1), gt_row(1, 2, 0, -1)})) == MotRules::kMot15);
    CHECK(suitable_rules(GroundTruthRows()) == MotRules::kMot15);
}
