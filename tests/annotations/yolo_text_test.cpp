#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/yolo_text.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

const YoloOptions kOptions{640, 480, {"person", "car"}};

ParseFailure yolo_failure(const std::string& text) {
    return failure_of([&] { return parse_yolo(text, "000001.txt", kOptions); });
}

} // namespace

TEST_CASE("YOLO text from LabelImg, a detector and a tracker is read") {
    const Annotations found = parse_yolo("1 0.5 0.25 0.1 0.2\r\n\n0 0.5 0.5 1 1 0.75\n0 0.5 0.5 1 1 0.5 12\n",
                                         "a/000007.txt", kOptions);
    CHECK(found.classes == std::vector<AnnotationClass>{{"person", 1}, {"car", 2}});
    CHECK(found.images == std::vector<AnnotatedImage>{{1, "000007", 640, 480}});
    REQUIRE(found.objects.size() == 3);
    AnnotatedObject object;
    object.class_index = 1;
    object.box = {288, 72, 64, 96};
    CHECK(found.objects[0] == object);
    object.class_index = 0;
    object.box = {0, 0, 640, 480};
    object.score = 0.75;
    CHECK(found.objects[1] == object);
    object.score = 0.5;
    object.id = 12;
    CHECK(found.objects[2] == object);
}

TEST_CASE("a folder of YOLO text is read with its classes, and a single file without") {
    const TemporaryFolder folder;
    const auto image = folder.file("labels/cam_0002.txt", "1 0.5 0.5 1 1\n");
    static_cast<void>(folder.file("labels/cam_0010.txt", ""));
    static_cast<void>(folder.file("labels/other.csv", "x"));
    const ParseFailure nameless = failure_of([&] {
        return read_yolo(folder.path() / "labels", {64, 48, {}});
    });
    CHECK(nameless.says("classes.txt"));
    static_cast<void>(folder.file("classes.txt", "person\n\nbig car\n")); // in the parent folder
    const Annotations found = read_yolo(folder.path() / "labels", {64, 48, {}});
    CHECK(found.classes == std::vector<AnnotationClass>{{"person", 1}, {"big car", 2}});
    CHECK(found.images == std::vector<AnnotatedImage>{{2, "cam_0002", 64, 48}, {10, "cam_0010", 64, 48}});
    REQUIRE(found.objects.size() == 1);
    CHECK((found.objects[0].frame == 2 && found.objects[0].box == MotBox(0, 0, 64, 48)));
    static_cast<void>(folder.file("labels/classes.txt", "a\nb\n")); // in the folder itself
    CHECK(read_yolo(folder.path() / "labels", {64, 48, {}}).classes.at(1).name == "b");
    CHECK(read_yolo(folder.path() / "labels", {64, 48, {"x", "y"}}).classes.at(1).name == "y");
    CHECK(read_yolo(image, {64, 48, {}}).objects.at(0).frame == 2);
}

TEST_CASE("frame numbers come from file names, or from their order") {
    using detail::frames_of;
    using Frames = std::vector<std::int64_t>;
    CHECK(frames_of({"000003", "cam2_000007"}) == Frames{3, 7});
    CHECK(frames_of({"a0", "a5"}) == Frames{1, 6});
    CHECK(frames_of({"a", "b1"}) == Frames{1, 2});
    CHECK(frames_of({"x_1", "y_1", "z_2"}) == Frames{1, 2, 3});
    CHECK(frames_of({"99999999999999999999", "1"}) == Frames{1, 2});
    CHECK(frames_of({"3_left"}) == Frames{3});
    CHECK(frames_of({}).empty());
}

TEST_CASE("YOLO text survives a round trip") {
    const auto again = [](const Annotations& a) {
        const TemporaryFolder folder;
        write_yolo(folder.path() / "labels", a);
        return read_yolo(folder.path() / "labels", {640, 480, {}});
    };
    check_round_trips("YOLO keeps", kYoloFormat, yolo_losses, again, [](Annotations& a) {
        a.width = 640;
        a.height = 480;
        a.images.resize(1);
        a.images[0] = {30, "b/x30.png", 0, 0};
        for (AnnotatedObject& object : a.objects)
            if (!object.score) object.id.reset();
    });
}

TEST_CASE("YOLO's losses list IDs without scores and names that differ from frame numbers") {
    Annotations annotations;
    annotations.classes = {{"a", 1}};
    annotations.images = {{1, "img/7.jpg", 8, 8}, {2, "", 8, 8}};
    annotations.objects.resize(1);
    annotations.objects[0].id = 1;
    std::string losses;
    for (const std::string& sentence : yolo_losses(annotations))
        losses += sentence + "\n";
    CHECK_THAT(losses, contains("1 of 1 objects have a track ID but no score"));
    CHECK_THAT(losses, contains("1 of 2 images have file names whose numbers differ"));
    CHECK_THAT(losses, contains("1 of 2 images have a file name with folders"));
}

TEST_CASE("a YOLO text file is rewritten unchanged") {
    const std::string text = "0 0.512345 0.25 0.1 0.2\n1 0.333333 0.666667 0.123456 0.05 0.9 3\n";
    const auto files = yolo_texts(parse_yolo(text, "000001.txt", kOptions));
    CHECK(files ==
          std::map<std::string, std::string>{{"000001.txt", text}, {"classes.txt", "person\ncar\n"}});
}

TEST_CASE("invalid YOLO text is an error with line and column") {
    CHECK(yolo_failure("\n0 0.5 0.5 1\n").line == 2);
    CHECK(yolo_failure("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4 0.4").says("5 to 7 columns")); // an outline
    CHECK(yolo_failure("2 0.5 0.5 1 1").says("a class below 2"));
    CHECK(yolo_failure("-1 0.5 0.5 1 1").column == 1);
    CHECK(yolo_failure("0.5 0.5 0.5 1 1").column == 1);
    for (std::size_t column = 2; column <= 6; ++column)
        for (const std::string bad : {"x", "nan", "1e39"}) {
            std::string line = "0";
            for (std::size_t k = 2; k <= 7; ++k)
                line += ' ' + (k == column ? bad : std::string("1"));
            CHECK(yolo_failure(line).column == column);
        }
    CHECK(yolo_failure("0 1e38 1 1 1").says("fit a float"));
    CHECK_THROWS_WITH(parse_yolo("", "a", {}), contains("YoloOptions::width"));
    const TemporaryFolder folder;
    CHECK(failure_of([&] { return read_yolo(folder.path(), kOptions); }).says(".txt"));
    CHECK_THROWS_WITH(read_yolo(folder.path(), {}), contains("YoloOptions::width"));
}

TEST_CASE("YOLO text refuses missing sizes and names that it cannot represent") {
    Annotations annotations;
    annotations.classes = {{"a", 1}};
    annotations.objects.resize(1);
    CHECK_THROWS_WITH(yolo_texts(annotations), contains("the size of each image, got none for frame 1"));
    annotations.width = annotations.height = 8;
    CHECK(yolo_texts(annotations).at("000001.txt") == "0 0 0 0 0\n");
    annotations.images = {{1, "a/x.png", 0, 0}, {2, "b/x.png", 0, 0}};
    CHECK_THROWS_WITH(yolo_texts(annotations), contains("'x.txt'"));
    annotations.images = {{1, "classes.png", 0, 0}};
    CHECK_THROWS_WITH(yolo_texts(annotations), contains("names other than 'classes'"));
    annotations.images.clear();
    annotations.classes[0].name = "two\nlines";
    CHECK_THROWS_WITH(yolo_texts(annotations), contains("one line"));
}
