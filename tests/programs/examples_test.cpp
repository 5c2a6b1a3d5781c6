#include "programs/printed_text.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <opencv2/imgcodecs.hpp>

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using namespace fgagt::test;

namespace {

std::string expected_output(const std::string& example) {
    std::ifstream file(golden("examples/" + example + ".txt"));
    return {std::istreambuf_iterator<char>(file), {}};
}

void check_output(const std::string& example) {
    const Outcome outcome = run_program(example, "");
    CHECK(outcome.exit_code == 0);
    const std::string expected = expected_output(example);
    REQUIRE_FALSE(expected.empty());
    check_printed(outcome.output, expected);
}

} // namespace

TEST_CASE("example 01 prints the expected output") {
    check_output("01_hello");
}

TEST_CASE("example 03 prints the expected output") {
    check_output("03_steps");
}

TEST_CASE("example 04 prints the expected output") {
    check_output("04_own_component");
}

TEST_CASE("example 05 prints the expected output") {
    check_output("05_own_backbone");
}

TEST_CASE("example 07 prints the expected output and draws a picture on request") {
    check_output("07_counting");
    const TemporaryFolder folder;
    const std::string picture = (folder.path() / "counts.png").string();
    CHECK(run_program("07_counting", picture).exit_code == 0);
    CHECK(cv::imread(picture).size() == cv::Size(640, 480));
    CHECK(run_program("07_counting", (folder.path() / "none" / "counts.png").string()).exit_code == 1);
}

TEST_CASE("example 02 tracks the people of a real sequence as expected (needs FGAGT_DATA)") {
    const auto sequence = real_data("mot/TUD-Campus");
    if (!sequence) return;
    std::ostringstream quoted;
    quoted << *sequence; // in double quotes
    const Outcome outcome = run_program("02_video", quoted.str());
    CHECK(outcome.exit_code == 0);
    const auto printed = lines(outcome.output), expected = lines(expected_output("02_video"));
    REQUIRE(printed.size() == 71);
    REQUIRE(expected.size() == 71);
    // The detector's sums are rounded differently on other processors, so that a score may cross a level.
    std::size_t same = 0;
    for (std::size_t k = 0; k < printed.size(); ++k)
        same += printed[k] == expected[k] ? 1U : 0U;
    CHECK(same >= 60);
}

TEST_CASE("example 02 names a video that it cannot read") {
    const Outcome missing = run_program("02_video", "no-such-video.avi");
    CHECK(missing.exit_code == 1);
    CHECK(missing.says("no-such-video.avi"));
    CHECK(run_program("02_video", "").exit_code == 2);
}

TEST_CASE(
    "example 06 tracks a network's detections, with colours and with its own features (needs FGAGT_DATA)") {
    const auto model = real_data("models/light_person_detector_192x192.onnx");
    const auto sequence = real_data("mot/TUD-Campus");
    if (!model || !sequence) return;
    for (const char* const features : {"", "--own-features"}) {
        const Outcome outcome = run_program(
            "06_detector", in_quotes(model->string()) + ' ' + in_quotes(sequence->string()) + ' ' + features);
        CHECK(outcome.exit_code == 0);
        const auto printed = lines(outcome.output);
        REQUIRE(printed.size() == 71);
        CHECK(printed.front().starts_with("frame 0:"));
        CHECK(outcome.says(" 1 (class 0)"));
    }
    CHECK(run_program("06_detector", in_quotes(model->string())).exit_code == 2);
    CHECK(run_program("06_detector", "none.onnx " + in_quotes(sequence->string())).exit_code == 1);
}
