#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/frame_source.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <cstdlib>
#include <string>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// Disables the leak checker for its lifetime: some of OpenCV's video backends leak when opening fails.
struct LeaksOfOthers {
#if defined(__SANITIZE_ADDRESS__)
    LeaksOfOthers() {
        __lsan_disable();
    }
    ~LeaksOfOthers() {
        __lsan_enable();
    }
#else
    // NOLINTNEXTLINE(modernize-use-equals-default): variables of a trivial type would count as unused
    LeaksOfOthers() {}
#endif
    LeaksOfOthers(const LeaksOfOthers&) = delete;
    LeaksOfOthers& operator=(const LeaksOfOthers&) = delete;
};

/// An image file whose pixels all have the value `grey`.
void write_image(const TemporaryFolder& folder, const std::string& name, int grey) {
    const std::filesystem::path path = folder.file(name, "");
    cv::imwrite(path.string(), cv::Mat(6, 8, CV_8UC3, cv::Scalar::all(grey)));
}

/// The value of each frame's first pixel.
std::vector<int> greys_of(FrameSource& source) {
    std::vector<int> greys;
    cv::Mat frame;
    while (source.read(frame)) {
        CHECK(frame.type() == CV_8UC3);
        greys.push_back(frame.at<cv::Vec3b>(0, 0)[0]);
    }
    return greys;
}

constexpr std::string_view kInfo =
    "[Sequence]\nimDir=img1\nframeRate=12.5\nseqLength=3\nimWidth=8\nimHeight=6\n"
    "imExt=.png\n";

} // namespace

TEST_CASE("a MOTChallenge sequence folder is read") {
    const TemporaryFolder folder;
    folder.file("seqinfo.ini", kInfo);
    for (int i = 1; i <= 4; ++i) // one more than seqinfo.ini announces
        write_image(folder, "img1/00000" + std::to_string(i) + ".png", 10 * i);
    const auto source = open_frames(folder.path());
    CHECK(source->frame_count() == 3);
    CHECK(source->frame_rate() == 12.5);
    CHECK(source->frame_size() == cv::Size(8, 6));
    CHECK(greys_of(*source) == std::vector<int>{10, 20, 30});
    cv::Mat frame;
    CHECK_FALSE(source->read(frame));
    CHECK_FALSE(source->skip());
}

TEST_CASE("frames are skipped without being read") {
    const TemporaryFolder folder;
    folder.file("seqinfo.ini", kInfo);
    write_image(folder, "img1/000002.png", 20); // the first one is missing
    write_image(folder, "img1/000003.png", 30);
    const auto source = open_frames(folder.path());
    CHECK(source->skip());
    CHECK(greys_of(*source) == std::vector<int>{20, 30});
}

TEST_CASE("missing and broken images are errors that name the file") {
    const TemporaryFolder folder;
    folder.file("seqinfo.ini", kInfo);
    write_image(folder, "img1/000001.png", 10);
    folder.file("img1/000003.png", "no image");
    const auto source = open_frames(folder.path());
    cv::Mat frame;
    REQUIRE(source->read(frame));
    const ParseFailure missing = failure_of([&] { return source->read(frame); });
    CHECK((missing.says("000002.png") && missing.says("frame 2")));
    REQUIRE(source->skip());
    CHECK(failure_of([&] { return source->read(frame); }).says("000003.png"));
    CHECK(frame.at<cv::Vec3b>(0, 0)[0] == 10); // unchanged
}

TEST_CASE("a folder of images is read in the order of their numbers") {
    const TemporaryFolder folder;
    for (const int number : {10, 9, 1, 100})
        write_image(folder, "frame_" + std::to_string(number) + ".png", number);
    folder.file("notes.txt", "no image");
    const auto source = open_frames(folder.path());
    CHECK(source->frame_count() == 4);
    CHECK_FALSE(source->frame_rate());
    CHECK(greys_of(*source) == std::vector<int>{1, 9, 10, 100});
}

TEST_CASE("a sequence without a length has all of its images, and without a height it has no size") {
    const TemporaryFolder folder;
    folder.file("seqinfo.ini", "[Sequence]\nimDir=img1\nimExt=.png\nimWidth=8\n");
    for (const int number : {1, 2})
        write_image(folder, "img1/00000" + std::to_string(number) + ".png", number);
    const auto source = open_frames(folder.path());
    CHECK(source->frame_count() == 2);
    CHECK_FALSE(source->frame_size());
    CHECK(greys_of(*source) == std::vector<int>{1, 2});
}

TEST_CASE("a video is read frame by frame, and each frame keeps its pixels") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "video.avi").string();
    {
        cv::VideoWriter writer(path, cv::CAP_OPENCV_MJPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 12,
                               {64, 48});
        REQUIRE(writer.isOpened());
        for (const int grey : {40, 120, 200})
            writer.write(cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(grey)));
    }
    const auto source = open_frames(path);
    CHECK(source->frame_count() == 3);
    CHECK(source->frame_size() == cv::Size(64, 48));
    REQUIRE(source->frame_rate());
    CHECK_THAT(*source->frame_rate(), Catch::Matchers::WithinAbs(12, 0.01));
    cv::Mat first, frame;
    REQUIRE(source->read(first));
    REQUIRE(source->skip());
    REQUIRE(source->read(frame));
    CHECK_FALSE(source->read(frame));
    CHECK_FALSE(source->skip());
    // JPEG may change a uniform picture by a few grey levels.
    CHECK(std::abs(first.at<cv::Vec3b>(20, 20)[1] - 40) <= 3);
    CHECK(std::abs(frame.at<cv::Vec3b>(20, 20)[1] - 200) <= 3); // still there after the end
}

TEST_CASE("a source that cannot be opened is an error with the reason") {
    const TemporaryFolder folder;
    CHECK(failure_of([&] { return open_frames(folder.path()); }).says("found none"));
    CHECK(failure_of([&] { return open_frames(folder.path() / "none.mp4"); }).says("no such file"));
    const auto text = folder.file("text.mp4", "no video");
    {
        const LeaksOfOthers looking_away;
        CHECK(failure_of([&] { return open_frames(text); }).says("expected a video"));
    }
    folder.file("seqinfo.ini", "[Sequence]\nname=a\n");
    CHECK(failure_of([&] { return open_frames(folder.path()); }).says("imDir"));
}

TEST_CASE("a real video is read (needs FGAGT_DATA)") {
    const auto path = real_data("video/car-detection.mp4");
    if (!path) return;
    const auto source = open_frames(*path);
    CHECK(source->frame_count() == 377);
    CHECK(source->frame_size() == cv::Size(768, 432));
    REQUIRE(source->frame_rate());
    CHECK((*source->frame_rate() > 5 && *source->frame_rate() < 61));
    cv::Mat first, second;
    REQUIRE(source->read(first));
    const cv::Mat copy = first.clone();
    REQUIRE(source->read(second));
    CHECK(first.size() == cv::Size(768, 432));
    CHECK(cv::norm(first, copy, cv::NORM_INF) == 0); // not overwritten by the second
    int rest = 0;
    while (source->skip())
        ++rest;
    CHECK(rest == 375);
}

TEST_CASE("a real sequence is read (needs FGAGT_DATA)") {
    const auto path = real_data("mot/TUD-Campus");
    if (!path) return;
    const auto source = open_frames(*path);
    CHECK(source->frame_count() == 71);
    CHECK(greys_of(*source).size() == 71);
}
