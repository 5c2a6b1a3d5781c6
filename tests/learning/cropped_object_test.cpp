#include "support/catch.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/cropped_object.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace fgagt;

TEST_CASE("an object has a view for each crop in order and copies the crops") {
    std::vector<cv::Mat> crops{{100, 40, CV_8UC3, cv::Scalar(1, 2, 3)},
                               {50, 80, CV_8UC3, cv::Scalar(4, 5, 6)}};
    const CroppedObject object(crops);
    crops[0].setTo(cv::Scalar::all(99));
    REQUIRE(object.views().size() == 2);
    CHECK(object.views()[0].pixels.size() == cv::Size(40, 100));
    CHECK(object.views()[0].pixels.at<cv::Vec3b>(50, 20) == cv::Vec3b(1, 2, 3));
    CHECK(object.views()[1].pixels.at<cv::Vec3b>(49, 79) == cv::Vec3b(4, 5, 6));
    CHECK(object.aspect() == Approx(std::sqrt(0.4 * 1.6)));
}

TEST_CASE("the edges of an object are transparent, its middle is opaque") {
    const cv::Size size = GENERATE(cv::Size(40, 100), cv::Size(160, 90), cv::Size(7, 20));
    const CroppedObject object(std::vector<cv::Mat>{cv::Mat(size, CV_8UC3, cv::Scalar::all(50))});
    const detail::View& view = object.views()[0];
    REQUIRE((view.soft_edges && view.mask.type() == CV_8U && view.mask.size() == size));
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const double across = (x + 0.5) / size.width, down = (y + 0.5) / size.height;
            const int value = view.mask.at<std::uint8_t>(y, x);
            if (std::abs(across - 0.5) < 0.35 && std::abs(down - 0.5) < 0.35) CHECK(value == 255);
            if (across < 0.05 || across > 0.95 || down < 0.05 || down > 0.95) CHECK(value <= 255 / 3);
            CHECK(value == view.mask.at<std::uint8_t>(size.height - 1 - y, size.width - 1 - x));
            if (across < 0.5 && x > 0) CHECK(value >= view.mask.at<std::uint8_t>(y, x - 1));
            if (down < 0.5 && y > 0) CHECK(value >= view.mask.at<std::uint8_t>(y - 1, x));
        }
}

TEST_CASE("a crop of a single pixel is valid") {
    const CroppedObject object(std::vector<cv::Mat>{cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(50))});
    CHECK(object.aspect() == 1);
    CHECK(object.views()[0].mask.at<std::uint8_t>(0, 0) == 255);
}

TEST_CASE("empty and grey crops are refused") {
    using Crops = std::vector<cv::Mat>;
    const cv::Mat sound(9, 9, CV_8UC3);
    CHECK_THROWS_AS(CroppedObject(Crops{}), InvalidArgument);
    CHECK_THROWS_AS(CroppedObject(Crops{cv::Mat()}), InvalidArgument);
    CHECK_THROWS_AS(CroppedObject(Crops{sound, cv::Mat()}), InvalidArgument);
    CHECK_THROWS_AS(CroppedObject(Crops{sound, cv::Mat(9, 9, CV_8UC1)}), InvalidArgument);
}
