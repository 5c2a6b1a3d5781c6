#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/pascal_voc.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kPascalVocSample = R"(<annotation verified="yes">
	<folder>img</folder>
	<filename>000012.jpg</filename>
	<path>/home/a/img/000012.jpg</path>
	<source><database>Unknown</database></source>
	<size>
		<width>500</width>
		<height>375</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
	<object>
		<name>Fahrrad &amp; Fußgänger</name>
		<pose>Left</pose>
		<truncated>1</truncated>
		<difficult>0</difficult>
		<bndbox>
			<xmin>8</xmin>
			<ymin>12.5</ymin>
			<xmax>352</xmax>
			<ymax>498</ymax>
		</bndbox>
		<part><name>head</name></part>
	</object>
	<object>
		<name>dog</name>
		<pose>Unspecified</pose>
		<occluded>1</occluded>
		<difficult>1</difficult>
		<bndbox><ymin>1</ymin><xmin>1</xmin><ymax>1</ymax><xmax>1</xmax></bndbox>
	</object>
</annotation>
)";

ParseFailure voc_failure(const std::string& text) {
    return failure_of([&] { return parse_pascal_voc(text, "a.xml"); });
}

} // namespace

TEST_CASE("Pascal VOC files from LabelImg are read") {
    const Annotations found = parse_pascal_voc(kPascalVocSample, "a.xml");
    CHECK(found.classes ==
          std::vector<AnnotationClass>{{"Fahrrad & Fu\xC3\x9Fg\xC3\xA4nger", 1}, {"dog", 2}});
    CHECK(found.images == std::vector<AnnotatedImage>{{1, "000012.jpg", 500, 375}});
    REQUIRE(found.objects.size() == 2);
    AnnotatedObject first;
    first.box = {7, 11.5, 345, 486.5};
    first.truncation = 1;
    first.attributes = {{"pose", "Left"}};
    CHECK(found.objects[0] == first);
    AnnotatedObject dog;
    dog.class_index = 1;
    dog.box = {0, 0, 1, 1}; // the first pixel
    dog.occlusion = 1;
    dog.ignore = true;
    CHECK(found.objects[1] == dog);
    REQUIRE(found.left_out.size() == 1);
    CHECK_THAT(found.left_out[0], contains("1 parts"));
}

TEST_CASE("a Pascal VOC box is rewritten unchanged") {
    const std::string text = pascal_voc_texts(parse_pascal_voc(kPascalVocSample, "a")).at("000012.xml");
    for (const char* part : {"<xmin>8</xmin>", "<ymin>12.5</ymin>", "<xmax>352</xmax>", "<ymax>498</ymax>",
                             "<pose>Left</pose>", "<truncated>1</truncated>", "<width>500</width>"})
        CHECK_THAT(text, contains(part));
}

TEST_CASE("Pascal VOC annotations survive a round trip") {
    const auto again = [](const Annotations& a) {
        const TemporaryFolder folder;
        write_pascal_voc(folder.path() / "new", a);
        return read_pascal_voc(folder.path() / "new");
    };
    check_round_trips("Pascal VOC keeps", kPascalVocFormat, pascal_voc_losses, again, [](Annotations& a) {
        a.images.push_back({40, "x/40.png", 7, 8}); // at least one file
        for (AnnotatedObject& object : a.objects)
            if (object.ignore) object.attributes["pose"] = "Rear \r\n <x>";
    });
}

TEST_CASE("an invalid Pascal VOC file is an error with its line") {
    CHECK(voc_failure("<annotations/>").says("<annotation>"));
    CHECK(voc_failure("<annotation>\n<size><width>1</width></size></annotation>").line == 2);
    CHECK(voc_failure("<annotation><size><width>x</width><height>1</height></size></annotation>")
              .says("whole number"));
    const auto fails = [](const std::string& xml, const std::string& reason) {
        INFO(xml);
        const ParseFailure found = voc_failure("<annotation>\n<object>" + xml + "</object></annotation>");
        CHECK(found.line == 2);
        CHECK_THAT(found.message, contains(reason));
    };
    const std::string box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>";
    fails(box, "<name>");
    fails("<name>a</name>", "<bndbox>");
    fails("<name>a</name><bndbox><xmin>1</xmin></bndbox>", "<ymin>");
    fails("<name>a</name><bndbox><xmin>x</xmin></bndbox>", "a number");
    fails("<name>a</name><bndbox><xmin>-3e38</xmin><ymin>1</ymin><xmax>3e38</xmax><ymax>2</ymax></bndbox>",
          "fit a float");
    fails("<name>a</name>" + box + "<difficult>x</difficult>", "difficult");
    fails("<name>a</name>" + box + "<occluded>0.5</occluded>", "occluded");
    fails("<name>a</name>" + box + "<attributes><attribute><name>b</name></attribute></attributes>",
          "<value>");
    const std::string twice = "<attribute><name>b</name><value/></attribute>";
    fails("<name>a</name>" + box + "<attributes>" + twice + twice + "</attributes>", "twice");
}
