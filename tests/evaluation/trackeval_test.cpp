#include "evaluation/rows.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/evaluation/evaluation.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

// TrackEval's figures: the published ones for the fixtures of the shared data, and those for the generated
// sequences of tests/golden/evaluation (see make_golden.py).

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

std::map<std::string, double> figures(const Metrics& m) {
    return {{"HOTA", 100 * m.hota.hota()},
            {"DetA", 100 * m.hota.det_a()},
            {"AssA", 100 * m.hota.ass_a()},
            {"LocA", 100 * m.hota.loc_a()},
            {"MOTA", 100 * m.clear.mota()},
            {"MOTP", 100 * m.clear.motp()},
            {"IDF1", 100 * m.identity.idf1()},
            {"IDP", 100 * m.identity.idp()},
            {"IDR", 100 * m.identity.idr()},
            {"FP", static_cast<double>(m.clear.false_positives)},
            {"FN", static_cast<double>(m.clear.false_negatives)},
            {"IDSW", static_cast<double>(m.clear.id_switches)},
            {"MT", static_cast<double>(m.clear.mostly_tracked)},
            {"PT", static_cast<double>(m.clear.partly_tracked)},
            {"ML", static_cast<double>(m.clear.mostly_lost)},
            {"Frag", static_cast<double>(m.clear.fragmentations)},
            {"IDTP", static_cast<double>(m.identity.true_positives)}};
}

Metrics evaluated(const std::filesystem::path& folder, MotRules rules) {
    return evaluate(read_ground_truth(folder / "gt.txt"), read_results(folder / "result.txt"), rules);
}

/// TrackEval prints five significant digits.
void check_printed(const Metrics& metrics, const std::map<std::string, double>& printed) {
    const auto found = figures(metrics);
    for (const auto& [key, value] : printed) {
        INFO(key);
        const double digits = value == 0 ? 0 : 4 - std::floor(std::log10(std::abs(value)));
        CHECK_THAT(found.at(key), WithinAbs(value, 0.5000001 * std::pow(10.0, -digits)));
    }
}

/// The golden figures have nine decimal places.
void check_golden(const Metrics& metrics, const nlohmann::json& golden) {
    const auto found = figures(metrics);
    REQUIRE(golden.size() == 17); // name, 9 scores, 7 counts
    for (const auto& [key, value] : golden.items()) {
        INFO(golden.at("name") << ' ' << key);
        if (key != "name") CHECK_THAT(found.at(key), WithinAbs(value.get<double>(), 1e-8));
    }
}

const std::vector<std::pair<std::string, MotRules>> kRules{
    {"MOT15", MotRules::kMot15}, {"MOT17", MotRules::kMot17}, {"MOT20", MotRules::kMot20}};

} // namespace

TEST_CASE("generated sequences have TrackEval's figures, separately and combined") {
    for (const auto& [name, rules] : kRules) {
        const auto expected = nlohmann::json::parse(std::ifstream(golden("evaluation/" + name + ".json")));
        std::vector<Metrics> all;
        for (const auto& sequence : expected.at("sequences")) {
            all.push_back(evaluated(golden("evaluation/" + sequence.at("name").get<std::string>()), rules));
            check_golden(all.back(), sequence);
        }
        REQUIRE(all.size() == 2);
        check_golden(combine(all), expected.at("combined"));
    }
}

TEST_CASE("the evaluation rules make a difference on generated sequences") {
    const auto folder = golden("evaluation/MOT20-1");
    const auto hota = [&](MotRules rules) { return evaluated(folder, rules).hota.hota(); };
    CHECK(hota(MotRules::kMot15) != hota(MotRules::kMot17));
    CHECK(suitable_rules(read_ground_truth(folder / "gt.txt")) == MotRules::kMot17);
    CHECK(suitable_rules(read_ground_truth(golden("evaluation/MOT15-1/gt.txt"))) == MotRules::kMot15);
}

TEST_CASE("other ids and another order of rows change no figure") {
    std::mt19937 random(seed_of("other ids and another order of rows change no figure"));
    const auto folder = golden("evaluation/MOT17-1");
    const GroundTruthRows gt = read_ground_truth(folder / "gt.txt");
    const ResultRows result = read_results(folder / "result.txt");
    const auto expected = figures(evaluate(gt, result, MotRules::kMot17));
    for (int round = 0; round < 5; ++round) {
        std::vector<GroundTruthRow> gt_rows(gt.rows().begin(), gt.rows().end());
        std::vector<ResultRow> result_rows(result.rows().begin(), result.rows().end());
        std::shuffle(gt_rows.begin(), gt_rows.end(), random);
        std::shuffle(result_rows.begin(), result_rows.end(), random);
        for (GroundTruthRow& row : gt_rows)
            row.id = 1'000'003 - 17 * row.id;
        for (ResultRow& row : result_rows)
            row.id = row.id * row.id * 1'000'003;
        const auto found = figures(evaluate(GroundTruthRows(std::move(gt_rows)),
                                            ResultRows(std::move(result_rows)), MotRules::kMot17));
        for (const auto& [key, value] : expected)
            CHECK_THAT(found.at(key), WithinAbs(value, 1e-9)); // the summation order differs
    }
}

