#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/camera_motion_file.hpp>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

RecordedCameraMotion motion_of(std::string_view contents) {
    const TemporaryFolder folder;
    return read_camera_motion(folder.file("camera_motion.txt", contents));
}
ParseFailure motion_failure(std::string_view contents) {
    return failure_of([&] { return motion_of(contents); });
}

} // namespace

TEST_CASE("camera motion is read with frames from 1 and continuous coordinates") {
    const RecordedCameraMotion motion = motion_of("0\t1\t0\t0\t0\t1\t0\t\r\n1 1.5 0.25 -3  -0.5 2 4\n");
    CHECK(motion.size() == 2);
    CHECK_FALSE(motion.frame(0));
    CHECK_FALSE(motion.frame(3));
    REQUIRE(motion.frame(1));
    CHECK(*motion.frame(1) == Affine{});
    REQUIRE(motion.frame(2));
    // Pixel (0, 0), with centre (.5, .5), moves to the centre of pixel (-3, 4).
    const Affine map = *motion.frame(2);
    CHECK_THAT(map.a * 0.5 + map.b * 0.5 + map.tx, WithinAbs(-2.5, 1e-12));
    CHECK_THAT(map.c * 0.5 + map.d * 0.5 + map.ty, WithinAbs(4.5, 1e-12));
    CHECK((map.a == 1.5 && map.b == 0.25 && map.c == -0.5 && map.d == 2));
}

TEST_CASE("a broken camera motion file is an error with its line and column") {
    const std::string good = "0 1 0 0 0 1 0\n";
    CHECK(motion_failure(good + "1 1 0 0 0 1\n").line == 2);
    CHECK(motion_failure(good + "1 1 0 0 0 1 0 0\n").line == 2);
    CHECK(motion_failure(good + "1 1 0 x 0 1 0\n").column == 4);
    CHECK(motion_failure(good + "1 1 0 0 nan 1 0\n").column == 5);
    CHECK(motion_failure(good + "-1 1 0 0 0 1 0\n").column == 1);
    CHECK(motion_failure(good + "0.5 1 0 0 0 1 0\n").column == 1);
    CHECK(motion_failure(good + "1 1.7e308 1.7e308 0 0 1 0\n").line == 2); // finite only in the file
    const ParseFailure twice = motion_failure(good + "\n" + good);
    CHECK((twice.line == 3 && twice.says("twice")));
}

TEST_CASE("the camera motion of a real sequence is read (needs FGAGT_DATA)") {
    const auto path = real_data("mot_text/MOT17-13/camera_motion.txt");
    if (!path) return;
    const RecordedCameraMotion motion = read_camera_motion(*path);
    CHECK(motion.size() == 375);
    CHECK(motion.frame(1) == Affine{});
    CHECK_THAT(motion.frame(2).value().ty, WithinAbs(-17.9716 + 0.5 - 0.5 * (0.009575 + 1.003663), 1e-4));
}
