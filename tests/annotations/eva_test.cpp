#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/eva.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

ParseFailure csv_failure(const std::string& text) {
    return failure_of([&] { return parse_eva_csv(text, "a.csv"); });
}
ParseFailure json_failure(const std::string& text) {
    return failure_of([&] { return parse_eva_json(text, "a.json"); });
}

} // namespace

TEST_CASE("EVA's CSV is read with its columns in any order") {
    const Annotations found =
        parse_eva_csv("\xEF\xBB\xBF"
                      "x,y,width,height,class,frame,track_id,score,note,attribute:colour\r\n"
                      "1.5,2,3,4,\"car, \"\"big\"\"\nred\",7,9,0.5,?,blue\r\n"
                      "\r\n"
                      "-1,0,3,4,,8,,,?,",
                      "a.csv");
    CHECK(found.classes == std::vector<AnnotationClass>{{"car, \"big\"\nred", 1}, {"object", 2}});
    REQUIRE(found.objects.size() == 2);
    AnnotatedObject first;
    first.frame = 7;
    first.id = 9;
    first.box = {1.5, 2, 3, 4};
    first.score = 0.5;
    first.attributes = {{"colour", "blue"}};
    CHECK(found.objects[0] == first);
    AnnotatedObject second;
    second.frame = 8;
    second.class_index = 1;
    second.box = {-1, 0, 3, 4};
    CHECK(found.objects[1] == second);
    REQUIRE(found.left_out.size() == 1);
    CHECK_THAT(found.left_out[0], contains("1 columns"));
    CHECK(parse_eva_csv("frame,x,y,width,height\n", "a") == Annotations());
}

TEST_CASE("EVA's JSON is read with only its required fields") {
    const Annotations found = parse_eva_json(R"({"frames": [
        {"frame": 2, "objects": [{"x": 1, "y": 2, "width": 3, "height": 4}]},
        {"frame": 1, "file": "a.png", "width": 64}]})",
                                             "a.json");
    CHECK(found.images == std::vector<AnnotatedImage>{{1, "a.png", 64, 0}, {2, "", 0, 0}});
    REQUIRE(found.objects.size() == 1);
    CHECK((found.objects[0].frame == 2 && found.objects[0].box == MotBox(1, 2, 3, 4)));
    CHECK(found.classes.at(0).name == "object");
}

TEST_CASE("EVA's CSV survives a round trip") {
    check_round_trips(
        "EVA's CSV keeps", kEvaCsvFormat, eva_csv_losses,
        [](const Annotations& a) { return parse_eva_csv(eva_csv_text(a), "again"); },
        [](Annotations& a) {
            for (AnnotatedObject& object : a.objects)
                std::erase_if(object.attributes, [](const auto& x) { return x.second.empty(); });
        });
    Annotations blank;
    blank.classes = {{"a", 1}};
    blank.objects.resize(1);
    blank.objects[0].attributes["x"] = "";
    REQUIRE(eva_csv_losses(blank).size() == 1);
    CHECK_THAT(eva_csv_losses(blank)[0], contains("empty attributes"));
    CHECK(eva_csv_text(blank) == "frame,class,x,y,width,height\n1,a,0,0,0,0\n");
    blank.classes[0].name = "";
    CHECK_THROWS_WITH(eva_csv_text(blank), contains("a name for each class"));
}

TEST_CASE("EVA's JSON survives a round trip without losses") {
    check_round_trips(
        "EVA's JSON keeps", kEvaJsonFormat, eva_json_losses,
        [](const Annotations& a) { return parse_eva_json(eva_json_text(a), "again"); },
        [](const Annotations&) {});
    Annotations twice;
    twice.classes = {{"a", 1}, {"a", 2}};
    CHECK_THROWS_WITH(eva_json_text(twice), contains("a different name"));
}

TEST_CASE("an invalid EVA table is an error with its line") {
    CHECK(csv_failure("").says("names the columns"));
    CHECK(csv_failure("frame,x,y,width\n").says("a column height"));
    CHECK(csv_failure("frame,x,y,width,height,x\n").column == 6);
    const std::string header = "frame,x,y,width,height,note,track_id,ignore\n";
    CHECK(csv_failure(header + "1,1,1,1,1,\"two\nlines\",1,0\n1,1,1,1,1,a,1\n").line == 4);
    CHECK(csv_failure(header + "\n1,1,1,1,1,\"a\"b,1,0\n").line == 3);
    CHECK(csv_failure(header + "1,1,1,1,1,\"a,1,0\n").says("a quote at the end"));
    CHECK(csv_failure(header + "1,1,1,1,1,\xFF,1,0\n").line == 2);
    for (const std::string bad : {"", "x", "nan", "1e39"})
        CHECK(csv_failure(header + "1,1,1," + bad + ",1,a,1,0\n").column == 4);
    for (const std::string bad : {"", "0", "-1", "1.5", "9007199254740993"})
        CHECK(csv_failure(header + bad + ",1,1,1,1,a,1,0\n").column == 1);
    CHECK(csv_failure(header + "1,1,1,1,1,a,1,2\n").column == 8);
    CHECK(csv_failure(header + "1,3e38,1,3e38,1,a,1,0\n").says("fit a float"));

    CHECK(json_failure("{}").says("frames"));
    CHECK(json_failure("{\"frames\":[{\"frame\":1},\n{\"frame\":1}]}").line == 2);
    CHECK(json_failure("{\"frames\":[{}]}").says("'frame'"));
    CHECK(json_failure(R"({"frames":[{"frame":0}]})").says("from 1"));
    CHECK(json_failure("{\"frames\":[{\"frame\":1,\"objects\":[\n{\"x\":1,\"y\":1,\"width\":1}]}]}").line ==
          2);
    CHECK(json_failure("{\"classes\":[{\"name\":\"a\"},\n{\"name\":\"a\"}],\"frames\":[]}").line == 2);
    CHECK(json_failure(R"({"frame_count":-1,"frames":[]})").says("from 0"));
}

TEST_CASE("EVA's tables are written and read at their paths") {
    const TemporaryFolder folder;
    const Annotations annotations = random_annotations(6);
    write_eva_csv(folder.path() / "a.csv", annotations);
    CHECK(read_eva_csv(folder.path() / "a.csv") == parse_eva_csv(eva_csv_text(annotations), "a"));
    write_eva_json(folder.path() / "a.json", annotations);
    CHECK(read_eva_json(folder.path() / "a.json") == parse_eva_json(eva_json_text(annotations), "a"));
}
