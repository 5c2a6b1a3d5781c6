#pragma once

#include <fgagt/errors.hpp>
#include <fgagt/types.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt {

/// Where the features of a track come from.
enum class AppearanceSource : std::uint8_t {
    kStored,  ///< what it looked like when it was seen
    kCurrent, ///< pooled again from the current frame, where the track is expected (the paper)
    kBoth,    ///< the mean of the two
};

struct AppearanceMemoryOptions {
    AppearanceSource source = AppearanceSource::kStored;
    float momentum = 0.9F;  ///< weight of the past in the exponential mean, [0, 1)
    float min_score = 0.5F; ///< detections below it leave the memory as it is
    float max_covered =
        0.4F; ///< and so do those whose box is covered by more than this by a nearer one, [0, 1]
};

/// Remembers what a track looks like, as an exponential mean over the detections that show it well.
class AppearanceMemory {
public:
    using Options = AppearanceMemoryOptions;

    /// What is remembered of one track: a plain value.
    struct State {
        std::vector<float> mean;  ///< [D]; empty as long as nothing is known
        bool from_caller = false; ///< whether its detections bring vectors of the caller's own
    };

    AppearanceMemory() : AppearanceMemory(AppearanceMemoryOptions{}) {}
    /// @throws InvalidArgument  an option is out of its range
    explicit AppearanceMemory(AppearanceMemoryOptions options) : options_(options) {
        if (!(options.momentum >= 0 && options.momentum < 1))
            detail::throw_invalid("AppearanceMemory: expected momentum in [0, 1), got ", options.momentum);
        if (!(options.max_covered >= 0 && options.max_covered <= 1))
            detail::throw_invalid("AppearanceMemory: expected max_covered in [0, 1], got ",
                                  options.max_covered);
    }

    [[nodiscard]] const AppearanceMemoryOptions& options() const noexcept { return options_; }

    /// Whether the track's features are to be pooled from the current frame, alone or as well.
    [[nodiscard]] bool wants_current(const State& state) const noexcept {
        return options_.source != AppearanceSource::kStored && !state.from_caller;
    }
    /// Whether what is remembered takes part in the track's features.
    [[nodiscard]] bool recalls(const State& state) const noexcept {
        return !state.mean.empty() && (options_.source != AppearanceSource::kCurrent || state.from_caller);
    }

    /// Takes in the features of the detection that the track took.
    ///
    /// @param features  [D]
    /// @param own       whether they are the caller's own
    /// @param score     of the detection
    /// @param covered   share of its box that a nearer box covers, [0, 1]
    void update(State& state, Eigen::Ref<const Eigen::RowVectorXf> features, bool own, float score,
                float covered) const {
        const auto dimension = static_cast<std::size_t>(features.size());
        state.from_caller = own;
        Eigen::Map<Eigen::RowVectorXf> mean(state.mean.data(), static_cast<Eigen::Index>(state.mean.size()));
        if (state.mean.size() != dimension)
            state.mean.assign(features.data(), features.data() + dimension);
        else if (score >= options_.min_score && covered <= options_.max_covered)
            mean = options_.momentum * mean + (1 - options_.momentum) * features;
    }

private:
    AppearanceMemoryOptions options_;
};

} // namespace fgagt
