#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/lifecycle/lifecycle_manager.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace fgagt::test {

/// The rules of LifecycleOptions, implemented by recording everything that happened to each ID and
/// recomputing each answer from the record.
class SlowLifecycle {
public:
    /// The complete history of one track.
    struct Life {
        std::vector<bool> seen{};     ///< per update since birth
        std::vector<float> times{};   ///< elapsed times, per update since birth
        std::int64_t predictions = 0; ///< frames without a detector since birth
        bool founder = false;         ///< born in the first frame
        bool removed = false;
        Box box{};
    };

    explicit SlowLifecycle(LifecycleOptions options) : options_(options) {}

    /// A frame in which a detector ran; returns its events.
    ///
    /// @param elapsed   since the last such frame
    /// @param size      of the frame; empty when unknown
    /// @param found     ID -> box of tracks that a detection continued or created
    /// @param expected  ID -> predicted box of other tracks; tracks in neither list stay where they are
    Events update(float elapsed, cv::Size size, const std::map<TrackId, Box>& found,
                  const std::map<TrackId, Box>& expected = {}) {
        std::map<TrackId, TrackStatus> before;
        for (const auto& [id, life] : lives)
            before[id] = status(life);
        for (const auto& [id, box] : found)
            if (!lives.contains(id)) lives[id].founder = frames_ == 0;
        for (auto& [id, life] : lives) {
            if (life.removed) continue;
            const bool seen = found.contains(id);
            life.seen.push_back(seen);
            life.times.push_back(elapsed);
            if (seen)
                life.box = found.at(id);
            else if (expected.contains(id))
                life.box = expected.at(id);
            life.removed = has_expired(life, size);
        }
        ++frames_;
        return events_since(before);
    }

    /// A frame in which no detector ran.
    void propagate() {
        for (auto& [id, life] : lives)
            if (!life.removed) ++life.predictions;
        ++frames_;
    }

    [[nodiscard]] TrackStatus status(const Life& life) const {
        if (life.removed) return TrackStatus::kRemoved;
        if (!is_confirmed(life)) return TrackStatus::kTentative;
        return life.seen.back() ? TrackStatus::kConfirmed : TrackStatus::kLost;
    }
    [[nodiscard]] bool reports(const Life& life) const {
        return status(life) == TrackStatus::kConfirmed ||
               (status(life) == TrackStatus::kLost && missed(life) <= options_.coast_updates &&
                hits(life) >= options_.coast_min_hits);
    }
    [[nodiscard]] static std::int64_t age(const Life& life) {
        return static_cast<std::int64_t>(life.seen.size()) + life.predictions;
    }
    [[nodiscard]] static std::int64_t hits(const Life& life) {
        return std::count(life.seen.begin(), life.seen.end(), true);
    }
    [[nodiscard]] static std::int64_t missed(const Life& life) {
        return std::find(life.seen.rbegin(), life.seen.rend(), true) - life.seen.rbegin();
    }
    [[nodiscard]] static float missed_time(const Life& life) {
        float time = 0;
        for (auto i = life.times.size() - static_cast<std::size_t>(missed(life)); i < life.times.size(); ++i)
            time += life.times[i];
        return time;
    }

    std::map<TrackId, Life> lives; ///< including removed ones

private:
    [[nodiscard]] bool is_confirmed(const Life& life) const {
        return hits(life) >= options_.confirm_hits || (life.founder && options_.confirm_first_frame);
    }
    [[nodiscard]] bool is_outside(const Box& box, cv::Size size) const {
        if (size.empty()) return false;
        const double right = static_cast<double>(box.left) + box.width;
        const double bottom = static_cast<double>(box.top) + box.height;
        const double inside_x = std::min<double>(right, size.width) - std::max(box.left, 0.0F);
        const double inside_y = std::min<double>(bottom, size.height) - std::max(box.top, 0.0F);
        const double inside = std::max(inside_x, 0.0) * std::max(inside_y, 0.0);
        const double area = static_cast<double>(box.width) * box.height;
        return area - inside > options_.outside_share * area;
    }
    [[nodiscard]] bool has_expired(const Life& life, cv::Size size) const {
        const std::int64_t misses = missed(life);
        if (misses == 0) return false;
        const float time = missed_time(life);
        return (!is_confirmed(life) && misses > options_.max_tentative_missed) ||
               (options_.max_lost_updates > 0 && misses >= options_.max_lost_updates) ||
               time > options_.max_lost_time ||
               (time > options_.max_outside_time && is_outside(life.box, size));
    }

    [[nodiscard]] Events events_since(const std::map<TrackId, TrackStatus>& before) const {
        Events events;
        for (const auto& [id, life] : lives) {
            const bool is_new = !before.contains(id);
            const TrackStatus was = is_new ? TrackStatus::kTentative : before.at(id);
            if (is_new) events.born.push_back(id);
            if (status(life) == was) continue;
            if (life.removed)
                events.removed.push_back(id);
            else if (status(life) == TrackStatus::kLost)
                events.lost.push_back(id);
            else
                (was == TrackStatus::kLost ? events.recovered : events.confirmed).push_back(id);
        }
        return events;
    }

    LifecycleOptions options_;
    std::int64_t frames_ = 0;
};

} // namespace fgagt::test
