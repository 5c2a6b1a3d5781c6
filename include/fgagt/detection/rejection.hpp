#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstddef>
#include <cstdint>

namespace fgagt {

/// Why a detection was left out.
enum class RejectionReason : std::uint8_t {
    /// The box, the score or the appearance contains a NaN or an infinity.
    kNotFinite,
    /// Width or height is zero or negative.
    kEmptyBox,
    /// An edge or a number of the appearance is beyond kCoordinateLimit.
    kOutOfRange,
    /// A detection of the same class with a higher score covers the same place.
    kDuplicate,
};

/// A short description for messages.
[[nodiscard]] constexpr const char* to_string(RejectionReason reason) noexcept {
    switch (reason) {
    case RejectionReason::kNotFinite:
        return "a number is not finite";
    case RejectionReason::kEmptyBox:
        return "width or height is not positive";
    case RejectionReason::kOutOfRange:
        return "an edge lies beyond 1e7 pixels, or a number of the appearance beyond 1e7";
    case RejectionReason::kDuplicate:
        return "a better detection covers the same place";
    }
    return "unknown";
}

/// A detection that was not used for tracking.
struct Rejection {
    std::size_t detection = 0; ///< index in the caller's list
    RejectionReason reason{};  ///< why

    friend bool operator==(const Rejection&, const Rejection&) = default;
};

} // namespace fgagt
