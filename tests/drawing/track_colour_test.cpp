#include "support/catch.hpp"

#include <fgagt/drawing/track_colour.hpp>

#include <opencv2/core.hpp>

#include <limits>

using namespace fgagt;

TEST_CASE("contrasts agree with WCAG") {
    const cv::Scalar black(0, 0, 0), white(255, 255, 255), red(0, 0, 255), grey(119, 119, 119);
    CHECK(contrast(black, white) == Approx(21));
    CHECK(contrast(white, black) == Approx(21));
    CHECK(contrast(red, red) == Approx(1));
    CHECK(contrast(red, white) == Approx(3.998).margin(1e-3)); // (1 + .05) / (.2126 + .05)
    CHECK(contrast(grey, white) == Approx(4.478).margin(1e-3));
}

TEST_CASE("a label's text is readable on the colour of any ID") {
    for (TrackId id = -100; id <= 20000; ++id) {
        const cv::Scalar colour = track_colour(id);
        for (int channel = 0; channel < 3; ++channel)
            REQUIRE((colour[channel] >= 0 && colour[channel] <= 255));
        REQUIRE(contrast(colour, text_colour_on(colour)) >= 4.5);
    }
}

TEST_CASE("text is readable on every colour") {
    for (int blue = 0; blue <= 255; blue += 5)
        for (int green = 0; green <= 255; green += 3)
            for (int red = 0; red <= 255; red += 5) {
                const cv::Scalar colour(blue, green, red);
                REQUIRE(contrast(colour, text_colour_on(colour)) >= 4.5);
            }
}

TEST_CASE("nearby IDs have different colours") {
    for (TrackId id = 1; id <= 500; ++id) {
        CHECK(track_colour(id) == track_colour(id));
        for (TrackId other = id + 1; other <= id + 12; ++other) {
            CAPTURE(id, other);
            REQUIRE(cv::norm(track_colour(id) - track_colour(other)) > 25);
        }
    }
    const cv::Scalar last = track_colour(std::numeric_limits<TrackId>::max());
    CHECK((last[0] >= 0 && last[0] <= 255));
}
