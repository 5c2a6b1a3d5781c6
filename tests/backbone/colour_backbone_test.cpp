#include "support/catch.hpp"

#include <fgagt/backbone/colour_backbone.hpp>

#include <opencv2/core.hpp>

using namespace fgagt;

TEST_CASE("a colour image is the frame halved to about half a megapixel") {
    ColourBackbone backbone;
    ColourImage map;
    backbone.extract(cv::Mat(480, 640, CV_8UC3, cv::Scalar(0, 0, 255)), map);
    CHECK((map.rows == 480 && map.columns == 640 && map.scale_x == 1 && map.scale_y == 1));
    backbone.extract(cv::Mat(1080, 1920, CV_8UC3, cv::Scalar(0, 0, 255)), map);
    CHECK((map.rows == 540 && map.columns == 960 && map.scale_x == 0.5F && map.scale_y == 0.5F));
    backbone.extract(cv::Mat(721, 1281, CV_8UC3, cv::Scalar(0, 0, 255)), map); // below twice the target
    CHECK((map.rows == 721 && map.columns == 1281 && map.scale_x == 1 && map.scale_y == 1));
    backbone.extract(cv::Mat(2163, 3842, CV_8UC3, cv::Scalar(0, 0, 255)), map);
    CHECK((map.rows == 540 && map.columns == 960 && map.scale_x == 0.25F && map.scale_y == 0.25F));
    backbone.extract(cv::Mat(1, 2000000, CV_8UC1, cv::Scalar(3)), map); // cannot be halved
    CHECK((map.rows == 1 && map.columns == 2000000 && map.scale_x == 1));
}

TEST_CASE("pure colours have the expected hue, and grey has none") {
    ColourBackbone backbone;
    ColourImage map;
    const auto pixel_of = [&](const cv::Scalar& bgr) {
        backbone.extract(cv::Mat(2, 2, CV_8UC3, bgr), map);
        return cv::Vec3b(map.pixel(1, 1)[0], map.pixel(1, 1)[1], map.pixel(1, 1)[2]);
    };
    CHECK(pixel_of({0, 0, 255}) == cv::Vec3b(0, 255, 255));
    CHECK(pixel_of({0, 200, 0}) == cv::Vec3b(60, 255, 200));
    CHECK(pixel_of({255, 0, 0}) == cv::Vec3b(120, 255, 255));
    CHECK(pixel_of({70, 70, 70}) == cv::Vec3b(0, 0, 70));
}

TEST_CASE("grey and BGRA frames give the same image as BGR frames") {
    ColourBackbone backbone;
    ColourImage grey, bgr, bgra;
    backbone.extract(cv::Mat(3, 4, CV_8UC1, cv::Scalar(90)), grey);
    backbone.extract(cv::Mat(3, 4, CV_8UC3, cv::Scalar(90, 90, 90)), bgr);
    backbone.extract(cv::Mat(3, 4, CV_8UC4, cv::Scalar(90, 90, 90, 7)), bgra);
    CHECK(grey.data == bgr.data);
    CHECK(bgra.data == bgr.data);
}

TEST_CASE("a colour backbone refuses invalid frames") {
    ColourBackbone backbone;
    ColourImage map;
    CHECK_THROWS_AS(backbone.extract(cv::Mat(), map), InvalidArgument);
    CHECK_THROWS_AS(backbone.extract(cv::Mat(2, 2, CV_32FC3), map), InvalidArgument);
    CHECK_THROWS_AS(ColourBackbone({.pixels = 0}), InvalidArgument);
}
