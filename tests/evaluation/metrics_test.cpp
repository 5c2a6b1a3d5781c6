#include "evaluation/rows.hpp"
#include "support/catch.hpp"

#include <fgagt/evaluation/evaluation.hpp>

#include <cmath>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double kRounding = 1e-12; // a few operations in double on numbers of size 1

Metrics evaluated(std::vector<GroundTruthRow> gt, std::vector<ResultRow> result,
                  MotRules rules = MotRules::kMot15) {
    return evaluate(GroundTruthRows(std::move(gt)), ResultRows(std::move(result)), rules);
}

/// One object in 10 frames with exact boxes and these result IDs (0: missed).
Metrics with_ids(const std::vector<TrackId>& ids) {
    return evaluated(standing_object(static_cast<std::int64_t>(ids.size())), result_with_ids(ids));
}

} // namespace

TEST_CASE("a perfect result scores 100 per cent everywhere") {
    const Metrics m =
        evaluated({gt_row(1, 1, 0), gt_row(1, 2, 50), gt_row(2, 1, 4), gt_row(2, 2, 46)},
                  {result_row(1, 8, 0), result_row(1, 5, 50), result_row(2, 8, 4), result_row(2, 5, 46)});
    for (std::size_t a = 0; a < kHotaThresholds; ++a)
        CHECK(m.hota.hota(a) == 1);
    for (const double score : {m.hota.hota(), m.hota.det_a(), m.hota.ass_a(), m.hota.loc_a(), m.clear.mota(),
                               m.clear.motp(), m.identity.idf1(), m.identity.idp(), m.identity.idr()})
        CHECK_THAT(score, WithinAbs(1, kRounding));
    CHECK((m.clear.mostly_tracked == 2 && m.clear.partly_tracked == 0 && m.clear.mostly_lost == 0));
    CHECK((m.clear.id_switches == 0 && m.clear.fragmentations == 0));
}

TEST_CASE("the metrics of one ID switch equal hand-computed values") {
    const Metrics m = with_ids({1, 1, 1, 1, 1, 1, 2, 2, 2, 2});
    CHECK(m.clear.id_switches == 1);
    CHECK(m.clear.fragmentations == 0); // it is never lost
    CHECK_THAT(m.clear.mota(), WithinAbs(0.9, kRounding));
    CHECK(m.identity.true_positives == 6); // the object is result 1
    CHECK((m.identity.false_negatives == 4 && m.identity.false_positives == 4));
    CHECK_THAT(m.identity.idf1(), WithinAbs(0.6, kRounding));
    CHECK_THAT(m.hota.det_a(), WithinAbs(1, kRounding));
    // 6 boxes with an association of 6/(10 + 6 - 6), 4 boxes with an association of 4/(10 + 4 - 4).
    CHECK_THAT(m.hota.ass_a(), WithinAbs((6 * 0.6 + 4 * 0.4) / 10, kRounding));
    CHECK_THAT(m.hota.hota(), WithinAbs(std::sqrt(0.52), kRounding));
}

TEST_CASE("an ID switch is counted across a gap, relative to the last matched ID") {
    CHECK(with_ids({1, 1, 0, 0, 2}).clear.id_switches == 1);
    CHECK(with_ids({1, 1, 0, 0, 1}).clear.id_switches == 0);
    CHECK(with_ids({1, 2, 1, 2}).clear.id_switches == 3);
}

TEST_CASE("fragmentations count how often an object is found again") {
    // A second, perfect object ensures that no frame is without results, because such frames interrupt
    // nothing.
    const auto fragmentations = [](const std::vector<TrackId>& ids) {
        auto gt = standing_object(static_cast<std::int64_t>(ids.size()));
        auto result = result_with_ids(ids);
        for (std::int64_t frame = 1; frame <= static_cast<std::int64_t>(ids.size()); ++frame) {
            gt.push_back(gt_row(frame, 2, 100));
            result.push_back(result_row(frame, 99, 100));
        }
        return evaluated(std::move(gt), std::move(result)).clear.fragmentations;
    };
    CHECK(fragmentations({1, 1, 1}) == 0);
    CHECK(fragmentations({0, 1, 1, 0}) == 0);
    CHECK(fragmentations({1, 0, 1, 0, 0, 1}) == 2);
    CHECK(fragmentations({1, 0, 2}) == 1);
    CHECK(fragmentations({0, 0, 0}) == 0);
}

