#pragma once

#include <fgagt/pooling/appearance_memory.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace fgagt::detail {

/// Reuses the memory of removed appearances for new ones.
class SpareAppearances {
public:
    using States = std::vector<AppearanceMemory::State>;

    /// New appearances are empty.
    void resize(States& states, std::size_t count) {
        for (; states.size() > count; states.pop_back())
            spare_.push_back(std::move(states.back()));
        while (states.size() < count && !spare_.empty()) {
            states.push_back(std::move(spare_.back()));
            states.back().mean.clear();
            states.back().from_caller = false;
            spare_.pop_back();
        }
        states.resize(count);
    }

    void copy(const States& from, States& to) {
        resize(to, from.size());
        to = from;
    }

private:
    States spare_;
};

} // namespace fgagt::detail
