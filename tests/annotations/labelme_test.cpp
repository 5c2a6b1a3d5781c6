#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/labelme.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kLabelMeSample = R"({
  "version": "5.0.1", "flags": {},
  "shapes": [
    {"label": "person", "points": [[30.5, 60], [10, 20.25]], "group_id": 3, "shape_type": "rectangle",
     "flags": {"occluded": true}},
    {"label": "car", "points": [[1, 2], [5, 2], [3, 9.5]], "group_id": null, "shape_type": "polygon", "flags": {}},
    {"label": "x", "points": [[1, 2]], "group_id": null, "shape_type": "point", "flags": {}}],
  "imagePath": "..\\img\\000004.jpg", "imageData": null, "imageHeight": 576, "imageWidth": 768})";

ParseFailure labelme_failure(const std::string& text) {
    return failure_of([&] { return parse_labelme(text, "a.json"); });
}

} // namespace

TEST_CASE("LabelMe files are read") {
    const Annotations found = parse_labelme(kLabelMeSample, "a.json");
    CHECK(found.classes == std::vector<AnnotationClass>{{"person", 1}, {"car", 2}});
    CHECK(found.images == std::vector<AnnotatedImage>{{1, "..\\img\\000004.jpg", 768, 576}});
    REQUIRE(found.objects.size() == 2);
    AnnotatedObject person;
    person.id = 3;
    person.box = {10, 20.25, 20.5, 39.75}; // the corners may be in any order
    person.attributes = {{"flags.occluded", "true"}};
    CHECK(found.objects[0] == person);
    AnnotatedObject car;
    car.class_index = 1;
    car.box = {1, 2, 4, 7.5};
    car.polygons = {{{1, 2}, {5, 2}, {3, 9.5}}};
    CHECK(found.objects[1] == car);
    REQUIRE(found.left_out.size() == 1);
    CHECK_THAT(found.left_out[0], contains("1 shapes"));
    CHECK(parse_labelme(R"({"shapes":[]})", "a").objects.empty());
}

TEST_CASE("a LabelMe shape is rewritten unchanged") {
    const auto text = labelme_texts(parse_labelme(kLabelMeSample, "a")).begin()->second;
    auto expected = nlohmann::json::parse(kLabelMeSample);
    expected["shapes"].erase(2);
    expected["shapes"][0]["points"] = {{10.0, 20.25}, {30.5, 60.0}};
    CHECK(nlohmann::json::parse(text) == expected);
}

TEST_CASE("LabelMe annotations survive a round trip") {
    const auto again = [](const Annotations& a) {
        const TemporaryFolder folder;
        write_labelme(folder.path() / "new", a);
        return read_labelme(folder.path() / "new");
    };
    check_round_trips("LabelMe keeps", kLabelMeFormat, labelme_losses, again, [](Annotations& a) {
        a.images.push_back({40, "x/40.png", 7, 8}); // at least one file
        for (AnnotatedObject& object : a.objects) {
            if (!detail::is_outlined(object)) object.polygons.clear();
            object.attributes["flags.a"] = object.ignore ? "false" : "none";
        }
    });
    Annotations outline;
    outline.classes = {{"a", 1}};
    outline.objects.resize(1);
    outline.objects[0].polygons = {{{0, 0}, {9, 9}}};
    REQUIRE(labelme_losses(outline).size() == 1);
    CHECK_THAT(labelme_losses(outline)[0], contains("bounds are not the box"));
}

TEST_CASE("an invalid LabelMe file is an error with its line and its file") {
    CHECK(labelme_failure("[]").says("an object"));
    CHECK(labelme_failure("{\n}").says("shapes"));
    const auto fails = [](const std::string& json, const std::string& reason) {
        INFO(json);
        CHECK(labelme_failure("{\"shapes\":[\n" + json + "]}").line == 2);
        CHECK_THAT(labelme_failure("{\"shapes\":[\n" + json + "]}").message, contains(reason));
    };
    fails("1", "an object");
    fails(R"({"points":[[1,2],[3,4]],"shape_type":"rectangle"})", "label");
    fails(R"({"label":"a","shape_type":"rectangle"})", "points");
    fails(R"({"label":"a","points":[[1,2]],"shape_type":"rectangle"})", "at least 2");
    fails(R"({"label":"a","points":[]})", "at least 1");
    fails(R"({"label":"a","points":[[1,2,3]]})", "x and y");
    fails(R"({"label":"a","points":[[-3e38,2],[3e38,2]]})", "fit a float");
    fails(R"({"label":"a","points":[[1,2],[3,4]],"group_id":"x"})", "whole number");
    const TemporaryFolder folder;
    static_cast<void>(folder.file("1.json", R"({"shapes":[]})"));
    static_cast<void>(folder.file("2.json", "{\n7"));
    const ParseFailure found = failure_of([&] { return read_labelme(folder.path()); });
    CHECK((found.line == 2 && found.says("2.json")));
}
