#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/cvat.hpp>
#include <fgagt/annotations/mot_annotations.hpp>

#include <algorithm>
#include <map>
#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kCvatSample = R"(<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>4</id>
      <name>sequence</name>
      <size>6</size>
      <mode>interpolation</mode>
      <start_frame>0</start_frame>
      <stop_frame>5</stop_frame>
      <labels>
        <label><name>car</name><attributes></attributes></label>
        <label><name>Fußgänger</name><attributes></attributes></label>
      </labels>
      <original_size><width>768</width><height>576</height></original_size>
    </task>
    <dumped>2024-01-01</dumped>
  </meta>
  <track id="0" label="Fußgänger" source="manual">
    <box frame="1" keyframe="1" outside="0" occluded="0" xtl="10.00" ytl="20.50" xbr="30.00" ybr="60.50" z_order="0">
      <attribute name="pose">walking</attribute>
      <attribute name="ignore">true</attribute>
    </box>
    <box frame="3" keyframe="1" outside="0" occluded="1" xtl="20.00" ytl="20.50" xbr="44.00" ybr="60.50" z_order="0"/>
    <box frame="4" keyframe="1" outside="1" occluded="0" xtl="20.00" ytl="20.50" xbr="44.00" ybr="60.50" z_order="0"/>
  </track>
  <track id="7" label="car" source="manual">
    <polygon frame="4" keyframe="1" outside="0" occluded="0" points="1.00,2.00;5.00,2.50;3.00,9.00" z_order="0"/>
    <polyline frame="5" points="1,2;3,4"/>
  </track>
</annotations>
)";

ParseFailure cvat_failure(const std::string& text, const CvatOptions& options = {}) {
    return failure_of([&] { return parse_cvat(text, "a.xml", options); });
}

std::string track_of(const std::string& shapes) {
    return "<annotations>\n<track id=\"1\" label=\"a\">\n" + shapes + "</track></annotations>";
}
std::string box_at(int frame, const std::string& more = "") {
    return "<box frame=\"" + std::to_string(frame) + R"(" xtl="0" ytl="0" xbr="4" ybr="8" )" + more + "/>";
}

} // namespace

TEST_CASE("exported CVAT for video files are read") {
    const Annotations found = parse_cvat(kCvatSample, "a.xml");
    CHECK(found.classes == std::vector<AnnotationClass>{{"car", 1}, {"Fu\xC3\x9Fg\xC3\xA4nger", 2}});
    CHECK((found.width == 768 && found.height == 576 && found.frame_count == 6));
    REQUIRE(found.objects.size() == 5);
    AnnotatedObject walker;
    walker.frame = 2;
    walker.id = 0;
    walker.class_index = 1;
    walker.box = {10, 20.5, 20, 40};
    walker.ignore = true;
    walker.attributes = {{"pose", "walking"}};
    CHECK(found.objects[0] == walker);
    walker.frame = 3; // halfway to the next shape
    walker.box = {15, 20.5, 22, 40};
    CHECK(found.objects[1] == walker);
    CHECK((found.objects[2].frame == 4 && found.objects[2].box == MotBox(20, 20.5, 24, 40)));
    CHECK((found.objects[2].occlusion == 1 && found.objects[2].attributes.empty()));
    CHECK((found.objects[3].frame == 5 && found.objects[3].id == 7 && found.objects[3].class_index == 0));
    CHECK(found.objects[3].box == MotBox(1, 2, 4, 7));
    CHECK(found.objects[3].polygons == std::vector<AnnotationPolygon>{{{1, 2}, {5, 2.5}, {3, 9}}});
    CHECK(found.objects[4].frame == 6); // it remains until the end
    REQUIRE(found.left_out.size() == 1);
    CHECK_THAT(found.left_out[0], contains("1 shapes"));
}

TEST_CASE("a CVAT track without a length ends with its last shape") {
    const Annotations found = parse_cvat(track_of(box_at(2) + box_at(0)), "a.xml");
    REQUIRE(found.objects.size() == 3); // the shapes may be in any order
    for (std::int64_t frame = 1; frame <= 3; ++frame)
        CHECK(found.objects[static_cast<std::size_t>(frame - 1)].frame == frame);
    CHECK(parse_cvat(track_of(box_at(0) + box_at(5, "outside=\"1\"")), "a").objects.size() == 5);
    CHECK(parse_cvat("<annotations/>", "a.xml") == Annotations());
    const std::string longer =
        R"(<annotations><meta><task><size>2</size></task></meta><track id="1" label="a">)" + box_at(4) +
        "</track></annotations>";
    CHECK(parse_cvat(longer, "a.xml").frame_count == 5); // at least as long as the annotations
}

