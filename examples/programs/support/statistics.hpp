#pragma once

#include <fgagt/tracker/frame_result.hpp>

#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// Counts and times of a run, frame by frame.
class Statistics {
public:
    /// @param decode, detect  microseconds outside the tracker; the time of a detecting backbone is inside it
    void add(const FrameResult& result, double decode, double detect) {
        ++frames_;
        tracks_born_ += result.events.born.size();
        detections_left_out_ += result.rejected.size();
        const StageTimes& times = result.times;
        const double values[] = {decode,
                                 detect + times.detect,
                                 times.backbone,
                                 times.flow,
                                 times.pool,
                                 times.graph,
                                 times.assign,
                                 times.lifecycle,
                                 decode + detect + times.total};
        for (std::size_t stage = 0; stage < stages_.size(); ++stage)
            stages_[stage].second.push_back(values[stage]);
    }

    [[nodiscard]] std::int64_t frames() const { return frames_; }
    [[nodiscard]] std::size_t tracks_born() const { return tracks_born_; }
    [[nodiscard]] std::size_t detections_left_out() const { return detections_left_out_; }
    /// Microseconds per frame, including everything.
    [[nodiscard]] double mean_total() const { return mean(stages_.back().second); }

    /// Writes counts and times per stage as JSON.
    void write(const std::filesystem::path& path) const;

    template <class Archive>
    friend void transfer(Archive& archive, Statistics& statistics) {
        archive(statistics.frames_, statistics.tracks_born_, statistics.detections_left_out_);
        for (auto& stage : statistics.stages_)
            archive(stage.second);
    }

private:
    [[nodiscard]] static double mean(const std::vector<double>& values) {
        if (values.empty()) return 0;
        return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    }

    std::int64_t frames_ = 0;
    std::size_t tracks_born_ = 0;
    std::size_t detections_left_out_ = 0;
    std::vector<std::pair<std::string, std::vector<double>>> stages_{
        {"decode", {}}, {"detect", {}}, {"backbone", {}},  {"flow", {}}, {"pool", {}},
        {"graph", {}},  {"assign", {}}, {"lifecycle", {}}, {"total", {}}};
};

} // namespace fgagt::examples
