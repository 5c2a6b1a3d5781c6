#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstdint>

namespace fgagt {

/// Random numbers without state to carry from frame to frame: the key of an object in a frame is enough to
/// construct its generator (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// 2014).
class KeyedRandom {
public:
    /// @param seed  base seed
    /// @param keys  integers, such as the frame and the ID of an object
    template <class... Keys>
    explicit KeyedRandom(std::uint64_t seed, Keys... keys) : state_(seed) {
        ((state_ = next() ^ static_cast<std::uint64_t>(keys)), ...);
    }

    /// All 64 bits are random.
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31);
    }

    /// In [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    /// In [low, high).
    double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// Mean 0, standard deviation 1, within [-6, 6]. It is the sum of twelve uniform numbers: functions of
    /// the maths library differ in the last digit between platforms.
    double normal() {
        double sum = -6;
        for (int i = 0; i < 12; ++i)
            sum += uniform();
        return sum;
    }

private:
    std::uint64_t state_;
};

} // namespace fgagt
