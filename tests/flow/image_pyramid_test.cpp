#include "flow/images.hpp"
#include "support/catch.hpp"

#include <fgagt/flow/image_pyramid.hpp>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

using namespace fgagt;

namespace {

/// Whether a level with its whole border equals the image, mirrored without repeating the edge.
bool mirrors(const GreyPyramid& pyramid, int index, const cv::Mat& image) {
    const GreyView level = pyramid.level(index);
    if (level.width != image.cols || level.height != image.rows) return false;
    for (int y = -pyramid.border(); y < image.rows + pyramid.border(); ++y)
        for (int x = -pyramid.border(); x < image.cols + pyramid.border(); ++x)
            if (*level.at(x, y) !=
                image.at<std::uint8_t>(cv::borderInterpolate(y, image.rows, cv::BORDER_REFLECT_101),
                                       cv::borderInterpolate(x, image.cols, cv::BORDER_REFLECT_101)))
                return false;
    return true;
}

} // namespace

TEST_CASE("levels and borders equal those of OpenCV's pyramid") {
    const test::Texture texture(test::seed_of("pyramid"));
    for (const cv::Size size : {cv::Size(160, 121), cv::Size(97, 64), cv::Size(16, 16), cv::Size(15, 200)})
        for (const int window : {5, 15, 21}) {
            const cv::Mat image = texture.picture(size);
            std::vector<cv::Mat> expected;
            const int further =
                cv::buildOpticalFlowPyramid(image, expected, {window, window}, 3, /*withDerivatives=*/false);
            GreyPyramid pyramid;
            pyramid.build(image, 3, window);
            REQUIRE(pyramid.levels() == further + 1);
            CHECK(pyramid.border() > window);
            for (int level = 0; level <= further; ++level)
                CHECK(mirrors(pyramid, level, expected[static_cast<std::size_t>(level)]));
        }
}

TEST_CASE("an image of one pixel has one level with a constant border") {
    GreyPyramid pyramid;
    pyramid.build(cv::Mat(1, 1, CV_8UC1, cv::Scalar(7)), 3, 15);
    REQUIRE(pyramid.levels() == 1);
    CHECK(pyramid.size() == cv::Size(1, 1));
    CHECK(mirrors(pyramid, 0, cv::Mat(1, 1, CV_8UC1, cv::Scalar(7))));
}

TEST_CASE("a pyramid of an image region does not depend on the rest") {
    const cv::Mat whole = test::Texture(1).picture({100, 80});
    const cv::Rect part(20, 10, 50, 40);
    GreyPyramid of_part, of_copy;
    of_part.build(whole(part), 2, 9);
    of_copy.build(whole(part).clone(), 2, 9);
    for (int level = 0; level < of_copy.levels(); ++level)
        CHECK(mirrors(of_part, level, of_copy.image(level)));
}

TEST_CASE("a copied pyramid has its own pixels and a rebuilt one keeps its memory") {
    cv::Mat image = test::Texture(2).picture({64, 48});
    const cv::Mat original = image.clone();
    GreyPyramid pyramid;
    pyramid.build(image, 2, 9);
    const GreyPyramid copy = pyramid;
    const std::uint8_t* const memory = pyramid.level(1).origin;
    image.setTo(0);
    CHECK(mirrors(pyramid, 0, original)); // the caller's image may be overwritten
    pyramid.build(image, 2, 9);
    CHECK(pyramid.level(1).origin == memory);
    CHECK(mirrors(pyramid, 0, image));
    CHECK(mirrors(copy, 0, original));
}

TEST_CASE("a pyramid can be rebuilt at another size") {
    GreyPyramid pyramid;
    CHECK(pyramid.empty());
    CHECK(pyramid.size() == cv::Size());
    for (const cv::Size size : {cv::Size(200, 100), cv::Size(30, 20), cv::Size(320, 240)}) {
        const cv::Mat image = test::Texture(3).picture(size);
        pyramid.build(image, 3, 9);
        CHECK(pyramid.size() == size);
        CHECK(mirrors(pyramid, 0, image));
    }
    CHECK(pyramid.levels() == 4);
}

TEST_CASE("frames of one, three and four channels become the same grey image") {
    const cv::Mat grey = test::Texture(4).picture({40, 30});
    cv::Mat bgr, bgra;
    cv::cvtColor(grey, bgr, cv::COLOR_GRAY2BGR);
    cv::cvtColor(grey, bgra, cv::COLOR_GRAY2BGRA);
    std::vector<std::uint8_t> buffer;
    CHECK(as_grey(grey, buffer).data == grey.data);
    CHECK(cv::norm(as_grey(bgr, buffer), grey, cv::NORM_INF) == 0);
    CHECK(cv::norm(as_grey(bgra, buffer), grey, cv::NORM_INF) == 0);

    cv::Mat blue(2, 2, CV_8UC3, cv::Scalar(255, 0, 0));
    CHECK(as_grey(blue, buffer).at<std::uint8_t>(0, 0) == 29); // 0.114 * 255: blue comes first
}

TEST_CASE("pyramids refuse invalid images") {
    GreyPyramid pyramid;
    std::vector<std::uint8_t> buffer;
    const cv::Mat grey(4, 4, CV_8UC1, cv::Scalar(0));
    CHECK_THROWS_AS(pyramid.build(cv::Mat(), 3, 9), InvalidArgument);
    CHECK_THROWS_AS(pyramid.build(cv::Mat(4, 4, CV_8UC3, cv::Scalar::all(0)), 3, 9), InvalidArgument);
    CHECK_THROWS_AS(pyramid.build(grey, -1, 9), InvalidArgument);
    CHECK_THROWS_AS(pyramid.build(grey, 1, 0), InvalidArgument);
    CHECK_THROWS_AS(as_grey(cv::Mat(), buffer), InvalidArgument);
    CHECK_THROWS_AS(as_grey(cv::Mat(4, 4, CV_16UC1, cv::Scalar(0)), buffer), InvalidArgument);
    CHECK_THROWS_AS(as_grey(cv::Mat(4, 4, CV_8UC2, cv::Scalar(0)), buffer), InvalidArgument);
}
