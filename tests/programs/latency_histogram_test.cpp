#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/latency_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

using fgagt::examples::LatencyHistogram;

TEST_CASE("quantiles agree with those of the sorted values to 5 %") {
    const unsigned seed = fgagt::test::seed_of("quantiles are those");
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> exponent(0, std::log(86400e6));
    LatencyHistogram all, first, second;
    std::vector<double> values;
    for (int k = 0; k < 1001; ++k) {
        values.push_back(std::exp(exponent(random)));
        (k % 3 == 0 ? first : second).add(values.back());
    }
    all.add(first);
    all.add(second);
    std::ranges::sort(values);
    for (const double share : {0.0, 0.01, 0.5, 0.99, 1.0}) {
        CAPTURE(share);
        const auto rank = static_cast<std::size_t>(std::max(std::ceil(share * 1001) - 1, 0.0));
        CHECK(std::abs(all.quantile(share) / values[rank] - 1) < 0.05);
    }
}

TEST_CASE("values out of range are clamped, and quantiles without values are zero") {
    LatencyHistogram histogram;
    CHECK(histogram.quantile(0.5) == 0);
    histogram.add(0);
    CHECK(std::abs(histogram.quantile(0.5) - 1) < 0.05);
    histogram.add(1e20);
    CHECK(histogram.quantile(1) > 8e10);
    CHECK(std::abs(histogram.quantile(0.5) - 1) < 0.05); // still half of them
}
