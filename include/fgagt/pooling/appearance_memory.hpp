#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fgagt {

/// Where the features of a track come from.
enum class AppearanceSource : std::uint8_t {
    kStored,  ///< remembered from its detections
    kCurrent, ///< pooled from this frame at the expected box (the paper)
    kBoth,    ///< the mean of the two
};

/// Options of AppearanceMemory.
struct AppearanceMemoryOptions {
    AppearanceSource source = AppearanceSource::kStored; ///< which features of a track are compared
    float momentum = 0.9F;    ///< weight of the past in the exponential mean, [0, 1)
    float min_score = 0.5F;   ///< detections below this confidence do not change the memory
    float max_covered = 0.4F; ///< nor do those covered more than this by a nearer box, [0, 1]
};

/// Remembers a track's appearance: an exponential mean over the detections that show it well.
class AppearanceMemory {
public:
    using Options = AppearanceMemoryOptions;

    /// The memory of one track: a plain value.
    struct State {
        std::vector<float> mean;  ///< [D]; empty while nothing is known
        bool from_caller = false; ///< whether its detections carry the caller's vectors
    };

    AppearanceMemory() : AppearanceMemory(AppearanceMemoryOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit AppearanceMemory(AppearanceMemoryOptions options) : options_(options) {
        const detail::OptionCheck check("AppearanceMemory", "AppearanceMemoryOptions");
        check(options.momentum >= 0 && options.momentum < 1, "momentum", "in [0, 1)", options.momentum);
        check(!detail::is_nan(options.min_score), "min_score", "to be a number", options.min_score);
        check(options.max_covered >= 0 && options.max_covered <= 1, "max_covered", "in [0, 1]",
              options.max_covered);
    }

    [[nodiscard]] const AppearanceMemoryOptions& options() const noexcept { return options_; }

    /// Whether features of the track must be pooled from the current frame.
    [[nodiscard]] bool wants_current(const State& state) const noexcept {
        return options_.source != AppearanceSource::kStored && !state.from_caller;
    }
    /// Whether the memory contributes to the track's features.
    [[nodiscard]] bool recalls(const State& state) const noexcept {
        return !state.mean.empty() && (options_.source != AppearanceSource::kCurrent || state.from_caller);
    }

    /// Replaces a track's features by the remembered ones, or by the mean of the two.
    ///
    /// @param state     of the track
    /// @param features  [D]; unchanged if nothing of that length is remembered
    /// @param seen_now  whether they were pooled from the current frame
    /// @return  whether anything was recalled
    bool recall(const State& state, std::span<float> features, bool seen_now) const {
        if (!recalls(state) || state.mean.size() != features.size()) return false;
        for (std::size_t k = 0; k < features.size(); ++k)
            features[k] = seen_now ? 0.5F * (features[k] + state.mean[k]) : state.mean[k];
        return true;
    }

    /// Updates the memory with the features of the matched detection.
    ///
    /// @param state     of the track
    /// @param features  [D]
    /// @param own       whether they are the caller's
    /// @param score     the confidence of the detection
    /// @param covered   share of its box that a nearer box covers, [0, 1]
    void update(State& state, std::span<const float> features, bool own, float score, float covered) const {
        const std::size_t dimension = features.size();
        state.from_caller = own;
        if (state.mean.size() != dimension)
            state.mean.assign(features.begin(), features.end());
        else if (score >= options_.min_score && covered <= options_.max_covered)
            for (std::size_t k = 0; k < dimension; ++k)
                state.mean[k] = options_.momentum * state.mean[k] + (1 - options_.momentum) * features[k];
    }

private:
    AppearanceMemoryOptions options_;
};

/// For snapshots.
template <class Archive>
void transfer(Archive& archive, AppearanceMemory::State& state) {
    archive(state.mean, state.from_caller);
}

} // namespace fgagt
