#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace fgagt::examples {

/// How long things took, in memory that does not grow: quantiles are right to 5 % from a microsecond to a
/// day.
class LatencyHistogram {
public:
    /// @param microseconds  >= 0
    void add(double microseconds) {
        const double place = std::log(std::max(microseconds, 1.0)) / std::log(kRatio);
        const auto bin = std::min(static_cast<std::size_t>(place), kBins - 1);
        ++counts_[bin];
        ++total_;
    }

    /// Takes over all that another one counted.
    void add(const LatencyHistogram& other) {
        for (std::size_t bin = 0; bin < kBins; ++bin)
            counts_[bin] += other.counts_[bin];
        total_ += other.total_;
    }

    /// Microseconds that `share` of all took at most, share in [0, 1]; 0 where there are none.
    [[nodiscard]] double quantile(double share) const {
        if (total_ == 0) return 0;
        const double wanted = std::max(share * static_cast<double>(total_), 1.0);
        std::int64_t count = 0;
        std::size_t bin = 0;
        while (static_cast<double>(count += counts_[bin]) < wanted)
            ++bin;
        return std::pow(kRatio, static_cast<double>(bin) + 0.5);
    }

private:
    static constexpr double kRatio = 1.1;     // of one bin's bound to the one before
    static constexpr std::size_t kBins = 265; // up to a day

    std::array<std::int64_t, kBins> counts_{};
    std::int64_t total_ = 0;
};

} // namespace fgagt::examples
