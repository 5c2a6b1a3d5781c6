#pragma once

#include <fgagt/types.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fgagt {

/// Why a detection was left out.
enum class RejectionReason : std::uint8_t {
    kNotFinite,  ///< the box, the score or the appearance holds a NaN or an infinity
    kEmptyBox,   ///< width or height is zero or negative
    kOutOfRange, ///< an edge lies beyond kCoordinateLimit
    kDuplicate,  ///< a detection of the same class with a higher score covers the same place
};

/// A short description for people.
[[nodiscard]] constexpr const char* to_string(RejectionReason reason) noexcept {
    switch (reason) {
    case RejectionReason::kNotFinite:
        return "a number is not finite";
    case RejectionReason::kEmptyBox:
        return "width or height is not positive";
    case RejectionReason::kOutOfRange:
        return "an edge lies beyond 1e7 pixels";
    case RejectionReason::kDuplicate:
        return "a better detection covers the same place";
    }
    return "unknown";
}

/// A detection that took no part in tracking.
struct Rejection {
    std::size_t detection = 0; ///< index in the caller's list
    RejectionReason reason{};  ///< why

    friend bool operator==(const Rejection&, const Rejection&) = default;
};

/// Time that one frame spent in each stage, microseconds.
struct StageTimes {
    double backbone = 0;  ///< feature map
    double flow = 0;      ///< pyramid, camera motion, propagation and motion model
    double pool = 0;      ///< features of detections and tracks
    double graph = 0;     ///< overlaps and similarities
    double assign = 0;    ///< association
    double lifecycle = 0; ///< births, losses, removals, motion and appearance of tracks
    double total = 0;     ///< all of it
};

/// What a tracker says of one frame.
struct FrameResult {
    std::int64_t frame = 0;          ///< number of frames before this one, since construction or `reset`
    std::vector<Track> tracks;       ///< the reported ones, in order of id
    Events events;                   ///< of all tracks, reported or not
    std::vector<Rejection> rejected; ///< detections that were left out, in order of index
    StageTimes times;                ///< how long it took
};

} // namespace fgagt