TEST_CASE("CVAT annotations survive a round trip") {
    check_round_trips(
        "CVAT keeps", kCvatFormat, cvat_losses,
        [](const Annotations& a) { return parse_cvat(cvat_text(a), "again"); },
        [](Annotations& a) {
            std::map<TrackId, std::size_t> classes;
            TrackId next = 1'000'000;
            for (AnnotatedObject& object : a.objects) {
                if (!object.id) object.id = next++;
                object.class_index = classes.try_emplace(*object.id, object.class_index).first->second;
                if (object.occlusion) object.occlusion = 1;
                if (!detail::is_outlined(object)) object.polygons.clear();
            }
            a.width = 320;
            a.height = 240;
            for (AnnotatedImage& image : a.images)
                image.width = image.height = 0;
            a.frame_count = 25;
        });
}

TEST_CASE("CVAT's losses list tracks, levels and outlines") {
    Annotations annotations;
    annotations.classes = {{"a", 1}, {"b", 2}};
    annotations.objects.resize(3);
    annotations.objects[0].occlusion = 3;
    annotations.objects[1].id = 5;
    annotations.objects[1].frame = 2;
    annotations.objects[1].polygons = {{{0, 0}, {9, 9}}};
    annotations.objects[2].id = 5;
    annotations.objects[2].frame = 3;
    annotations.objects[2].class_index = 1;
    std::string losses;
    for (const std::string& sentence : cvat_losses(annotations))
        losses += sentence + "\n";
    CHECK_THAT(losses, contains("1 of 3 objects have no track ID"));
    CHECK_THAT(losses, contains("1 of 3 objects have an occlusion"));
    CHECK_THAT(losses, contains("1 of 3 objects have outlines"));
    CHECK_THAT(losses, contains("1 times a track changes its class"));

    const Annotations found = parse_cvat(cvat_text(annotations), "again");
    REQUIRE(found.objects.size() == 3);
    CHECK((found.objects[0].id == 6 && found.objects[0].occlusion == 1)); // unused IDs
    CHECK(
        (found.objects[1].id == 5 && found.objects[1].class_index == 0 && found.objects[1].polygons.empty()));
    CHECK((found.objects[2].id == 7 && found.objects[2].class_index == 1));
}

TEST_CASE("ground truth survives a round trip through CVAT") {
    const std::string text = "1,1,912.25,484,97,109,0,7,1\n2,1,912,484.1,97,109,0,7,0.3\n"
                             "2,3,1,1,50.5,20,1,1,0.5\n9,3,-4.75,1,50.5,20,1,1,0.12345\n";
    const auto back = [](const std::string& gt) {
        const Annotations annotations = annotations_of(parse_ground_truth(gt, "gt"));
        const Annotations found = parse_cvat(cvat_text(annotations), "cvat");
        const GroundTruthRows rows{ground_truth_rows(found)};
        return ground_truth_text(rows.rows());
    };
    CHECK(back(text) == text);
    CHECK(back("").empty());
}

TEST_CASE("real ground truth survives a round trip through CVAT") {
    const auto folder = real_data("mot_text/MOT17-02");
    if (!folder) return;
    const GroundTruthRows rows = read_ground_truth(*folder / "gt/gt.txt");
    const Annotations found = parse_cvat(cvat_text(annotations_of(rows)), "cvat");
    const auto sorted = [](std::vector<GroundTruthRow> list) {
        std::ranges::sort(list, {}, [](const GroundTruthRow& row) { return std::pair(row.frame, row.id); });
        return list;
    };
    CHECK(rows.size() == 30003);
    CHECK(sorted(ground_truth_rows(found)) == sorted({rows.rows().begin(), rows.rows().end()}));
}

TEST_CASE("a result corrected in CVAT is read as ground truth") {
    const Annotations result = annotations_of(parse_results("1,4,1,1,10,20,0.9\n2,4,3,1,10,20,0.8\n", "r"));
    std::string xml = cvat_text(result);
    const std::size_t edge = xml.find("xtl=\"2\"");
    REQUIRE(edge != std::string::npos);
    xml.replace(edge, 7, "xtl=\"4\"");
    const Annotations corrected = parse_cvat(xml, "cvat");
    CHECK(ground_truth_text(ground_truth_rows(corrected)) == "1,4,1,1,10,20,1,1,-1\n2,4,5,1,8,20,1,1,-1\n");
}

