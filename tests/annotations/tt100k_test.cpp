#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/tt100k.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kTt100kSample = R"({"types": ["i1", "p11", "pl5"],
"imgs": {
 "62627": {"path": "test/62627.jpg", "id": 62627, "objects": [
   {"category": "p11", "bbox": {"xmin": 880.0, "ymin": 995.5, "xmax": 929.3333, "ymax": 1040.0},
    "ellipse_org": [[1, 2]], "polygon": [[880.0, 995.5], [929.3333, 1040.0], [1, 2]]}]},
 "7": {"path": "train/7.jpg", "id": 7, "objects": []}
}})";

ParseFailure tt100k_failure(const std::string& text) {
    return failure_of([&] { return parse_tt100k(text, "annotations.json"); });
}
std::string with_object(const std::string& json) {
    return "{\"imgs\":{\"1\":{\"objects\":[\n" + json + "]}}}";
}

} // namespace

TEST_CASE("published TT100K files are read") {
    const Annotations found = parse_tt100k(kTt100kSample, "annotations.json");
    CHECK(found.classes == std::vector<AnnotationClass>{{"i1", 1}, {"p11", 2}, {"pl5", 3}});
    CHECK(found.images ==
          std::vector<AnnotatedImage>{{7, "train/7.jpg", 0, 0}, {62627, "test/62627.jpg", 0, 0}});
    AnnotatedObject sign;
    sign.frame = 62627;
    sign.class_index = 1;
    sign.box = {880, 995.5, 929.3333 - 880, 44.5};
    sign.polygons = {{{880, 995.5}, {929.3333, 1040}, {1, 2}}};
    CHECK(found.objects == std::vector<AnnotatedObject>{sign});
    const Annotations zero = parse_tt100k(R"({"imgs":{"0":{},"5":{"id":"x"}}})", "a");
    CHECK(zero.images == std::vector<AnnotatedImage>{{1, "", 0, 0}, {6, "", 0, 0}});
    CHECK(parse_tt100k(R"({"imgs":{}})", "a") == Annotations());
}

TEST_CASE("TT100K annotations survive a round trip") {
    check_round_trips(
        "TT100K keeps", kTt100kFormat, tt100k_losses,
        [](const Annotations& a) { return parse_tt100k(tt100k_text(a), "again"); },
        [](Annotations& a) {
            for (AnnotatedObject& object : a.objects)
                if (object.polygons.size() > 1) object.polygons.clear();
        });
    Annotations several;
    several.classes = {{"a", 1}};
    several.objects.resize(1);
    several.objects[0].polygons.resize(2);
    REQUIRE(tt100k_losses(several).size() == 1);
    CHECK_THAT(tt100k_losses(several)[0], contains("several outlines"));
}

TEST_CASE("an invalid TT100K file is an error with its line") {
    CHECK(tt100k_failure("[]").says("an object"));
    CHECK(tt100k_failure("{}").says("imgs"));
    CHECK(tt100k_failure("{\"imgs\":[]}").says("an object"));
    CHECK(tt100k_failure("{\"imgs\":{\"a\":\n{}}}").line == 2);
    CHECK(tt100k_failure("{\"imgs\":{\"1\":{},\n\"2\":{\"id\":1}}}").line == 2);
    CHECK(tt100k_failure(R"({"imgs":{"1":{"id":-1}}})").says("from 0"));
    CHECK(tt100k_failure(R"({"types":[1],"imgs":{}})").says("a string"));
    const auto fails = [](const std::string& json, const std::string& reason) {
        INFO(json);
        CHECK(tt100k_failure(with_object(json)).line == 2);
        CHECK_THAT(tt100k_failure(with_object(json)).message, contains(reason));
    };
    fails("7", "an object");
    fails(R"({"bbox":{}})", "category");
    fails(R"({"category":"a"})", "bbox");
    fails(R"({"category":"a","bbox":{"xmin":1,"ymin":1,"xmax":1}})", "ymax");
    fails(R"({"category":"a","bbox":{"xmin":"1","ymin":1,"xmax":1,"ymax":1}})", "a number");
    fails(R"({"category":"a","bbox":{"xmin":-3e38,"ymin":1,"xmax":3e38,"ymax":1}})", "fit a float");
    fails(R"({"category":"a","bbox":{"xmin":1,"ymin":1,"xmax":2,"ymax":2},"polygon":[[1]]})", "x and y");
}

TEST_CASE("a TT100K file is written and read at its path") {
    const TemporaryFolder folder;
    const Annotations annotations = random_annotations(4);
    write_tt100k(folder.path() / "annotations.json", annotations);
    CHECK(read_tt100k(folder.path() / "annotations.json") == parse_tt100k(tt100k_text(annotations), "a"));
}