TEST_CASE("mostly tracked means above 80 per cent, mostly lost below 20") {
    const auto tracked = [](int frames) {
        std::vector<TrackId> ids(10, 0);
        std::fill_n(ids.begin(), frames, TrackId{1});
        const ClearCounts c = with_ids(ids).clear;
        REQUIRE(c.mostly_tracked + c.partly_tracked + c.mostly_lost == 1);
        return c.mostly_tracked == 1 ? 'T' : c.partly_tracked == 1 ? 'P' : 'L';
    };
    CHECK(tracked(9) == 'T');
    CHECK(tracked(8) == 'P');
    CHECK(tracked(2) == 'P');
    CHECK(tracked(1) == 'L');
    CHECK(tracked(0) == 'L');
}

TEST_CASE("CLEAR and identity match from an IoU of 0.5, HOTA at every threshold reached") {
    GroundTruthRow gt = gt_row(1, 1, 0);
    ResultRow half{1, 1, Box{0, 0, 10, 5}, 1}; // IoU 0.5
    Metrics m = evaluated({gt}, {half});
    CHECK(m.clear.true_positives == 1);
    CHECK(m.identity.true_positives == 1);
    CHECK_THAT(m.clear.motp(), WithinAbs(0.5, kRounding));
    CHECK_THAT(m.hota.det_a(), WithinAbs(10.0 / 19, kRounding)); // 0.05 ... 0.50
    CHECK_THAT(m.hota.loc_a(), WithinAbs((10 * 0.5 + 9 * 1.0) / 19, kRounding));

    half.box.height = 4.99;
    m = evaluated({gt}, {half});
    CHECK((m.clear.true_positives == 0 && m.clear.false_positives == 1 && m.clear.false_negatives == 1));
    CHECK(m.identity.true_positives == 0);
    CHECK_THAT(m.hota.det_a(), WithinAbs(9.0 / 19, kRounding));
}

TEST_CASE("CLEAR keeps the previous frame's pair even if another box fits better") {
    const Metrics m = evaluated({gt_row(1, 1, 0), gt_row(2, 1, 0)},
                                {result_row(1, 1, 0), result_row(2, 1, 3), result_row(2, 2, 0)});
    CHECK(m.clear.id_switches == 0);
    CHECK_THAT(m.clear.motp(), WithinAbs((1 + 7.0 / 13) / 2, kRounding));
    const Metrics lost = evaluated({gt_row(1, 1, 0), gt_row(2, 1, 0)},
                                   {result_row(1, 1, 0), result_row(2, 1, 4), result_row(2, 2, 0)});
    CHECK(lost.clear.id_switches == 1); // an IoU of 6/14 is not a match
}

TEST_CASE("HOTA's matching prefers the ID that fits the whole sequence") {
    // Result 2 overlaps more in frame 3, but result 1 matches the object in all other frames.
    std::vector<ResultRow> result = result_with_ids({1, 1, 0, 1, 1});
    result.push_back(result_row(3, 1, 1));
    result.push_back(result_row(3, 2, 0));
    const Metrics m = evaluated(standing_object(5), result);
    CHECK(m.hota.true_positives[0] == 5);
    CHECK_THAT(m.hota.ass_a(0), WithinAbs(1, kRounding)); // all five are result 1
    CHECK(m.hota.false_positives[0] == 1);
}

TEST_CASE("HOTA's matching trades off box overlap against ID alignment") {
    // Result 1 matches the object in frames 1 to 7 and result 2 in frames 8 and 9. In frame 10, result 1 is 4
    // px off, an IoU of 3/7, and result 2 is exact. Their shares of frame 10 are .3 and .7, so the alignment
    // of result 1 is 7.3 / (10 + 8 - 7.3) and that of result 2 is 2.7 / (10 + 3 - 2.7); times the IoUs this
    // is .292 and .262.
    std::vector<ResultRow> result = result_with_ids({1, 1, 1, 1, 1, 1, 1, 2, 2, 2});
    result.push_back(result_row(10, 1, 4));
    const Metrics m = evaluated(standing_object(10), result);
    CHECK_THAT(m.hota.loc_a(0), WithinAbs((9 + 3.0 / 7) / 10, kRounding));
    CHECK_THAT(m.hota.ass_a(0), WithinAbs((8 * 0.8 + 2 * (2.0 / 11)) / 10, kRounding));
}

