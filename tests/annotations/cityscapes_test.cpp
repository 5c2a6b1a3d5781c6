#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/cityscapes.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kCityscapesSample = R"({
    "imgHeight": 1024, "imgWidth": 2048,
    "objects": [
        {"label": "road", "polygon": [[0, 769], [290, 574], [2047, 1023]]},
        {"label": "car", "polygon": [[1000, 400], [1100, 380], [1090, 460]]},
        {"label": "persongroup", "polygon": [[5, 6], [7, 8]]},
        {"label": "rider", "polygon": [[5, 6]], "deleted": 1}]})";

ParseFailure cityscapes_failure(const std::string& text) {
    return failure_of([&] { return parse_cityscapes(text, "a.json"); });
}

} // namespace

TEST_CASE("published Cityscapes files are read") {
    const Annotations found =
        parse_cityscapes(kCityscapesSample, "gtFine/aachen/aachen_000000_000019_gtFine_polygons.json");
    CHECK(found.classes == std::vector<AnnotationClass>{{"car", 1}, {"person", 2}});
    CHECK(found.images == std::vector<AnnotatedImage>{{1, "aachen_000000_000019", 2048, 1024}});
    REQUIRE(found.objects.size() == 2);
    AnnotatedObject car;
    car.box = {1000, 380, 100, 80};
    car.polygons = {{{1000, 400}, {1100, 380}, {1090, 460}}};
    CHECK(found.objects[0] == car);
    CHECK((found.objects[1].ignore && found.objects[1].class_index == 1));
    REQUIRE(found.left_out.size() == 1);
    CHECK_THAT(found.left_out[0], contains("2 objects"));
}

TEST_CASE("Cityscapes annotations survive a round trip") {
    const auto again = [](const Annotations& a) {
        const TemporaryFolder folder;
        write_cityscapes(folder.path() / "new", a);
        return read_cityscapes(folder.path() / "new");
    };
    check_round_trips("Cityscapes keeps", kCityscapesFormat, cityscapes_losses, again, [](Annotations& a) {
        a.classes[2].name = "train";
        a.images.push_back({40, "40", 7, 8}); // at least one file
        for (AnnotatedObject& object : a.objects) {
            if (object.polygons.empty()) object.polygons = {{{1.5, 2}, {3, 4}, {2, 9}}};
            object.polygons.resize(1);
            object.box = detail::bounds_of(object.polygons[0]);
        }
    });
}

TEST_CASE("Cityscapes' losses list classes, boxes without outlines and names") {
    Annotations annotations;
    annotations.classes = {{"dog", 1}, {"car", 2}};
    annotations.images = {{1, "a/1.png", 0, 0}};
    annotations.objects.resize(2);
    annotations.objects[1].class_index = 1;
    annotations.objects[1].box = {1, 2, 3, 4};
    std::string losses;
    for (const std::string& sentence : cityscapes_losses(annotations))
        losses += sentence + "\n";
    CHECK_THAT(losses, contains("1 of 2 objects have classes"));
    CHECK_THAT(losses, contains("2 of 2 objects have no outline"));
    CHECK_THAT(losses, contains("1 of 1 images have a file name with folders"));
    const std::string text = cityscapes_texts(annotations).at("1_gtFine_polygons.json");
    const Annotations found = parse_cityscapes(text, "a");
    REQUIRE(found.objects.size() == 1);
    CHECK(found.objects[0].box == MotBox(1, 2, 3, 4));
    CHECK(found.objects[0].polygons == std::vector<AnnotationPolygon>{{{1, 2}, {4, 2}, {4, 6}, {1, 6}}});
}

TEST_CASE("an invalid Cityscapes file is an error with its line") {
    CHECK(cityscapes_failure("[]").says("an object"));
    CHECK(cityscapes_failure("{}").says("objects"));
    const auto fails = [](const std::string& json, const std::string& reason) {
        INFO(json);
        CHECK(cityscapes_failure("{\"objects\":[\n" + json + "]}").line == 2);
        CHECK_THAT(cityscapes_failure("{\"objects\":[\n" + json + "]}").message, contains(reason));
    };
    fails("[]", "an object");
    fails(R"({"polygon":[[1,2]]})", "label");
    fails(R"({"label":"car"})", "polygon");
    fails(R"({"label":"car","polygon":[]})", "with points");
    fails(R"({"label":"car","polygon":[[1,"2"]]})", "a number");
    fails(R"({"label":"car","polygon":[[-3e38,2],[3e38,2]]})", "fit a float");
    const TemporaryFolder folder;
    static_cast<void>(folder.file("a.json", "{}")); // an unrelated file
    CHECK(failure_of([&] { return read_cityscapes(folder.path()); }).says("_gtFine_polygons.json"));
}
