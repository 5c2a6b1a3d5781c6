#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/kitti.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kKittiSample =
    "0 -1 DontCare -1 -1 -10.000000 219.310000 188.490000 245.500000 218.560000 -1000.000000 -1000.000000 "
    "-1000.000000 -10.000000 -1.000000 -1.000000 -1.000000\n"
    "0 2 Pedestrian 0 1 -2.523309 1106.137292 166.576807 1204.470628 323.876144 1.714062 0.767881 0.972283 "
    "6.301919 1.652419 8.455685 -1.900245\n"
    "3 0 Van 0.25 2 -10 1 2 3.5 5 -1 -1 -1 -1000 -1000 -1000 -10 0.75\r\n";

ParseFailure kitti_failure(const std::string& text) {
    return failure_of([&] { return parse_kitti(text, "0000.txt"); });
}

} // namespace

TEST_CASE("published KITTI tracking files are read") {
    const Annotations found = parse_kitti(kKittiSample, "0000.txt");
    CHECK(found.classes == std::vector<AnnotationClass>{{"DontCare", 1}, {"Pedestrian", 2}, {"Van", 3}});
    REQUIRE(found.objects.size() == 3);
    const AnnotatedObject& region = found.objects[0];
    CHECK((region.frame == 1 && !region.id && region.ignore && !region.occlusion && !region.truncation));
    CHECK(region.box == MotBox(219.31, 188.49, 245.5 - 219.31, 218.56 - 188.49));
    const AnnotatedObject& person = found.objects[1];
    CHECK((person.frame == 1 && person.id == 2 && !person.ignore && person.class_index == 1));
    CHECK((person.occlusion == 1 && person.truncation == 0.0 && !person.score));
    CHECK(person.attributes ==
          std::map<std::string, std::string>{{"alpha", "-2.523309"},
                                             {"dimensions", "1.714062 0.767881 0.972283"},
                                             {"location", "6.301919 1.652419 8.455685"},
                                             {"rotation_y", "-1.900245"}});
    AnnotatedObject van;
    van.frame = 4;
    van.id = 0;
    van.class_index = 2;
    van.box = {1, 2, 2.5, 3};
    van.truncation = 0.25;
    van.occlusion = 2;
    van.score = 0.75;
    CHECK(found.objects[2] == van);
    CHECK(parse_kitti("", "a") == Annotations());
}

TEST_CASE("a KITTI line is rewritten unchanged, with fewer zeros") {
    CHECK(kitti_text(parse_kitti(kKittiSample, "a")) ==
          "0 -1 DontCare -1 -1 -10 219.31 188.49 245.5 218.56 -1000.000000 -1000.000000 -1000.000000 "
          "-10.000000 -1.000000 -1.000000 -1.000000\n"
          "0 2 Pedestrian 0 1 -2.523309 1106.137292 166.576807 1204.470628 323.876144 1.714062 0.767881 "
          "0.972283 6.301919 1.652419 8.455685 -1.900245\n"
          "3 0 Van 0.25 2 -10 1 2 3.5 5 -1 -1 -1 -1000 -1000 -1000 -10 0.75\n");
}

TEST_CASE("KITTI annotations survive a round trip") {
    check_round_trips(
        "KITTI keeps", kKittiFormat, kitti_losses,
        [](const Annotations& a) { return parse_kitti(kitti_text(a), "again"); },
        [](Annotations& a) {
            a.classes = {{"Car", 4}, {"Person_sitting", 2}, {"DontCare", 3}};
            for (AnnotatedObject& object : a.objects) {
                if (object.ignore) object.class_index = 2;
                object.ignore = object.class_index == 2;
                if (!object.attributes.empty())
                    object.attributes = {{"alpha", "0.10"}, {"location", "1 2 -3e1"}};
            }
        });
}

TEST_CASE("KITTI's losses list classes and attributes") {
    Annotations annotations;
    annotations.classes = {{"static person", 1}, {"DontCare", 2}};
    annotations.objects.resize(4);
    annotations.objects[0].ignore = true;
    annotations.objects[1].attributes = {{"alpha", "x"}, {"colour", "red"}};
    annotations.objects[2].class_index = 1;
    annotations.objects[3].id = -7;
    std::string losses;
    for (const std::string& sentence : kitti_losses(annotations))
        losses += sentence + "\n";
    CHECK_THAT(losses, contains("1 of 4 objects have an ignore mark"));
    CHECK_THAT(losses, contains("1 of 4 objects have the class DontCare"));
    CHECK_THAT(losses, contains("2 of 4 objects have a class of several words"));
    CHECK_THAT(losses, contains("1 of 4 objects have attributes"));
    CHECK_THAT(losses, contains("1 of 4 objects have an ID"));
    annotations.objects[3].id.reset();
    const Annotations found = parse_kitti(kitti_text(annotations), "again");
    REQUIRE(found.objects.size() == 4);
    CHECK((found.classes[found.objects[0].class_index].name == "DontCare" && found.objects[0].ignore));
    CHECK(found.classes[found.objects[1].class_index].name == "static_person");
    CHECK((found.objects[1].attributes.empty() && found.objects[2].ignore));
}

TEST_CASE("an invalid KITTI file is an error with line and column") {
    const std::string fields[] = {"0", "1",  "Car", "0",  "0",     "-10",   "1",     "2",   "3",
                                  "4", "-1", "-1",  "-1", "-1000", "-1000", "-1000", "-10", "0.5"};
    const auto line = [&](std::size_t column, const std::string& bad) {
        std::string text;
        for (std::size_t k = 1; k <= 18; ++k)
            text += (k == column ? bad : fields[k - 1]) + " ";
        return text + "\n";
    };
    CHECK(parse_kitti(line(0, ""), "a").objects.size() == 1);
    for (const std::string bad : {"x", "nan", "1e39", "0x1"})
        for (std::size_t column = 1; column <= 18; ++column) {
            if (column == 3) continue;
            INFO(bad << " in column " << column);
            const ParseFailure found = kitti_failure(std::string("\n").append(line(column, bad)));
            CHECK((found.line == 2 && found.column == column));
        }
    CHECK(kitti_failure(line(1, "-1")).column == 1);
    CHECK(kitti_failure(line(1, "0.5")).column == 1);
    CHECK(kitti_failure(line(1, "9007199254740992")).column == 1);
    CHECK(kitti_failure(line(2, "-2")).column == 2);
    CHECK(kitti_failure(line(3, "\xFF")).column == 3);
    CHECK(kitti_failure(line(5, "3000000000")).column == 5);
    CHECK(kitti_failure(line(9, "3e38") + "").line == 999999); // a width that fits
    CHECK(kitti_failure("0 1 Car 0 0 -10 -3e38 2 3e38 4 -1 -1 -1 -1000 -1000 -1000 -10").says("fit a float"));
    CHECK(kitti_failure("0 1 Car 0 0 -10 1 2 3 4").says("17 to 18 columns"));
    CHECK(kitti_failure(line(0, "") + line(0, "")).says("twice"));
}

TEST_CASE("KITTI is written to its path and refuses classes without a name") {
    const TemporaryFolder folder;
    Annotations annotations = random_annotations(3);
    write_kitti(folder.path() / "0000.txt", annotations);
    CHECK(read_kitti(folder.path() / "0000.txt") == parse_kitti(kitti_text(annotations), "a"));
    for (const char* name : {"", "\xFF"}) {
        annotations.classes.assign(4, {name, 1});
        CHECK_THROWS_WITH(kitti_text(annotations), contains("a name for each class"));
    }
}
