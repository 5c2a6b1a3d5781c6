#include "annotations/annotation_round_trip.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/annotations/crowdhuman.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

constexpr const char* kCrowdHumanSample =
    R"({"ID": "273271,c9db000d5146c15", "gtboxes": [{"fbox": [72, 202, 163, 503], "tag": "person", "hbox": [171, 208, 62, 83], "extra": {"box_id": 0, "occ": 0}, "vbox": [72, 202, 163, 398], "head_attr": {"ignore": 0, "occ": 0, "unsure": 0}}, {"fbox": [1, 2, 3, 4], "tag": "mask", "hbox": [1, 2, 3, 4], "extra": {"ignore": 1}, "vbox": [1, 2, 3, 4.5], "head_attr": {}}]}

{"ID": "283554,35288000b47a4ae2", "gtboxes": []}
)";

ParseFailure crowdhuman_failure(const std::string& text) {
    return failure_of([&] { return parse_crowdhuman(text, "a.odgt"); });
}

} // namespace

TEST_CASE("published CrowdHuman files are read") {
    const Annotations found = parse_crowdhuman(kCrowdHumanSample, "a.odgt");
    CHECK(found.classes == std::vector<AnnotationClass>{{"person", 1}, {"mask", 2}});
    CHECK(found.images == std::vector<AnnotatedImage>{{1, "273271,c9db000d5146c15", 0, 0},
                                                      {2, "283554,35288000b47a4ae2", 0, 0}});
    REQUIRE(found.objects.size() == 2);
    AnnotatedObject person;
    person.box = {72, 202, 163, 503};
    person.attributes = {{"hbox", "171,208,62,83"}, {"vbox", "72,202,163,398"}, {"extra.box_id", "0"},
                         {"extra.occ", "0"},        {"head_attr.ignore", "0"},  {"head_attr.occ", "0"},
                         {"head_attr.unsure", "0"}};
    CHECK(found.objects[0] == person);
    CHECK((found.objects[1].ignore && found.objects[1].class_index == 1));
    CHECK(found.objects[1].attributes ==
          std::map<std::string, std::string>{{"hbox", "1,2,3,4"}, {"vbox", "1,2,3,4.5"}});
    CHECK(parse_crowdhuman("", "a") == Annotations());
    const Annotations mask =
        parse_crowdhuman(R"({"ID":"a","gtboxes":[{"tag":"mask","fbox":[1,2,3,4]}]})", "a");
    CHECK(mask.objects.at(0).ignore); // whatever its extra contains
}

TEST_CASE("a CrowdHuman line is rewritten unchanged, including its frame") {
    const std::string text = crowdhuman_text(parse_crowdhuman(kCrowdHumanSample, "a"));
    auto expected = nlohmann::json::parse(
        std::string(kCrowdHumanSample).substr(0, std::string(kCrowdHumanSample).find('\n')));
    expected["frame"] = 1;
    expected["gtboxes"][1].erase("head_attr"); // an empty one carries no information
    CHECK(nlohmann::json::parse(text.substr(0, text.find('\n'))) == expected);
}

TEST_CASE("CrowdHuman annotations survive a round trip") {
    check_round_trips(
        "CrowdHuman keeps", kCrowdHumanFormat, crowdhuman_losses,
        [](const Annotations& a) { return parse_crowdhuman(crowdhuman_text(a), "again"); },
        [](Annotations& a) {
            a.classes[1].name = "mask";
            for (AnnotatedObject& object : a.objects) {
                object.ignore |= object.class_index == 1;
                if (!object.attributes.empty()) {
                    object.attributes["vbox"] = object.ignore ? "1,2,3.5,4" : "none";
                    object.attributes["extra.x"] = object.attributes.begin()->second;
                }
            }
        });
    Annotations special;
    special.classes = {{"mask", 1}};
    special.objects.resize(1);
    special.objects[0].attributes["extra.ignore"] = "1";
    std::string losses;
    for (const std::string& sentence : crowdhuman_losses(special))
        losses += sentence;
    CHECK_THAT(losses, contains("class mask") && contains("extra.ignore"));
}

TEST_CASE("an invalid CrowdHuman file is an error with its line") {
    CHECK(crowdhuman_failure("\n[]").line == 2);
    CHECK(crowdhuman_failure("{\"ID\":\"a\"}\n\n{\"ID\":}").line == 3);
    CHECK(crowdhuman_failure("{}").says("ID"));
    CHECK(crowdhuman_failure("{\"ID\":\"a\",\"frame\":2}\n{\"ID\":\"b\"}").line == 2);
    CHECK(crowdhuman_failure(R"({"ID":"a","frame":0})").says("from 1"));
    const auto fails = [](const std::string& json, const std::string& reason) {
        INFO(json);
        const ParseFailure found =
            crowdhuman_failure("{\"ID\":\"a\"}\n{\"ID\":\"b\",\"gtboxes\":[" + json + "]}\n");
        CHECK(found.line == 2);
        CHECK_THAT(found.message, contains(reason));
    };
    fails("1", "an object");
    fails(R"({"fbox":[1,2,3,4]})", "tag");
    fails(R"({"tag":"person"})", "fbox");
    fails(R"({"tag":"person","fbox":[1,2,3]})", "four numbers");
    fails(R"({"tag":"person","fbox":[1,2,3,4],"vbox":[1]})", "four numbers");
    fails(R"({"tag":"person","fbox":[1,2,3,4],"extra":[1]})", "an object");
    fails(R"({"tag":"person","fbox":[3e38,2,3e38,4]})", "fit a float");
}

TEST_CASE("a CrowdHuman file is written and read at its path") {
    const TemporaryFolder folder;
    const Annotations annotations = random_annotations(5);
    write_crowdhuman(folder.path() / "a.odgt", annotations);
    CHECK(read_crowdhuman(folder.path() / "a.odgt") == parse_crowdhuman(crowdhuman_text(annotations), "a"));
}
