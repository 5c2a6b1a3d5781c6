#pragma once

#include <fgagt/core/errors.hpp>

#include <cstdint>
#include <exception>

namespace fgagt::detail {

/// The steps of a frame, in order.
enum class Step : std::uint8_t { kBegun, kPropagated, kExtracted, kPooled, kAssociated, kCommitted };

/// Allows a step only after the one before it. A step counts as done only if nothing was thrown; after a
/// failure the frame must begin again.
class StepGuard {
public:
    /// @throws InvalidArgument  the last step is not `previous`
    StepGuard(Step& last, Step previous, Step step, const char* name) : last_(last), step_(step) {
        if (last != previous)
            throw_invalid("Tracker::", name,
                          ": called out of order; the steps of a frame are begin, propagate_tracks, "
                          "extract_features, pool_features, associate, commit");
        last = Step::kCommitted;
    }
    ~StepGuard() {
        if (std::uncaught_exceptions() == exceptions_) last_ = step_;
    }
    StepGuard(const StepGuard&) = delete;
    StepGuard& operator=(const StepGuard&) = delete;

private:
    Step& last_;
    Step step_;
    int exceptions_ = std::uncaught_exceptions();
};

} // namespace fgagt::detail
