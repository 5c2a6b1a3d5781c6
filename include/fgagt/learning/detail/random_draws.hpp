#pragma once

#include <fgagt/core/keyed_random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace fgagt::detail {

/// Whether an event of this probability happens.
[[nodiscard]] inline bool happens(KeyedRandom& random, double probability) {
    return random.uniform() < probability;
}

/// Between two positive numbers, with a uniform logarithm.
[[nodiscard]] inline double log_uniform(KeyedRandom& random, double low, double high) {
    return low * std::exp(random.uniform() * std::log(high / low));
}

/// A positive number with a normal logarithm.
[[nodiscard]] inline double log_normal(KeyedRandom& random, double median, double deviation) {
    return median * std::exp(deviation * random.normal());
}

/// An integer in [low, high].
[[nodiscard]] inline int whole_number(KeyedRandom& random, int low, int high) {
    return low + static_cast<int>(random.uniform() * (high - low + 1));
}

/// One of the values.
template <class Value, std::size_t Count>
[[nodiscard]] Value any_of(KeyedRandom& random, const std::array<Value, Count>& values) {
    return values[static_cast<std::size_t>(random.uniform() * static_cast<double>(Count))];
}

/// How many events happen if `mean` are expected: a Poisson number, at most 60.
[[nodiscard]] inline int event_count(KeyedRandom& random, double mean) {
    const double end = std::exp(-mean);
    int count = 0;
    for (double product = random.uniform(); product > end && count < 60; product *= random.uniform())
        ++count;
    return count;
}

/// Share of an AR(1) process that is left after a step.
///
/// @param step      seconds
/// @param duration  correlation time, seconds, > 0
[[nodiscard]] inline double memory(double step, double duration) {
    return std::exp(-step / duration);
}

/// An AR(1) process with mean 0 and standard deviation 1.
class Wander {
public:
    Wander() = default;
    /// Starts with a random value.
    explicit Wander(KeyedRandom& random) : value_(random.normal()) {}

    /// @param memory  correlation with the last value, [0, 1]
    void step(double memory, KeyedRandom& random) {
        value_ = memory * value_ + std::sqrt(std::max(0.0, 1 - memory * memory)) * random.normal();
    }
    [[nodiscard]] double value() const noexcept { return value_; }

private:
    double value_ = 0;
};

/// An AR(1) process driven by another one, so that it has a continuous speed; mean 0 and standard deviation 1.
class SmoothWander {
public:
    SmoothWander() = default;
    /// Starts with a random value.
    explicit SmoothWander(KeyedRandom& random) : drive_(random), value_(random.normal()) {}

    /// @param memory  share of either process that is left, [0, 1]
    void step(double memory, KeyedRandom& random) {
        drive_.step(memory, random);
        const double gain = (1 - memory) * (1 + memory) / std::sqrt(1 + memory * memory);
        value_ = memory * value_ + gain * drive_.value();
    }
    [[nodiscard]] double value() const noexcept { return value_; }

private:
    Wander drive_;
    double value_ = 0;
};

/// The sum of a smooth and a rough process of the same duration, as limbs move; mean 0 and standard deviation
/// 1.
class LimbWander {
public:
    LimbWander() = default;
    /// Starts with a random value.
    explicit LimbWander(KeyedRandom& random) : smooth_(random), rough_(random) {}

    /// @param memory  share of all processes that is left, [0, 1]
    void step(double memory, KeyedRandom& random) {
        smooth_.step(memory, random);
        rough_.step(memory, random);
    }
    [[nodiscard]] double value() const noexcept { return 0.98 * smooth_.value() + 0.2 * rough_.value(); }

private:
    SmoothWander smooth_;
    Wander rough_;
};

} // namespace fgagt::detail
