#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/io.hpp>

#include <clocale>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

struct Text {
    TemporaryFolder folder;
    std::filesystem::path path;

    explicit Text(std::string_view contents) : path(folder.file("file.txt", contents)) {}
};

GroundTruthRows gt_of(std::string_view contents) {
    return read_ground_truth(Text(contents).path);
}
ResultRows results_of(std::string_view contents) {
    return read_results(Text(contents).path);
}
DetectionRows detections_of(std::string_view contents) {
    return read_detections(Text(contents).path);
}

ParseFailure gt_failure(std::string_view contents) {
    return failure_of([&] { return gt_of(contents); });
}
ParseFailure result_failure(std::string_view contents) {
    return failure_of([&] { return results_of(contents); });
}
ParseFailure detection_failure(std::string_view contents) {
    return failure_of([&] { return detections_of(contents); });
}

} // namespace

TEST_CASE("ground truth is read in the formats of MOT17, MOT15 and seven columns") {
    const GroundTruthRows mot17 = gt_of("3,7,1,11,97,109.5,0,8,0.25\n");
    REQUIRE(mot17.size() == 1);
    const GroundTruthRow& row = mot17.rows()[0];
    CHECK(row.frame == 3);
    CHECK(row.id == 7);
    CHECK(row.box == MotBox(0, 10, 97, 109.5)); // the first pixel is 1 in the file, 0 here
    CHECK(row.flag == 0);
    CHECK(row.class_id == 8);
    CHECK(row.visibility == 0.25F);

    CHECK(gt_of("1,1,1,1,5,5,1,-1,-1,-1").rows()[0].class_id == -1);
    // The column is a world coordinate, not a class.
    CHECK(gt_of("1,1,1,1,5,5,1,4.4852,5.5016,0").rows()[0].class_id == -1);
    const GroundTruthRows seven = gt_of("1,1,399,182,121,229,-1\n");
    CHECK(seven.rows()[0].flag == -1);
    CHECK(seven.rows()[0].class_id == -1);
    CHECK(seven.rows()[0].visibility == -1);
}

TEST_CASE("a box in a file is converted to a Box of the library") {
    const Box box = gt_of("1,1,10.5,20,30,40,1").rows()[0].box;
    CHECK(box == Box{9.5F, 19, 30, 40});
    CHECK(MotBox(box) == MotBox(9.5, 19, 30, 40));
}

TEST_CASE("detections keep their scores, and trailing columns may be missing") {
    const DetectionRows rows = detections_of("1,-1,155,199,66,162,51.818\n1,-1,1,1,2,3,-0.5,-1,-1,-1\n");
    REQUIRE(rows.size() == 2);
    CHECK(rows.rows()[0] == DetectionRow{1, {154, 198, 66, 162}, 51.818F});
    CHECK(rows.rows()[1] == DetectionRow{1, {0, 0, 2, 3}, -0.5F});
}

TEST_CASE("invalid boxes are passed on to the tracker in detections and are errors elsewhere") {
    const DetectionRows rows = detections_of("1,-1,nan,1,0,-5,inf\n1,-1,1e999,-1e300,1e-999,4,0.5\n");
    REQUIRE(rows.size() == 2);
    CHECK(std::isnan(rows.rows()[0].box.left));
    CHECK(rows.rows()[0].box.height == -5);
    CHECK(std::isinf(rows.rows()[0].score));
    CHECK(rows.rows()[1].box.left == std::numeric_limits<float>::infinity());
    CHECK(rows.rows()[1].box.top == -std::numeric_limits<float>::infinity());
    CHECK(rows.rows()[1].box.width == 0);

    CHECK(results_of("1,1,5,5,0,-3,1").size() == 1); // empty, but finite
    for (const std::string bad : {"nan", "inf", "-inf", "1e999", "1e39"}) {
        const ParseFailure in_result = result_failure("1,1,1,1,5,5,1\n1,2,1," + bad + ",5,5,1\n");
        CHECK((in_result.line == 2 && in_result.column == 4 && in_result.says("number")));
        const ParseFailure in_gt = gt_failure("1,1,1,1,5," + bad + ",1");
        CHECK((in_gt.line == 1 && in_gt.column == 6));
    }
    for (const std::string bad : {"nan", "1e39", "-1e300"})
        CHECK(result_failure("1,1,1,1,5,5," + bad).column == 7);
    CHECK(gt_failure("1,1,1,1,5,5,inf").column == 7);
    CHECK(gt_failure("1,1,1,1,5,5,1,1,1e39").column == 9);
}

