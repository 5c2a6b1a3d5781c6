#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/drawing/detail/canvas.hpp>
#include <fgagt/drawing/track_colour.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fgagt {

/// What to draw for a track.
struct TrackPainterOptions {
    std::size_t trail_length = 30; ///< number of past positions shown per track; 0 draws no trails
    bool boxes = true;             ///< whether boxes are drawn
    bool labels = true;            ///< whether IDs are written
};

/// Draws tracks onto the frames of one video: a box and a label in the colour of the ID (track_colour()), and
/// the trail of the object's foot point. Boxes that are only predicted, without a detection in this frame,
/// are thin and dashed. Nearer objects, whose bottom edge is lower, are drawn over farther ones.
///
///     TrackPainter painter;
///     for (...) painter.draw(frame, tracker.update(frame, detections).tracks);
class TrackPainter {
public:
    using Options = TrackPainterOptions;

    TrackPainter() = default;
    /// Draws as set in `options`.
    explicit TrackPainter(Options options) : options_(options) {}

    /// @param frame   CV_8UC3, modified
    /// @param tracks  tracks of this frame, each ID once. Trails of all other tracks are forgotten. Unusable
    ///                boxes are skipped, see is_usable().
    /// @throws InvalidArgument  the frame is empty or of another type
    void draw(cv::Mat& frame, std::span<const Track> tracks) {
        detail::Canvas canvas(frame, "TrackPainter::draw");
        std::vector<const Track*> far_to_near;
        for (const Track& track : tracks)
            if (is_usable(track.box)) far_to_near.push_back(&track);
        remember(far_to_near);
        std::stable_sort(far_to_near.begin(), far_to_near.end(),
                         [](const Track* a, const Track* b) { return a->box.bottom() < b->box.bottom(); });
        for (const Track* track : far_to_near)
            draw_trail(canvas, *track);
        for (const Track* track : far_to_near)
            if (options_.boxes) draw_box(canvas, *track);
        for (const Track* track : far_to_near)
            if (options_.labels)
                canvas.label({track->box.left, track->box.top}, std::to_string(track->id),
                             track_colour(track->id));
    }

private:
    void remember(const std::vector<const Track*>& tracks) {
        std::map<TrackId, std::deque<cv::Point2f>> current;
        for (const Track* track : tracks) {
            std::deque<cv::Point2f>& trail = current[track->id];
            if (const auto known = trails_.find(track->id); known != trails_.end())
                trail = std::move(known->second);
            trail.emplace_back(track->box.centre().x, track->box.bottom());
            if (trail.size() > options_.trail_length) trail.pop_front();
        }
        trails_ = std::move(current);
    }

    /// Draws a trail that gets thinner towards its older end.
    void draw_trail(detail::Canvas& canvas, const Track& track) const {
        const std::deque<cv::Point2f>& trail = trails_.at(track.id);
        for (std::size_t i = 1; i < trail.size(); ++i) {
            const double share = static_cast<double>(i) / static_cast<double>(trail.size());
            canvas.line(trail[i - 1], trail[i], track_colour(track.id), .8 + 1.7 * share);
        }
    }

    static void draw_box(detail::Canvas& canvas, const Track& track) {
        const Box& box = track.box;
        const std::array<cv::Point2f, 5> corners{{{box.left, box.top},
                                                  {box.right(), box.top},
                                                  {box.right(), box.bottom()},
                                                  {box.left, box.bottom()},
                                                  {box.left, box.top}}};
        const cv::Scalar colour = track_colour(track.id);
        const auto draw_sides = [&](auto draw_side) {
            for (std::size_t i = 1; i < corners.size(); ++i)
                draw_side(corners[i - 1], corners[i]);
        };
        if (!track.detection) {
            draw_sides([&](cv::Point2f a, cv::Point2f b) { canvas.dashes(a, b, colour, 1); });
            return;
        }
        draw_sides([&](cv::Point2f a, cv::Point2f b) { canvas.line(a, b, text_colour_on(colour), 3.5); });
        draw_sides([&](cv::Point2f a, cv::Point2f b) { canvas.line(a, b, colour, 2); });
    }

    Options options_;
    std::map<TrackId, std::deque<cv::Point2f>> trails_;
};

} // namespace fgagt
