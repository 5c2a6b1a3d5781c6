#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace fgagt::test;

// The program mot_convert, called as by a user.

namespace {

Outcome mot_convert(const std::string& arguments) {
    return run_program("mot_convert", arguments);
}

/// A file's lines in alphabetical order.
std::vector<std::string> sorted_lines(const std::filesystem::path& path) {
    std::istringstream stream(contents_of(path));
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    std::ranges::sort(lines);
    return lines;
}

constexpr const char* kGroundTruth =
    "1,2,10.5,20,30,40,1,1,0.5\n1,3,1,2,3,4,0,8,1\n7,2,12,20,30,40,1,1,0.25\n";

} // namespace

TEST_CASE("mot_convert preserves ground truth through every format with IDs and classes") {
    const TemporaryFolder folder;
    const std::string gt = folder.file("gt.txt", kGroundTruth).string();
    const std::string there = (folder.path() / "there").string(),
                      back = (folder.path() / "back.txt").string();
    const std::string classes =
        folder
            .file("classes.txt", "pedestrian\nperson on vehicle\ncar\nbicycle\nmotorbike\n"
                                 "non-motorised vehicle\nstatic person\ndistractor\n")
            .string();
    for (const std::string format :
         {"mot", "coco", "cvat", "voc", "labelme", "tt100k", "crowdhuman", "eva-csv", "eva-json"}) {
        INFO(format);
        const Outcome out = mot_convert(gt + " " + there + " --from mot --to " + format);
        INFO(out.output);
        REQUIRE(out.exit_code == 0);
        const Outcome in =
            mot_convert(there + " " + back + " --from " + format + " --to mot --classes " + classes);
        INFO(in.output);
        REQUIRE(in.exit_code == 0);
        CHECK(contents_of(back) == (format == "cvat" ? "1,2,10.5,20,30,40,1,1,0.5\n7,2,12,20,30,40,1,1,0.25\n"
                                                       "1,3,1,2,3,4,0,8,1\n"
                                                     : kGroundTruth));
        std::filesystem::remove_all(there);
    }
}

TEST_CASE("mot_convert reports losses, and nothing if there are none") {
    const TemporaryFolder folder;
    const std::string gt = folder.file("gt.txt", kGroundTruth).string();
    const std::string out = (folder.path() / "out").string();
    const Outcome lossless = mot_convert(gt + " " + out + " --from mot --to eva-json");
    CHECK((lossless.exit_code == 0 && lossless.output.empty()));
    const Outcome kitti = mot_convert(gt + " " + out + " --from mot --to kitti");
    CHECK(kitti.exit_code == 0);
    CHECK(kitti.says("mot_convert: lost: 3 of 3 objects have a visibility, which KITTI cannot store\n"));
    CHECK(kitti.says("1 of 3 objects have an ignore mark"));
    CHECK(contents_of(out) == "0 2 pedestrian -1 -1 -10 9.5 19 39.5 59 -1 -1 -1 -1000 -1000 -1000 -10\n"
                              "0 3 DontCare -1 -1 -10 0 1 3 5 -1 -1 -1 -1000 -1000 -1000 -10\n"
                              "6 2 pedestrian -1 -1 -10 11 19 41 59 -1 -1 -1 -1000 -1000 -1000 -10\n");
    const std::string det = folder.file("det.txt", "1,-1,1,1,2,3,nan\n1,-1,1,1,2,3,0.5\n").string();
    const Outcome left = mot_convert(det + " " + out + " --from mot-det --to eva-csv");
    CHECK((left.exit_code == 0 && left.says("left out: 1 detections with non-finite numbers")));
}

TEST_CASE("mot_convert uses sizes, lengths and classes from its arguments") {
    const TemporaryFolder folder;
    const std::string result = folder.file("r.txt", "2,5,11,21,30,40,0.5\n").string();
    const std::string classes = folder.file("c.txt", "person\n").string();
    const std::string xml = (folder.path() / "a.xml").string();
    const std::string common = " --classes " + classes + " --size 100x80 ";
    REQUIRE(mot_convert(result + " " + xml + " --from mot-result --to cvat --frames 9" + common).exit_code ==
            0);
    for (const char* part :
         {"<size>9</size>", "<width>100</width>", "<height>80</height>", "label=\"person\""})
        CHECK_THAT(contents_of(xml), contains(part));
    const std::string labels = (folder.path() / "labels").string();
    REQUIRE(mot_convert(result + " " + labels + " --from mot-result --to yolo" + common).exit_code == 0);
    CHECK(contents_of(labels + "/000002.txt") == "0 0.25 0.5 0.3 0.5 0.5 5\n");
    CHECK(contents_of(labels + "/classes.txt") == "person\n");
    const std::string back = (folder.path() / "back.txt").string();
    REQUIRE(mot_convert(labels + " " + back + " --from yolo --to mot-result --size 100x80").exit_code == 0);
    CHECK(contents_of(back) == "2,5,11.000,21.000,30.000,40.000,0.5000,-1,-1,-1\n");
}

TEST_CASE("mot_convert exits with 1 and names file, line and remedy") {
    const TemporaryFolder folder;
    const std::string gt = folder.file("gt.txt", kGroundTruth).string();
    const std::string bad = folder.file("bad.json", "{\"images\":[],\n\"annotations\":[7]}").string();
    const std::string out = (folder.path() / "out").string();
    const Outcome wrong = mot_convert(bad + " " + out + " --from coco --to mot");
    CHECK((wrong.exit_code == 1 && wrong.says(bad + ":2: expected an object as an annotation")));
    const Outcome missing = mot_convert(gt + ".none " + out + " --from mot --to coco");
    CHECK((missing.exit_code == 1 && missing.says(gt + ".none")));
    const Outcome size = mot_convert(gt + " " + out + " --from mot --to yolo");
    CHECK((size.exit_code == 1 && size.says("--size")));
    const std::string classes = folder.file("c.txt", "car\n").string();
    const Outcome unknown = mot_convert(gt + " " + out + " --from mot --to coco --classes " + classes);
    CHECK((unknown.exit_code == 1 && unknown.says("'pedestrian'") && unknown.says("--classes")));
    CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("mot_convert exits with 2 on wrong usage and 0 on help") {
    for (const std::string arguments :
         {"", "a", "a b", "a b --from mot", "a b --from mot --to x", "a b --from yolo --to mot",
          "a b --from mot --to coco --size 5", "a b --from mot --to coco --size 0x5",
          "a b --from mot --to coco --size 5x", "a b --from mot --to coco --frames 0",
          "a b --from mot --to coco --bogus"}) {
        INFO(arguments);
        CHECK(mot_convert(arguments).exit_code == 2);
    }
    const Outcome help = mot_convert("--help");
    CHECK((help.exit_code == 0 && help.says("crowdhuman")));
}

TEST_CASE("real ground truth survives a round trip through CVAT and COCO line by line") {
    const auto sequence = real_data("mot_text/MOT17-02");
    if (!sequence) return;
    const TemporaryFolder folder;
    const std::string gt = (*sequence / "gt/gt.txt").string();
    const std::string there = (folder.path() / "there").string(),
                      back = (folder.path() / "back.txt").string();
    for (const std::string format : {"cvat", "coco"}) {
        REQUIRE(mot_convert(gt + " " + there + " --from mot --to " + format).exit_code == 0);
        REQUIRE(mot_convert(there + " " + back + " --from " + format + " --to mot").exit_code == 0);
        CHECK(sorted_lines(back) == sorted_lines(gt));
    }
}
