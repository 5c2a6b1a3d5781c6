#pragma once

#include "fuzz/law.hpp"

#include <fgagt/core/snapshot.hpp>
#include <fgagt/fgagt.hpp>

#include <opencv2/core.hpp>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace fgagt::test {

/// A snapshot of these values with a valid header and checksum.
template <class State>
[[nodiscard]] std::string sealed_snapshot(std::string_view values) {
    std::string bytes(detail::kSnapshotLetters);
    for (const std::uint64_t number :
         {detail::kSnapshotVersion, detail::SnapshotLayout::of<State>(), std::uint64_t{values.size()}})
        detail::append_bits(number, bytes);
    bytes += values;
    detail::Checksum checksum;
    checksum.add(bytes);
    detail::append_bits(checksum.value(), bytes);
    return bytes;
}

template <class AnyTracker>
[[nodiscard]] std::string saved(const AnyTracker& tracker) {
    std::ostringstream stream;
    tracker.save(stream);
    return stream.str();
}

/// A few frames with objects at known tracks and elsewhere.
template <class AnyTracker>
void require_goes_on(AnyTracker& tracker) {
    const cv::Mat frame(48, 64, CV_8UC3, cv::Scalar(10, 90, 170));
    std::vector<Detection> detections{{.box = {5, 5, 20, 30}, .score = 0.9F}};
    for (const Track& track : tracker.state().tracks)
        detections.push_back({.box = track.box, .score = 0.8F, .class_id = track.class_id});
    for (int k = 0; k < 3; ++k) {
        const FrameInfo info{.timestamp = {}, .camera_motion = {}, .frame_size = frame.size()};
        const FrameResult* result = nullptr;
        if constexpr (AnyTracker::kReadsFrames)
            result = &tracker.update(frame, detections, info);
        else
            result = &tracker.update(detections, info);
        TrackId last = 0;
        for (const Track& track : result->tracks) {
            require(is_usable(track.box), "boxes are finite and not empty");
            require(track.id > last, "tracks are in order of ID");
            last = track.id;
        }
    }
}

template <class AnyTracker>
[[nodiscard]] bool check_values(std::string_view values) {
    AnyTracker tracker;
    const std::string before = saved(tracker), snapshot = sealed_snapshot<typename AnyTracker::State>(values);
    const auto restored = value_or_refusal([&] {
        std::istringstream stream(snapshot);
        tracker.restore(stream);
        return true;
    });
    require(saved(tracker) == (restored ? snapshot : before),
            "a snapshot is restored completely or not at all");
    if (restored) require_goes_on(tracker);
    return restored.has_value();
}

/// Restores any bytes as a snapshot, and as the values of a snapshot with a valid checksum: either a
/// ParseError with the tracker unchanged, or a tracker that saves the same bytes and continues. The first
/// byte chooses the tracker. Returns whether it was restored.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_snapshot(std::string_view bytes) {
    const auto whole = value_or_refusal([&] {
        GeometryTracker tracker;
        std::istringstream stream{std::string(bytes)};
        tracker.restore(stream);
        return true;
    });
    static_cast<void>(whole);
    if (bytes.empty()) return false;
    const std::string_view values = bytes.substr(1);
    return bytes[0] == 'f' ? check_values<Tracker<>>(values) : check_values<GeometryTracker>(values);
}

} // namespace fgagt::test