TEST_CASE("numbers beyond the range of a double are infinite or 0 in every notation") {
    const auto width = [](const std::string& number) {
        return detections_of("1,-1,1,1," + number + ",5,1").rows()[0].box.width;
    };
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const std::string zeros(800, '0');
    for (const std::string& huge :
         {"1" + zeros, "0001" + zeros, "1" + zeros + ".5", "1" + zeros + "e-10", std::string("0.01e400"),
          std::string("1e9223372036854775807"), std::string("1e99999999999999999999")})
        CHECK(width(huge) == kInfinity);
    CHECK(width("-1" + zeros) == -kInfinity);
    for (const std::string& tiny :
         {"." + zeros + "1", "0." + zeros + "1e+10", "00." + zeros + "1", std::string("100e-500"),
          std::string("1e-9223372036854775808"), std::string("1e-99999999999999999999")})
        CHECK(width(tiny) == 0);
}

TEST_CASE("numbers without an exponent beyond the range of a double are infinite or 0") {
    const std::string zeros(400, '0');
    const DetectionRows rows =
        detections_of("1,-1,1" + zeros + ",0." + zeros + "1,." + zeros + "1,5,-1" + zeros + "\n");
    REQUIRE(rows.size() == 1);
    const DetectionRow& row = rows.rows()[0];
    CHECK((std::isinf(row.box.left) && row.box.left > 0));
    CHECK((row.box.top == -1 && row.box.width == 0));
    CHECK((std::isinf(row.score) && row.score < 0));
}

TEST_CASE("rows in any order are grouped by frame") {
    const ResultRows rows = results_of("9,1,1,1,5,5,1\n2,5,1,1,5,5,1\n9,4,1,1,5,5,1\n2,3,1,1,5,5,1\n");
    CHECK(rows.last_frame() == 9);
    REQUIRE(rows.frame(2).size() == 2);
    CHECK(rows.frame(2)[0].id == 5); // in the file's order
    CHECK(rows.frame(2)[1].id == 3);
    CHECK(rows.frame(9).size() == 2);
    for (const std::int64_t frame : {-1, 0, 1, 3, 8, 10})
        CHECK(rows.frame(frame).empty());
}

TEST_CASE("a huge frame number needs no extra memory") {
    const ResultRows rows = results_of("4000000000000,1,1,1,5,5,1");
    CHECK(rows.last_frame() == 4000000000000);
    CHECK(rows.frame(4000000000000).size() == 1);
}

TEST_CASE("an empty file and a blank one have no rows") {
    for (const std::string_view text : {"", "\n", "\r\n \t\n\n", "\xEF\xBB\xBF"}) {
        CHECK(gt_of(text).empty());
        CHECK(detections_of(text).empty());
        CHECK(results_of(text).last_frame() == 0);
    }
}

TEST_CASE("line ends of other systems, blanks, exponents and byte order marks are read") {
    const MotBox expected(9, 19.5, 30, 40);
    for (const std::string_view text : {"1,2,10,20.5,30,40,1\r\n", "1,2,10,20.5,30,40,1",
                                        ("\xEF\xBB\xBF"
                                         "1,2,10,20.5,30,40,1\n"),
                                        " 1 ,\t2, 10 ,20.5, 30,40 ,1 \n", "\n\n1,2,10,20.5,30,40,1\n\n",
                                        "1e0,2.0,1e1,2.05E+1,+30,.4e2,1."}) {
        const ResultRows rows = results_of(text);
        REQUIRE(rows.size() == 1);
        CHECK(rows.rows()[0] == ResultRow{1, 2, expected, 1});
    }
}

