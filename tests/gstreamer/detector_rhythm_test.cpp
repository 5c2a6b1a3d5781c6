#include "gstreamer/detector_rhythm.hpp"
#include "support/catch.hpp"

#include <string>

using fgagt::examples::DetectorRhythm;

namespace {

/// Whether frames with (#) and without (.) regions count as examined (1) or skipped (0).
std::string looks(unsigned every, const std::string& frames) {
    DetectorRhythm rhythm(every);
    std::string looks;
    for (const char frame : frames)
        looks += rhythm.looks(frame == '#') ? '1' : '0';
    return looks;
}

} // namespace

TEST_CASE("a detector that runs in every frame also runs in empty frames") {
    CHECK(looks(1, "#..#.") == "11111");
}

TEST_CASE("frames between a detector's runs are skipped, whatever its first run") {
    CHECK(looks(3, "#..#..#..") == "100100100");
    CHECK(looks(3, "..#..#.") == "1010010"); // the detector's phase is unknown before the first regions
    CHECK(looks(3, "##.#") == "1101");
}

TEST_CASE("a detector run without detections counts as a run") {
    CHECK(looks(3, "#.....#") == "1001001");
    CHECK(looks(2, "....") == "1010");
}

TEST_CASE("the first frame counts as a detector run, also after a restart") {
    DetectorRhythm rhythm(3);
    CHECK(rhythm.looks(false));
    CHECK_FALSE(rhythm.looks(false));
    rhythm.restart();
    CHECK(rhythm.looks(false));
    CHECK_FALSE(rhythm.looks(false));
}