TEST_CASE("identity metrics pair objects and results over the whole sequence") {
    // Result 1 follows object 1 for 3 frames and object 2 for 2; result 2 follows object 1 for 2 frames.
    std::vector<GroundTruthRow> gt;
    for (std::int64_t frame = 1; frame <= 5; ++frame) {
        gt.push_back(gt_row(frame, 1, 0));
        gt.push_back(gt_row(frame, 2, 100));
    }
    const Metrics m =
        evaluated(gt, {result_row(1, 1, 0), result_row(2, 1, 0), result_row(3, 1, 0), result_row(4, 2, 0),
                       result_row(5, 2, 0), result_row(4, 1, 100), result_row(5, 1, 100)});
    CHECK(m.identity.true_positives == 4); // 1-2 and 2-1, not 1-1 with 3
    CHECK((m.identity.false_negatives == 6 && m.identity.false_positives == 3));
    CHECK_THAT(m.identity.idp(), WithinAbs(4.0 / 7, kRounding));
    CHECK_THAT(m.identity.idr(), WithinAbs(0.4, kRounding));
}

TEST_CASE("the metrics are correct if every object is missed") {
    const Metrics m = evaluated(standing_object(4), {result_row(1, 1, 500), result_row(9, 1, 0)});
    CHECK((m.clear.false_negatives == 4 && m.clear.false_positives == 2 && m.clear.mostly_lost == 1));
    CHECK_THAT(m.clear.mota(), WithinAbs(-0.5, kRounding));
    CHECK((m.hota.hota() == 0 && m.hota.loc_a() == 1 && m.clear.motp() == 0 && m.identity.idf1() == 0));
}

TEST_CASE("empty results, ground truth and sequences give finite figures as in TrackEval") {
    const Metrics no_result = evaluated(standing_object(4), {});
    CHECK((no_result.clear.false_negatives == 4 && no_result.clear.mostly_lost == 1));
    CHECK((no_result.hota.hota() == 0 && no_result.hota.loc_a() == 1 && no_result.clear.mota() == 0));
    CHECK(no_result.identity.false_negatives == 4);

    const Metrics no_gt = evaluated({}, result_with_ids({1, 1}));
    CHECK((no_gt.clear.false_positives == 2 && no_gt.clear.mota() == 0 && no_gt.hota.hota() == 0));
    CHECK((no_gt.identity.false_positives == 2 && no_gt.identity.idp() == 0));

    const Metrics nothing = evaluated({}, {});
    CHECK((nothing.hota.hota() == 0 && nothing.hota.loc_a() == 1 && nothing.clear.mota() == 0));
    CHECK((nothing.clear.motp() == 0 && nothing.identity.idf1() == 0));
}

TEST_CASE("empty boxes are never matched") {
    ResultRow empty = result_row(1, 1, 0);
    empty.box.width = 0;
    const Metrics m = evaluated({gt_row(1, 1, 0)}, {empty});
    CHECK((m.clear.true_positives == 0 && m.hota.true_positives[0] == 0));
}

TEST_CASE("only frames up to the requested one are compared") {
    const GroundTruthRows gt(standing_object(10));
    const ResultRows result(result_with_ids({1, 1, 1, 0, 0, 0, 2}));
    const Metrics m = evaluate(gt, result, MotRules::kMot15, 4);
    CHECK((m.clear.true_positives == 3 && m.clear.false_negatives == 1 && m.clear.id_switches == 0));
    CHECK(m.identity.false_positives == 0);
}

TEST_CASE("combined sequences are weighted by their boxes") {
    const Metrics perfect = with_ids({1, 1, 1, 1, 1, 1});
    const Metrics switched = with_ids({1, 2});
    const Metrics both[] = {perfect, switched};
    const Metrics all = combine(both);
    CHECK_THAT(all.clear.mota(), WithinAbs(7.0 / 8, kRounding));
    CHECK_THAT(all.hota.ass_a(), WithinAbs((6 * 1 + 2 * 0.5) / 8, kRounding));
    CHECK_THAT(all.identity.idf1(), WithinAbs(7.0 / 8, kRounding));
    CHECK(combine({}).hota.hota() == 0);
    CHECK(combine(std::span(both, 1)).hota.hota() == perfect.hota.hota());
}

TEST_CASE("ID switches are listed with their frames and the IDs in the files") {
    const auto listed = [](const std::vector<TrackId>& ids) {
        return find_id_switches(align(GroundTruthRows(standing_object(static_cast<std::int64_t>(ids.size()))),
                                      ResultRows(result_with_ids(ids)), MotRules::kMot15, 100));
    };
    CHECK(listed({7, 7, 0, 7, 7}).empty());
    CHECK(listed({40, 40, 0, 0, -3, -3, 40}) == std::vector<IdSwitch>{{1, 40, -3, 2, 5}, {1, -3, 40, 6, 7}});
    const std::vector<TrackId> many{5, 6, 6, 0, 7, 5, 5, 0, 0, 8};
    CHECK(static_cast<std::int64_t>(listed(many).size()) == with_ids(many).clear.id_switches);
}
