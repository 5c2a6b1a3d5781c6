#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/sequence_info.hpp>

using namespace fgagt;
using namespace fgagt::test;

namespace {

SequenceInfo info_of(std::string_view contents) {
    const TemporaryFolder folder;
    return read_sequence_info(folder.file("seqinfo.ini", contents));
}
ParseFailure info_failure(std::string_view contents) {
    return failure_of([&] { return info_of(contents); });
}

} // namespace

TEST_CASE("seqinfo.ini is read") {
    const SequenceInfo info =
        info_of("[Sequence]\r\nname = MOT17-13\r\nimDir=img1\nframeRate=29.97\n\n; a comment\n"
                "seqLength=750\nimWidth=1920\nimHeight=1080\nimExt=.jpg\nweather=fine\n");
    CHECK(info.name == "MOT17-13");
    CHECK(info.image_dir == "img1");
    CHECK(info.frame_rate == 29.97);
    CHECK(info.length == 750);
    CHECK(info.width == 1920);
    CHECK(info.height == 1080);
    CHECK(info.extension == ".jpg");
    CHECK(info.need(info.length, "seqLength") == 750);
}

TEST_CASE("a missing required key is named") {
    const SequenceInfo info = info_of("[Other]\nframeRate=30\n[Sequence]\nname=a=b\n");
    CHECK(info.name == "a=b");
    CHECK_FALSE(info.frame_rate);
    const ParseFailure missing = failure_of([&] { return info.need(info.frame_rate, "frameRate"); });
    CHECK((missing.line == 0 && missing.says("frameRate") && missing.says("seqinfo.ini")));
    CHECK_FALSE(info_of("").name);
}

TEST_CASE("a broken seqinfo.ini is an error with its line") {
    CHECK(info_failure("[Sequence]\nname\n").line == 2);
    CHECK(info_failure("[Sequence]\n=5\n").line == 2);
    CHECK(info_failure("[Sequence\n").line == 1);
    CHECK(info_failure("[Sequence]\n\nname=a\nname=b\n").line == 4);
    CHECK(info_failure("[Sequence]\n\x1b[2J=a\n\x1b[2J=b\n").says("'?[2J'")); // no control characters
    for (const std::string bad : {"frameRate=", "frameRate=fast", "frameRate=0", "frameRate=-5",
                                  "frameRate=inf", "frameRate=nan", "seqLength=7.5", "seqLength=-1",
                                  "seqLength=x", "imWidth=0", "imHeight=3000000000", "imWidth=1e300"}) {
        const ParseFailure found = info_failure("[Sequence]\r\n" + bad + "\r\n");
        INFO(found.message);
        CHECK(found.line == 2);
        CHECK(found.says(bad.substr(0, bad.find('='))));
    }
}

TEST_CASE("the seqinfo.ini files of real sequences are read (needs FGAGT_DATA)") {
    const auto path = real_data("mot/ADL-Rundle-6/seqinfo.ini");
    if (!path) return;
    const SequenceInfo info = read_sequence_info(*path);
    CHECK(info.length == 525);
    CHECK(info.frame_rate == 30);
}
