#include "gstreamer/stream_clock.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

using fgagt::examples::StreamClock;

namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;

/// Nominal frames from each buffer to the next.
std::vector<float> steps(StreamClock& clock, const std::vector<std::optional<std::uint64_t>>& timestamps) {
    std::vector<float> steps;
    double last = 0;
    for (const auto& timestamp : timestamps) {
        const double time = clock.tick(timestamp).time;
        if (&timestamp != &timestamps.front()) steps.push_back(static_cast<float>(time - last));
        last = time;
    }
    return steps;
}

} // namespace

TEST_CASE("a stream's clock counts nominal frames, even if frames are missing") {
    StreamClock clock;
    clock.set_frame_rate(25);
    CHECK(steps(clock, {0, 40 * kMillisecond, 80 * kMillisecond, 240 * kMillisecond, 260 * kMillisecond}) ==
          std::vector<float>{1, 1, 4, .5F});
}

TEST_CASE("timestamps as large as wall-clock time are as exact") {
    StreamClock clock;
    clock.set_frame_rate(30);
    const std::uint64_t now = 1'700'000'000ULL * 1'000'000'000ULL;
    CHECK(steps(clock, {now, now + 33'333'333, now + 66'666'667}) == std::vector<float>{1, 1});
}

TEST_CASE("a buffer without a timestamp is one nominal frame later, and no time counts twice") {
    StreamClock clock;
    clock.set_frame_rate(50);
    CHECK(steps(clock, {std::nullopt, std::nullopt, std::nullopt}) == std::vector<float>{1, 1});
    const auto mixed = steps(clock, {0, std::nullopt, 60 * kMillisecond, 80 * kMillisecond});
    REQUIRE(mixed.size() == 3);
    CHECK(mixed[0] == 1);
    CHECK(mixed[1] == Approx(2).epsilon(1e-6)); // 60 ms are three frames, and one was counted
    CHECK(mixed[2] == Approx(1).epsilon(1e-6));
}

TEST_CASE("time always advances, whatever the timestamps") {
    StreamClock clock;
    clock.set_frame_rate(1e-9); // one frame in thirty years
    double last = clock.tick(0).time;
    const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max() - 1;
    for (const std::optional<std::uint64_t> timestamp :
         {std::optional<std::uint64_t>(0), std::optional<std::uint64_t>(1), std::optional<std::uint64_t>(),
          std::optional<std::uint64_t>(2), std::optional(largest), std::optional(largest)}) {
        const StreamClock::Tick tick = clock.tick(timestamp);
        CHECK(tick.time > last);
        CHECK(tick.time - last < 1.1e6);
        CHECK_FALSE(tick.begins_anew);
        last = tick.time;
    }
}

TEST_CASE("a decreasing timestamp restarts the stream, and time continues") {
    StreamClock clock;
    clock.set_frame_rate(25);
    const double before = clock.tick(80 * kMillisecond).time;
    const StreamClock::Tick back = clock.tick(40 * kMillisecond);
    CHECK(back.begins_anew);
    CHECK(back.time > before);
    CHECK_FALSE(clock.tick(80 * kMillisecond).begins_anew);
    clock.restart();
    CHECK_FALSE(clock.tick(0).begins_anew);
}

TEST_CASE("an unknown or absurd frame rate becomes 30, and the rate may change") {
    StreamClock clock;
    for (const double rate : {0., -25., std::numeric_limits<double>::infinity()}) {
        clock.set_frame_rate(rate);
        clock.restart();
        CHECK(steps(clock, {0, 100 * kMillisecond}) == std::vector<float>{3});
    }
    clock.set_frame_rate(50);
    CHECK(steps(clock, {200 * kMillisecond, 300 * kMillisecond}) == std::vector<float>{5});
}
