#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/coco.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kCocoSample = R"({
"info": {"year": 2017, "nested": [[1], {"a": [null, true]}]},
"images": [
  {"id": 139, "file_name": "000000000139.jpg", "width": 640, "height": 426, "license": 2},
  {"id": 12, "file_name": "b.jpg"}],
"categories": [
  {"id": 1, "name": "person", "supercategory": "person"},
  {"id": 90, "name": "Zahnb\u00fcrste"}],
"annotations": [
  {"id": 7, "image_id": 139, "category_id": 90, "bbox": [236.98, 142.51, 24.7, 69.5], "area": 531.8,
   "iscrowd": 0, "segmentation": [[236.98, 142.51, 261.68, 142.51, 250, 212.01], [1, 2, 3, 4]]},
  {"id": 9, "image_id": 139, "category_id": 1, "iscrowd": 1, "bbox": [1, 2, 3, 4],
   "segmentation": {"counts": [1, 2], "size": [426, 640]}, "track_id": 9007199254740993,
   "score": 0.5, "attributes": {"occluded": false, "speed": 1.5, "note": "x", "list": [1]}}]
})";

ParseFailure coco_failure(const std::string& text) {
    return failure_of([&] { return parse_coco(text, "a.json"); });
}

std::string with_annotation(const std::string& json) {
    return "{\"images\":[{\"id\":1}],\n\"categories\":[{\"id\":1,\"name\":\"a\"}],\n\"annotations\":[\n" +
           json + "]}";
}

} // namespace

TEST_CASE("published COCO files are read") {
    const Annotations found = parse_coco(kCocoSample, "a.json");
    CHECK(found.classes == std::vector<AnnotationClass>{{"person", 1}, {"Zahnb\xC3\xBCrste", 90}});
    CHECK(found.images ==
          std::vector<AnnotatedImage>{{12, "b.jpg", 0, 0}, {139, "000000000139.jpg", 640, 426}});
    REQUIRE(found.objects.size() == 2);
    AnnotatedObject first;
    first.frame = 139;
    first.class_index = 1;
    first.box = {236.98, 142.51, 24.7, 69.5};
    first.polygons = {{{236.98, 142.51}, {261.68, 142.51}, {250, 212.01}}, {{1, 2}, {3, 4}}};
    CHECK(found.objects[0] == first);
    AnnotatedObject second;
    second.frame = 139;
    second.id = 9007199254740993; // not representable as a double
    second.box = {1, 2, 3, 4};
    second.ignore = true;
    second.score = 0.5;
    second.attributes = {{"occluded", "false"}, {"speed", "1.5"}, {"note", "x"}};
    CHECK(found.objects[1] == second);
    REQUIRE(found.left_out.size() == 1);
    CHECK_THAT(found.left_out[0], contains("1 masks"));
}

TEST_CASE("COCO image IDs from 0 become frames from 1, and COCO detections are a list without names") {
    const Annotations zero =
        parse_coco(R"({"images":[{"id":0},{"id":4}],"annotations":[],"categories":[]})", "a.json");
    REQUIRE(zero.images.size() == 2);
    CHECK((zero.images[0].frame == 1 && zero.images[1].frame == 5));
    const Annotations list = parse_coco(
        R"([{"image_id":0,"category_id":18,"bbox":[1,2,3,4],"score":0.25},
            {"image_id":2,"category_id":18,"bbox":[1,2,3,4],"score":1}])",
        "a.json");
    CHECK(list.classes == std::vector<AnnotationClass>{{"18", 18}});
    REQUIRE(list.objects.size() == 2);
    CHECK((list.objects[0].frame == 1 && list.objects[1].frame == 3 && list.objects[0].score == 0.25));
    CHECK(parse_coco("[]", "a.json") == Annotations());
}

TEST_CASE("a COCO annotation without a box gets the box of its outlines") {
    const Annotations found = parse_coco(
        with_annotation(R"({"image_id":1,"category_id":1,"segmentation":[[1,2,3,2,3,7],[0,5,1,5]]})"), "a");
    CHECK(found.objects.at(0).box == MotBox(0, 2, 3, 5));
}

TEST_CASE("COCO annotations survive a round trip") {
    check_round_trips(
        "COCO keeps", kCocoFormat, coco_losses,
        [](const Annotations& a) { return parse_coco(coco_text(a), "again"); }, [](const Annotations&) {});
}

