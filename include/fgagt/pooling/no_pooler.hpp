#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace fgagt {

/// Options of NoPooler.
struct NoPoolerOptions {
    /// Length of the caller's appearance vectors, [0, 65536]; 0: none.
    int dimension = 0;
};

/// Pools nothing: for trackers that use the caller's appearance vectors, or geometry alone.
template <class MapType>
class NoPooler {
public:
    using Map = MapType;
    using Options = NoPoolerOptions;

    NoPooler() : NoPooler(NoPoolerOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit NoPooler(NoPoolerOptions options) : options_(options) {
        if (options_.dimension < 0 || options_.dimension > 65536)
            detail::throw_invalid("NoPooler: expected dimension in [0, 65536], got ", options_.dimension);
    }

    [[nodiscard]] const NoPoolerOptions& options() const noexcept { return options_; }

    /// Sets features to [K x dimension] zeros and flags to [K] zeros.
    void pool(const Map& /*map*/, std::span<const Box> boxes, Matrix& features,
              std::vector<std::uint8_t>& valid) const {
        features.setZero(static_cast<Eigen::Index>(boxes.size()), options_.dimension);
        valid.assign(boxes.size(), 0);
    }

private:
    NoPoolerOptions options_;
};

static_assert(Pooler<NoPooler<FeatureMap>>);

} // namespace fgagt
