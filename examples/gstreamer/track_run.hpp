#pragma once

#include "detector_rhythm.hpp"
#include "mapped_frame.hpp"
#include "region_meta.hpp"
#include "stream_clock.hpp"
#include "stream_tracker.hpp"

#include <fgagt/io/mot_text.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <gst/video/video.h>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// The values of the properties of `fgagttrack`.
struct TrackSettings {
    StreamTrackerOptions tracker;
    std::vector<GQuark> labels;   ///< of the regions to track; empty: all
    unsigned detect_every = 1;    ///< interval of the detector in frames, >= 1
    bool add_predicted = true;    ///< whether tracks without a detection get a region
    std::filesystem::path output; ///< MOTChallenge text; empty: none
};

/// Splits a comma-separated list into labels.
[[nodiscard]] inline std::vector<GQuark> labels_of(const std::string& list) {
    std::vector<GQuark> labels;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        if (end > begin) labels.push_back(g_quark_from_string(list.substr(begin, end - begin).c_str()));
        begin = end + 1;
    }
    return labels;
}

/// The state of `fgagttrack` between start and stop.
class TrackRun {
public:
    /// @throws InvalidArgument  a setting is out of range
    explicit TrackRun(TrackSettings settings)
        : settings_(std::move(settings)),
          tracker_(settings_.tracker),
          rhythm_(settings_.detect_every) {}

    void set_video(const GstVideoInfo& info) {
        info_ = info;
        clock_.set_frame_rate(info.fps_d == 0 ? 0 : static_cast<double>(info.fps_n) / info.fps_d);
    }

    /// Tracks the regions of one frame and writes the track IDs into them.
    /// @return  number of tracks confirmed in this frame
    std::size_t transform(GstBuffer* buffer) {
        const cv::Size size(info_.width, info_.height);
        const Regions regions = regions_of(buffer, size, settings_.labels);
        const FrameResult& result = track(buffer, size, regions);
        ++frames_;
        for (const Track& track : result.tracks) {
            if (track.detection)
                set_track(*regions.metas[*track.detection], track, size);
            else if (settings_.add_predicted)
                add_predicted(buffer, track, size);
            if (!settings_.output.empty()) rows_.push_back({frames_, track.id, track.box, track.score});
        }
        is_pending_ = true;
        return result.events.confirmed.size();
    }

    /// Forgets the tracks; IDs continue.
    void restart() {
        forget();
        clock_.restart();
    }

    /// Writes all frames so far to the output, if there is one.
    /// @throws std::filesystem::filesystem_error  the file cannot be written
    void write() {
        if (settings_.output.empty() || !is_pending_) return;
        is_pending_ = false; // even on failure: an error is reported once
        write_results(settings_.output, rows_);
    }

private:
    void forget() {
        tracker_.reset();
        rhythm_.restart();
    }

    const FrameResult& track(GstBuffer* buffer, cv::Size size, const Regions& regions) {
        const std::optional<std::uint64_t> timestamp =
            GST_BUFFER_PTS_IS_VALID(buffer) ? std::optional(GST_BUFFER_PTS(buffer)) : std::nullopt;
        const StreamClock::Tick tick = clock_.tick(timestamp);
        if (tick.begins_anew) forget();
        std::optional<std::span<const Detection>> detections;
        if (rhythm_.looks(regions.any)) detections = regions.detections;
        if (!tracker_.reads_frames()) return tracker_.track({}, size, detections, tick.time);
        const MappedFrame frame(buffer, info_);
        return tracker_.track(frame.image(), size, detections, tick.time);
    }

    TrackSettings settings_;
    StreamTracker tracker_;
    StreamClock clock_;
    DetectorRhythm rhythm_;
    GstVideoInfo info_{};
    std::int64_t frames_ = 0;
    std::vector<ResultRow> rows_; // for the output
    bool is_pending_ = false;
};

} // namespace fgagt::examples