TEST_CASE("the fixtures have TrackEval's figures with the rules of MOT15 (needs FGAGT_DATA)") {
    const auto data = real_data("eval_fixtures");
    if (!data) return;
    const Metrics campus = evaluated(*data / "TUD-Campus", MotRules::kMot15);
    const Metrics stadtmitte = evaluated(*data / "TUD-Stadtmitte", MotRules::kMot15);
    check_printed(campus, {{"HOTA", 39.140},
                           {"DetA", 41.805},
                           {"AssA", 36.912},
                           {"MOTA", 52.646},
                           {"IDF1", 55.766},
                           {"FP", 13},
                           {"FN", 150},
                           {"IDSW", 7}});
    check_printed(stadtmitte, {{"HOTA", 39.785},
                               {"DetA", 39.227},
                               {"AssA", 40.884},
                               {"MOTA", 56.401},
                               {"IDF1", 64.462},
                               {"FP", 45},
                               {"FN", 452},
                               {"IDSW", 7}});
    check_printed(evaluated(*data / "Venice-2", MotRules::kMot15), {{"HOTA", 27.000},
                                                                    {"DetA", 26.471},
                                                                    {"AssA", 27.912},
                                                                    {"MOTA", 14.914},
                                                                    {"IDF1", 35.451},
                                                                    {"FP", 1890},
                                                                    {"FN", 4144},
                                                                    {"IDSW", 42}});
    const Metrics both = combine(std::array{campus, stadtmitte});
    CHECK_THAT(100 * both.hota.hota(), WithinAbs(40.0, 0.05)); // printed with one digit
    CHECK_THAT(100 * both.hota.det_a(), WithinAbs(39.8, 0.05));
    CHECK_THAT(100 * both.hota.ass_a(), WithinAbs(41.2, 0.05));
}

TEST_CASE("the fixtures have TrackEval's figures with the rules of MOT17 (needs FGAGT_DATA)") {
    const auto data = real_data("eval_fixtures");
    if (!data) return;
    check_printed(evaluated(*data / "MOT17-02-DPM", MotRules::kMot17), {{"HOTA", 8.468},
                                                                        {"DetA", 8.3827},
                                                                        {"AssA", 8.6775},
                                                                        {"MOTA", 7.0448},
                                                                        {"IDF1", 7.3299},
                                                                        {"FP", 623},
                                                                        {"FN", 16557},
                                                                        {"IDSW", 92},
                                                                        {"MOTP", 69.054},
                                                                        {"MT", 0},
                                                                        {"PT", 10},
                                                                        {"ML", 52},
                                                                        {"Frag", 132},
                                                                        {"IDTP", 778},
                                                                        {"LocA", 72.893}});
    check_printed(evaluated(*data / "MOT17-10-DPM", MotRules::kMot17), {{"HOTA", 11.367},
                                                                        {"DetA", 8.8083},
                                                                        {"AssA", 15.941},
                                                                        {"MOTA", 1.2929},
                                                                        {"IDF1", 10.122},
                                                                        {"FP", 1087},
                                                                        {"FN", 11492},
                                                                        {"IDSW", 94},
                                                                        {"MOTP", 70.249},
                                                                        {"MT", 1},
                                                                        {"PT", 9},
                                                                        {"ML", 47},
                                                                        {"Frag", 159},
                                                                        {"IDTP", 773}});
    check_printed(evaluated(*data / "MOT17-04-DPM", MotRules::kMot17), {{"HOTA", 5.0624},
                                                                        {"DetA", 3.524},
                                                                        {"AssA", 8.0397},
                                                                        {"MOTA", 0.31331},
                                                                        {"IDF1", 4.199},
                                                                        {"FP", 1677},
                                                                        {"FN", 45683},
                                                                        {"IDSW", 48},
                                                                        {"MOTP", 66.164},
                                                                        {"MT", 0},
                                                                        {"PT", 5},
                                                                        {"ML", 78},
                                                                        {"Frag", 184},
                                                                        {"IDTP", 1073}});
}

TEST_CASE("ground truth evaluated against itself is perfect (needs FGAGT_DATA)") {
    const auto path = real_data("mot/TUD-Campus/gt/gt.txt");
    if (!path) return;
    const GroundTruthRows gt = read_ground_truth(*path);
    const Metrics m = evaluate(gt, read_results(*path), MotRules::kMot15);
    CHECK_THAT(m.hota.hota(), WithinAbs(1, 1e-12));
    CHECK((m.clear.mota() == 1 && m.identity.idf1() == 1 && m.clear.mostly_tracked == 8));
}