TEST_CASE("reading and writing do not depend on the locale") {
    const std::string before = std::setlocale(LC_ALL, nullptr);
    for (const char* comma_locale : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"})
        if (std::setlocale(LC_ALL, comma_locale) != nullptr) break;
    const ResultRows rows = results_of("1,2,10.25,20.5,30.125,40,0.5");
    const TemporaryFolder folder;
    write_results(folder.path() / "out.txt", rows.rows());
    std::setlocale(LC_ALL, before.c_str());
    CHECK(rows.rows()[0] == ResultRow{1, 2, {9.25, 19.5, 30.125, 40}, 0.5F});
    CHECK(contents_of(folder.path() / "out.txt") == "1,2,10.250,20.500,30.125,40.000,0.5000,-1,-1,-1\n");
}

TEST_CASE("an invalid number is an error with its line and column") {
    const std::string good = "1,1,1,1,5,5,1,-1,-1,-1\n";
    const std::string fields[] = {"1", "2", "1", "1", "5", "5", "1", "-1", "-1", "-1"};
    for (const std::string bad : {"x", "", "1x", "0x10", "1 2", "--1", "+-1", "-+1", "1e", "e5", ".", "1;2"})
        for (std::size_t column = 1; column <= 10; ++column) {
            std::string line;
            for (std::size_t i = 1; i <= 10; ++i)
                line += (i > 1 ? "," : "") + (i == column ? bad : fields[i - 1]);
            INFO(line);
            const std::string text = good + "\r\n" + line + "\n";
            for (const ParseFailure& failure :
                 {gt_failure(text), result_failure(text), detection_failure(text)}) {
                CHECK(failure.line == 3); // the blank line counts
                CHECK(failure.column == column);
                CHECK(failure.says("number"));
            }
        }
}

TEST_CASE("frames and IDs must be integers, and frames count from 1") {
    CHECK((gt_failure("1.5,1,1,1,5,5,1").column == 1));
    CHECK((result_failure("1,1.5,1,1,5,5,1").column == 2));
    CHECK((detection_failure("1,-0.5,1,1,5,5,1").column == 2));
    CHECK((detection_failure("1e300,1,1,1,5,5,1").column == 1));
    CHECK((gt_failure("nan,1,1,1,5,5,1").column == 1));
    for (const std::string frame : {"0", "-1"}) {
        const ParseFailure failure = result_failure("1,1,1,1,5,5,1\n" + frame + ",1,1,1,5,5,1\n");
        CHECK((failure.line == 2 && failure.column == 1 && failure.says("at least 1")));
    }
    CHECK(results_of("1,0,1,1,5,5,1\n1,-3,1,1,5,5,1").size() == 2); // any integer ID
}

TEST_CASE("a wrong number of columns is an error") {
    for (const std::string_view line :
         {"1", "1,1,1,1,5,5", "1,1,1,1,5,5,1,-1,-1,-1,-1", "1 1 1 1 5 5 1", "1;1;1;1;5;5;1"}) {
        const std::string text = "1,2,1,1,5,5,1\n" + std::string(line);
        for (const ParseFailure& failure :
             {gt_failure(text), result_failure(text), detection_failure(text)}) {
            CHECK(failure.line == 2);
            CHECK(failure.says("7 to 10 columns"));
        }
    }
}

TEST_CASE("a duplicate ID in a frame is an error that names both lines") {
    const std::string text = "1,4,1,1,5,5,1\n2,4,1,1,5,5,1\n\n1,3,1,1,5,5,1\n1,4,9,9,5,5,1\n";
    for (const ParseFailure& failure : {gt_failure(text), result_failure(text)}) {
        CHECK(failure.line == 5);
        CHECK(failure.column == 2);
        CHECK(failure.says("id 4"));
        CHECK(failure.says("line 1"));
    }
    CHECK(detections_of("1,-1,1,1,5,5,1\n1,-1,1,1,5,5,1").size() == 2);
}

TEST_CASE("binary data is an error and is not printed") {
    const ParseFailure failure = result_failure(std::string("\x1b[2J\0\xff\n", 7));
    CHECK(failure.line == 1);
    const ParseFailure field = result_failure("1,1,\x1b[2J,1,5,5,1");
    CHECK((field.column == 3 && !field.says("\x1b") && field.says("?[2J")));
}

TEST_CASE("a missing file and a folder are errors that name the path") {
    const TemporaryFolder folder;
    const ParseFailure missing = failure_of([&] { return read_results(folder.path() / "none.txt"); });
    CHECK((missing.line == 0 && missing.says("none.txt") && missing.says("No such file")));
    const ParseFailure directory = failure_of([&] { return read_results(folder.path()); });
    CHECK((directory.line == 0 && directory.says("folder")));
}

TEST_CASE("what is written is read again") {
    std::mt19937 random(seed_of("what is written is read again"));
    std::vector<ResultRow> rows;
    const auto coordinate = [&] { return static_cast<float>(random() % 4'000'000) / 1000.0F - 1000.0F; };
    for (std::int64_t frame = 1; frame <= 50; ++frame)
        for (TrackId id = 1; id <= 10; ++id)
            rows.push_back({frame, id * 1'000'000'007,
                            Box{coordinate(), coordinate(), coordinate(), coordinate()},
                            static_cast<float>(random() % 1000) / 1000.0F});
    const TemporaryFolder folder;
    write_results(folder.path() / "out.txt", rows);
    const ResultRows again = read_results(folder.path() / "out.txt");
    REQUIRE(again.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const ResultRow &a = rows[i], &b = again.rows()[i];
        CHECK((a.frame == b.frame && a.id == b.id));
        // Three digits are written, so the error is at most half a thousandth plus rounding in double.
        CHECK_THAT(b.box.left, WithinAbs(a.box.left, 0.000501));
        CHECK_THAT(b.box.top, WithinAbs(a.box.top, 0.000501));
        CHECK_THAT(b.box.width, WithinAbs(a.box.width, 0.000501));
        CHECK_THAT(b.box.height, WithinAbs(a.box.height, 0.000501));
        CHECK_THAT(b.score, WithinAbs(a.score, 0.0000501));
    }
    write_results(folder.path() / "again.txt", again.rows());
    CHECK(contents_of(folder.path() / "again.txt") == contents_of(folder.path() / "out.txt"));
}

TEST_CASE("an empty list of rows makes an empty file") {
    const TemporaryFolder folder;
    write_results(folder.path() / "out.txt", {});
    CHECK(std::filesystem::file_size(folder.path() / "out.txt") == 0);
}

TEST_CASE("rows that could not be read again are refused before writing") {
    const TemporaryFolder folder;
    const auto path = folder.file("out.txt", "old");
    const auto write = [&](std::vector<ResultRow> rows) { write_results(path, rows); };
    const Box box{0, 0, 1, 1};
    CHECK_THROWS_AS(write({{0, 1, box, 1}}), InvalidArgument);
    CHECK_THROWS_AS(write({{1, 1, box, 1}, {2, 1, box, 1}, {1, 1, box, 1}}), InvalidArgument);
    CHECK_THROWS_AS(write({{1, 1, Box{std::nanf(""), 0, 1, 1}, 1}}), InvalidArgument);
    CHECK_THROWS_AS(write({{1, 1, MotBox(0, 0, 1e300, 1), 1}}), InvalidArgument);
    CHECK_THROWS_AS(write({{1, 1, box, std::numeric_limits<float>::infinity()}}), InvalidArgument);
    CHECK(contents_of(path) == "old");
}

TEST_CASE("real files have the known numbers of rows and IDs (needs FGAGT_DATA)") {
    const auto data = real_data("mot");
    if (!data) return;
    const GroundTruthRows adl = read_ground_truth(*data / "ADL-Rundle-6/gt/gt.txt");
    CHECK(adl.size() == 5009);
    std::set<TrackId> ids;
    for (const GroundTruthRow& row : adl.rows())
        ids.insert(row.id);
    CHECK(ids.size() == 24);
    CHECK(adl.last_frame() == 525);
    CHECK(read_ground_truth(*data / "TUD-Campus/gt/gt.txt").size() == 359);
    CHECK(read_ground_truth(*data / "MOT17-13-first-half/gt/gt.txt").size() == 14265);
    CHECK(read_detections(*data / "ADL-Rundle-6/det/det.txt").size() == 4902);
    CHECK(read_detections(*data / "ADL-Rundle-6/det/yolox_nano.txt").size() == 12842);
    CHECK(read_detections(*data / "TUD-Campus/det/det.txt").size() == 344);
}
