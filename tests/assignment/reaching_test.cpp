#include "support/catch.hpp"

#include <fgagt/assignment/detail/reaching.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>

using namespace fgagt::detail;

TEST_CASE("the scalar and the vector search find the same scores at or above the margin") {
    constexpr float kInfinity = std::numeric_limits<float>::infinity(),
                    kNan = std::numeric_limits<float>::quiet_NaN();
    std::mt19937 random(3);
    const std::array values{0.0F, -0.0F, 0.5F, 0.6F, 1.0F, -1.0F, kInfinity, -kInfinity, kNan};
    for (int k = 0; k < 2000; ++k) {
        std::array<float, kReachingBlock> scores{};
        for (float& score : scores)
            score = values[random() % values.size()];
        const float margin = values[random() % (values.size() - 1)];
        const std::uint32_t bits = reaching(scores.data(), margin);
        CHECK(bits == reaching<float>(scores.data(), margin));
        for (std::size_t place = 0; place < scores.size(); ++place)
            REQUIRE(((bits >> place) & 1U) == (scores[place] < margin ? 0U : 1U));
    }
}
