#include "programs/generated_sequence.hpp"
#include "support/catch.hpp"
#include "support/paced_frames.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/io/frame_source.hpp>

#include <opencv2/core.hpp>

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <thread>

using namespace fgagt::examples;
using namespace fgagt::test;

TEST_CASE("without a pace, all frames are read in order with their numbers") {
    const GeneratedSequence scene(5);
    PacedFrames paced(scene.path("scene"), 0);
    const auto plain = fgagt::open_frames(scene.path("scene"));
    StreamFrame frame;
    cv::Mat expected;
    for (std::int64_t number = 1; number <= 5; ++number) {
        REQUIRE(paced.read(frame, {}));
        REQUIRE(plain->read(expected));
        CHECK(frame.number == number);
        CHECK(cv::norm(frame.image, expected, cv::NORM_INF) == 0);
    }
    CHECK_FALSE(paced.read(frame, {}));
}

TEST_CASE("at a camera's pace, no frame is early, and a late reader gets the newest frame") {
    const GeneratedSequence scene(30);
    constexpr std::chrono::milliseconds kPeriod(20);
    PacedFrames paced(scene.path("scene"), 50);
    const auto plain = fgagt::open_frames(scene.path("scene"));
    StreamFrame frame;
    cv::Mat expected;
    std::int64_t read = 0, earliest = 1;
    for (int k = 0; paced.read(frame, {}); ++k) {
        CHECK(std::chrono::steady_clock::now() >= frame.arrived);
        CHECK(frame.number >= earliest);
        for (; read < frame.number; ++read)
            REQUIRE(plain->read(expected));
        CHECK(cv::norm(frame.image, expected, cv::NORM_INF) == 0); // the number matches the pixels
        const bool late = k % 2 == 1;
        earliest = frame.number + (late ? 7 : 1);
        if (late) std::this_thread::sleep_until(frame.arrived + 7 * kPeriod + kPeriod / 2);
    }
    CHECK(read > 0);
}

TEST_CASE("a wait for the next frame ends on a stop request") {
    const GeneratedSequence scene(5);
    PacedFrames paced(scene.path("scene"), 1e-6); // the second frame is due in eleven days
    StreamFrame frame;
    REQUIRE(paced.read(frame, {}));
    std::stop_source stop;
    std::jthread other([&] { stop.request_stop(); });
    CHECK_FALSE(paced.read(frame, stop.get_token()));
}

TEST_CASE("a missing source is an error") {
    CHECK_THROWS_AS(PacedFrames("none", 0), fgagt::ParseError);
}