TEST_CASE("a COCO file contains everything that the COCO tools need") {
    Annotations annotations;
    annotations.classes = {{"cat", 17}};
    annotations.width = 64;
    annotations.height = 48;
    AnnotatedObject object;
    object.frame = 3;
    object.box = {1, 2, 10, 20};
    object.polygons = {{{1, 2}, {11, 2}, {11, 22}}};
    annotations.objects = {object};
    const auto json = nlohmann::json::parse(coco_text(annotations));
    CHECK(json.at("images") == nlohmann::json::parse(R"([{"id":3,"file_name":"","width":64,"height":48}])"));
    CHECK(json.at("categories") == nlohmann::json::parse(R"([{"id":17,"name":"cat"}])"));
    CHECK(json.at("annotations") ==
          nlohmann::json::parse(R"([{"id":1,"image_id":3,"category_id":17,"bbox":[1.0,2.0,10.0,20.0],
              "area":100.0,"segmentation":[[1.0,2.0,11.0,2.0,11.0,22.0]],"iscrowd":0}])"));
}

TEST_CASE("an invalid COCO file is an error with its line") {
    CHECK(coco_failure("").line == 1);
    CHECK(coco_failure("\n\n{").line == 3);
    CHECK(coco_failure("{\"images\":[]}\n\n]").line == 3);
    CHECK(coco_failure("{\n\"annotations\":[]}").says("images"));
    CHECK(coco_failure("{\"images\":\n7}").line == 2);
    CHECK(coco_failure("7").says("expected an object"));
    CHECK(coco_failure("{\"images\":[{\"id\":1},\n{\"id\":1}]}").line == 2);
    CHECK(coco_failure("{\"images\":[],\"categories\":[{\"id\":1,\"name\":\"\"},\n{\"id\":1,\"name\":\"\"}]}")
              .line == 2);
    CHECK(coco_failure("{\"images\":[],\n\"images\":[]}").says("twice"));
    const auto fails = [](const std::string& json, const std::string& reason) {
        INFO(json);
        const ParseFailure found = coco_failure(with_annotation(json));
        CHECK(found.line == 4);
        CHECK_THAT(found.message, contains(reason));
    };
    fails(R"({"image_id":2,"category_id":1,"bbox":[1,2,3,4]})", "which is not one");
    fails(R"({"image_id":1,"category_id":2,"bbox":[1,2,3,4]})", "which is not one");
    fails(R"({"image_id":1,"category_id":1})", "bbox");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3]})", "four numbers");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,4,5]})", "four numbers");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,"4"]})", "a number");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,1e39]})", "fits a float");
    fails(R"({"image_id":1,"category_id":1,"bbox":[3e38,2,3e38,1]})", "fit a float");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,1e999]})", "range of a double");
    fails(R"({"image_id":1.5,"category_id":1,"bbox":[1,2,3,4]})", "whole number");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,4],"segmentation":[[1,2,3]]})", "odd number");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,4],"segmentation":[1]})", "a list");
    fails(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,4],"attributes":{"a":1,"a":2}})", "twice");
    fails("{\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3,4],\"attributes\":{\"a\":\"\xFF\"}}", "UTF-8");
    fails(std::string("{\0", 2), "zero byte");
}

TEST_CASE("deeply nested JSON is an error, slightly nested JSON is not") {
    const auto nested = [](std::size_t depth) {
        return R"({"images":[],"x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    CHECK(parse_coco(nested(60), "a").objects.empty());
    CHECK(coco_failure(nested(65)).says("nested"));
    CHECK(coco_failure(std::string(2'000'000, '[')).says("nested"));
}

TEST_CASE("COCO refuses invalid annotations") {
    Annotations annotations;
    annotations.classes = {{"a", 1}};
    annotations.objects.resize(1);
    const auto refuses = [&](const Annotations& bad, const std::string& reason) {
        CHECK_THROWS_AS(coco_text(bad), InvalidArgument);
        CHECK_THROWS_WITH(coco_text(bad), contains(reason));
    };
    Annotations bad = annotations;
    bad.objects[0].frame = 0;
    refuses(bad, "frames from 1");
    bad = annotations;
    bad.objects[0].class_index = 1;
    refuses(bad, "class");
    bad = annotations;
    bad.objects[0].box.left = std::numeric_limits<double>::quiet_NaN();
    refuses(bad, "fit a float");
    bad = annotations;
    bad.classes.push_back({"b", 1});
    refuses(bad, "a different number");
    bad = annotations;
    bad.classes[0].name = "\xFF";
    refuses(bad, "UTF-8");
    bad = annotations;
    bad.images = {{1, "", 0, 0}, {1, "", 0, 0}};
    refuses(bad, "different frames");
    bad = annotations;
    bad.width = -1;
    refuses(bad, "sizes");
}

TEST_CASE("a COCO file is written and read at its path") {
    const TemporaryFolder folder;
    const Annotations annotations = random_annotations(1);
    write_coco(folder.path() / "a.json", annotations);
    CHECK(contents_of(folder.path() / "a.json") == coco_text(annotations));
    CHECK(kept(read_coco(folder.path() / "a.json"), kCocoFormat) == kept(annotations, kCocoFormat));
    const ParseFailure missing = failure_of([&] { return read_coco(folder.path() / "none.json"); });
    CHECK(missing.says("none.json"));
}