TEST_CASE("an invalid CVAT file is an error with its line") {
    CHECK(cvat_failure("").says("expected XML"));
    CHECK(cvat_failure("<a>\n</b>").line == 2);
    CHECK(cvat_failure("<other/>").says("<annotations>"));
    CHECK(cvat_failure("<annotations>\n<track label=\"a\"/></annotations>").line == 2);
    CHECK(cvat_failure("<annotations>\n<track id=\"1\"/></annotations>").says("label"));
    CHECK(cvat_failure("<annotations>\n<track id=\"-1\" label=\"a\"/></annotations>").line == 2);
    CHECK(cvat_failure(
              "<annotations><track id=\"1\" label=\"a\"/>\n<track id=\"1\" label=\"a\"/></annotations>")
              .line == 2);
    CHECK(cvat_failure("<annotations><meta><task>\n<size>x</size></task></meta></annotations>").line == 2);
    CHECK(cvat_failure("<annotations>\n\xFF</annotations>").line == 2);
    CHECK(cvat_failure(std::string("<annotations>\n\0</annotations>", 29)).says("zero byte"));
    const auto fails = [](const std::string& shapes, const std::string& reason) {
        INFO(shapes);
        const ParseFailure found = cvat_failure(track_of(shapes));
        CHECK(found.line == 3);
        CHECK_THAT(found.message, contains(reason));
    };
    fails(R"(<box frame="0" xtl="0" ytl="0" xbr="1"/>)", "ybr");
    fails(R"(<box xtl="0" ytl="0" xbr="1" ybr="1"/>)", "frame");
    fails(R"(<box frame="0.5" xtl="0" ytl="0" xbr="1" ybr="1"/>)", "whole number");
    fails(R"(<box frame="0" xtl="x" ytl="0" xbr="1" ybr="1"/>)", "number");
    fails(R"(<box frame="0" xtl="nan" ytl="0" xbr="1" ybr="1"/>)", "fits a float");
    fails(R"(<box frame="0" xtl="-3e38" ytl="0" xbr="3e38" ybr="1"/>)", "fit a float");
    fails(R"(<polygon frame="0" points="1,2;3"/>)", "points");
    fails(R"(<polygon frame="0" points=""/>)", "points");
    fails(box_at(0, "outside=\"2\""), "outside");
    fails(box_at(0) + box_at(0), "twice");
    fails(R"(<box frame="0" xtl="0" ytl="0" xbr="1" ybr="1"><attribute name="score">x</attribute></box>)",
          "score");
    fails(
        R"(<box frame="0" xtl="0" ytl="0" xbr="1" ybr="1"><attribute name="a"/><attribute name="a"/></box>)",
        "twice");
}

TEST_CASE("a small CVAT file cannot expand to unlimited boxes") {
    const std::string far = track_of(box_at(0) + box_at(2'000'000'000));
    CHECK(cvat_failure(far).says("CvatOptions::most_added"));
    const std::string near = track_of(box_at(0) + box_at(6) + box_at(12));
    CHECK(parse_cvat(near, "a", {.most_added = 10}).objects.size() == 13);
    CHECK(cvat_failure(near, {.most_added = 9}).says("CvatOptions::most_added"));
    const std::string long_stay = "<annotations><meta><task><size>9000000000000000</size></task></meta>"
                                  R"(<track id="1" label="a">)" +
                                  box_at(0) + "</track></annotations>";
    CHECK(cvat_failure(long_stay).says("CvatOptions::most_added"));
}

TEST_CASE("deeply nested XML is an error, and entities are not expanded") {
    std::string deep = "<annotations>";
    for (int k = 0; k < 100'000; ++k)
        deep += "<a>";
    CHECK(cvat_failure(deep).says("XML"));
    for (int k = 0; k < 100'000; ++k)
        deep += "</a>";
    CHECK(cvat_failure(deep + "</annotations>").says("nested"));
    const std::string laughs = R"(<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>)"
                               R"(<annotations><track id="1" label="&b;"/></annotations>)";
    CHECK(parse_cvat(laughs, "a").classes.at(0).name == "&b;");
}

TEST_CASE("CVAT refuses duplicate and negative IDs") {
    Annotations annotations;
    annotations.classes = {{"a", 1}};
    annotations.objects.resize(2);
    annotations.objects[0].id = annotations.objects[1].id = 3;
    CHECK_THROWS_WITH(cvat_text(annotations), contains("id 3 twice in frame 1"));
    annotations.objects[1].id = -2;
    CHECK_THROWS_WITH(cvat_text(annotations), contains("ids from 0"));
    annotations.objects[1].id = 4;
    annotations.classes[0].name = std::string("a\0b", 3);
    CHECK_THROWS_WITH(cvat_text(annotations), contains("zero bytes"));
}

TEST_CASE("a CVAT file is written and read at its path") {
    const TemporaryFolder folder;
    const Annotations annotations = random_annotations(2);
    write_cvat(folder.path() / "a.xml", annotations);
    CHECK(read_cvat(folder.path() / "a.xml") == parse_cvat(cvat_text(annotations), "a"));
}
