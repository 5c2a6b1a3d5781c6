#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/crop_folder.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;
using namespace fgagt::examples;
using namespace fgagt::test;

namespace {

/// Writes an image with one grey level.
void write_crop(const fs::path& path, int level, cv::Size size = {20, 40}) {
    fs::create_directories(path.parent_path());
    REQUIRE(cv::imwrite(path.string(), cv::Mat(size, CV_8UC3, cv::Scalar::all(level))));
}

/// The grey levels of an object's views.
std::vector<int> levels_of(const CroppedObject& object) {
    std::vector<int> levels;
    for (const detail::View& view : object.views())
        levels.push_back(view.pixels.at<cv::Vec3b>(10, 10)[0]);
    return levels;
}

} // namespace

TEST_CASE("crops are grouped by sub-folder, or by their file name before the camera") {
    const TemporaryFolder folder;
    write_crop(folder.path() / "b" / "view_10.png", 30);
    write_crop(folder.path() / "b" / "view_9.png", 20);
    write_crop(folder.path() / "b" / "view_1.png", 10);
    write_crop(folder.path() / "car_0002_cam1.png", 60);
    write_crop(folder.path() / "bus_0001_cam1.png", 40);
    write_crop(folder.path() / "bus_0001_cam2.png", 50);
    folder.file("LICENSE", "text");
    const std::vector<CroppedObject> objects = read_crops(folder.path());
    REQUIRE(objects.size() == 3);
    CHECK(levels_of(objects[0]) == std::vector<int>{10, 20, 30});
    CHECK(levels_of(objects[1]) == std::vector<int>{40, 50});
    CHECK(levels_of(objects[2]) == std::vector<int>{60});
    CHECK(objects[0].aspect() == Approx(0.5));
}

TEST_CASE("unusable folders of crops are errors that name them") {
    const TemporaryFolder folder;
    const auto failure = [&] { return failure_of([&] { return read_crops(folder.path()); }); };
    CHECK((failure().says(folder.path().string()) && failure().says("found none")));
    folder.file("notes.txt", "text");
    CHECK(failure().says("found none"));

    write_crop(folder.path() / "car_0001.png", 10);
    CHECK((failure().says("car_0001.png: ") && failure().says("_cam1")));
    fs::remove(folder.path() / "car_0001.png");

    folder.file("car_0001_cam1.jpg", "not an image");
    CHECK((failure().says("car_0001_cam1.jpg: ") && failure().says("cannot be read")));
    fs::remove(folder.path() / "car_0001_cam1.jpg");

    fs::create_directory(folder.path() / "nobody");
    CHECK((failure().says((folder.path() / "nobody").string()) && failure().says("found none")));

    const auto missing = failure_of([&] { return read_crops(folder.path() / "none"); });
    CHECK((missing.says((folder.path() / "none").string()) && missing.says("cannot be listed")));
}

TEST_CASE("public data sets of people and vehicles are read directly") {
    const auto data = real_data("reid");
    if (!data) return;
    const auto people = crops_by_identity(*data / "persons"),
               vehicles = crops_by_identity(*data / "vehicles");
    CHECK((people.size() == 50 && vehicles.size() == 507));
    for (const auto& [identity, files] : people)
        CHECK(files.size() == 16);
    for (const auto& [identity, files] : vehicles)
        CHECK(files.size() == 2);
}
