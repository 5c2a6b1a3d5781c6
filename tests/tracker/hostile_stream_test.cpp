#include "fuzz/tracker_target.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"
#include "support/data.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

using namespace fgagt::test;

TEST_CASE("a tracker stands the corpus of its fuzz target") {
    constexpr std::int64_t kMany = 10;
    replay_corpus("tracker", [](const std::string& bytes) { return check_tracker(bytes) >= kMany; });
}

TEST_CASE("a tracker stands random streams of hostile frames and calls") {
    const unsigned seed = seed_of("a tracker stands random streams of hostile frames and calls");
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::int64_t frames = 0;
    for (int stream = 0; stream < 300; ++stream) {
        std::string bytes(2000, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random() & 0xFFU);
        CAPTURE(stream);
        REQUIRE_NOTHROW(frames += check_tracker(bytes));
    }
    CHECK(frames > 5000);
}
