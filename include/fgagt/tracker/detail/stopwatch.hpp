#pragma once

#include <fgagt/core/detail/language.hpp>

#include <chrono>

namespace fgagt::detail {

/// Adds its lifetime, in microseconds, to the time of a stage.
class Stopwatch {
public:
    explicit Stopwatch(double& microseconds) : microseconds_(microseconds) {}
    ~Stopwatch() {
        microseconds_ += std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

private:
    using Clock = std::chrono::steady_clock;
    double& microseconds_;
    Clock::time_point start_ = Clock::now();
};

} // namespace fgagt::detail
