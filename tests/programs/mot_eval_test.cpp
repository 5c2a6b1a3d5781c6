#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

// The program mot_eval, called as by a user.

namespace {

Outcome mot_eval(const std::string& arguments, const std::string& errors = "2>&1") {
    return run_program("mot_eval", arguments, errors);
}

std::string pair_of(const std::string& name) {
    const std::string folder = golden("evaluation/" + name).string();
    return "--gt '" + folder + "/gt.txt' --result '" + folder + "/result.txt' ";
}

} // namespace

TEST_CASE("mot_eval prints JSON with a row per sequence and a combined row") {
    const Outcome run = mot_eval(pair_of("MOT20-1") + pair_of("MOT20-2") + "--rules MOT20 --json");
    REQUIRE(run.exit_code == 0);
    const auto found = nlohmann::json::parse(run.output);
    const auto expected = nlohmann::json::parse(std::ifstream(golden("evaluation/MOT20.json")));
    REQUIRE(found.at("sequences").size() == 2);
    const auto check_row = [](const nlohmann::json& row, const nlohmann::json& golden_row) {
        CHECK(row.size() == golden_row.size());
        for (const auto& [key, value] : golden_row.items()) {
            INFO(key);
            if (value.is_string())
                CHECK(row.at(key) == value);
            else if (value.is_number_integer())
                CHECK((row.at(key).is_number_integer() && row.at(key) == value));
            else
                CHECK_THAT(row.at(key).get<double>(), WithinAbs(value.get<double>(), 1e-8));
        }
    };
    check_row(found.at("sequences")[0], expected.at("sequences")[0]);
    check_row(found.at("sequences")[1], expected.at("sequences")[1]);
    check_row(found.at("combined"), expected.at("combined"));
}

TEST_CASE("mot_eval prints a table, with the combined row for several sequences") {
    const Outcome one = mot_eval(pair_of("MOT15-1"));
    CHECK((one.exit_code == 0 && one.says("HOTA") && one.says("MOT15-1") && !one.says("COMBINED")));
    const Outcome two = mot_eval(pair_of("MOT15-1") + pair_of("MOT15-2"));
    CHECK((two.exit_code == 0 && two.says("MOT15-2") && two.says("COMBINED")));
}

TEST_CASE("mot_eval names a sequence by its folder") {
    const TemporaryFolder folder;
    const auto name_of = [&](const std::string& gt) {
        const std::string path = folder.file(gt, "").string();
        const Outcome run = mot_eval("--json --gt " + path + " --result " + path);
        return nlohmann::json::parse(run.output).at("sequences")[0].at("name").get<std::string>();
    };
    CHECK(name_of("A-1/gt/gt.txt") == "A-1");
    CHECK(name_of("B-2/gt.txt") == "B-2");
    CHECK(name_of("gt/C-3.txt") == "C-3");
}

TEST_CASE("mot_eval compares the first frames and reports the ignored ones") {
    const TemporaryFolder folder;
    const std::string path = folder.file("a.txt", "1,1,1,1,5,5,1\n2,1,1,1,5,5,1\n3,1,1,1,5,5,1\n").string();
    const std::string arguments = "--json --frames 2 --gt " + path + " --result " + path;
    CHECK(mot_eval(arguments).says("frames 3 to 3"));
    const auto row = nlohmann::json::parse(mot_eval(arguments, "2>/dev/null").output).at("sequences")[0];
    CHECK(row.at("MOTA") == 100);
}

TEST_CASE("mot_eval exits with 1 and names file and line of an invalid file") {
    const TemporaryFolder folder;
    const std::string good = folder.file("good.txt", "1,1,1,1,5,5,1\n").string();
    const std::string twice = folder.file("twice.txt", "1,1,1,1,5,5,1\n1,1,1,1,5,5,1\n").string();
    const Outcome duplicate = mot_eval("--gt " + good + " --result " + twice);
    CHECK((duplicate.exit_code == 1 && duplicate.says(twice + ":2")));
    const Outcome missing = mot_eval("--gt " + good + " --result " + good + ".none");
    CHECK((missing.exit_code == 1 && missing.says(good + ".none")));
    const Outcome classes = mot_eval("--rules MOT17 --gt " + good + " --result " + good);
    CHECK((classes.exit_code == 1 && classes.says(good) && classes.says("MOT15")));
}

TEST_CASE("mot_eval exits with 2 on wrong usage and 0 on help") {
    for (const std::string& arguments :
         {std::string(), pair_of("MOT15-1") + "--bogus", pair_of("MOT15-1") + "--result x",
          pair_of("MOT15-1") + "--rules MOT99", pair_of("MOT15-1") + "--rules 1",
          pair_of("MOT15-1") + "--frames 0", pair_of("MOT15-1") + "--frames many"}) {
        INFO(arguments);
        CHECK(mot_eval(arguments).exit_code == 2);
    }
    CHECK(mot_eval("--help").exit_code == 0);
}
