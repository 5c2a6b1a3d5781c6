#pragma once

#include <fgagt/types.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fgagt::examples {

/// A colour of its own for every id, the same in every run: the golden ratio spreads the hues of consecutive
/// ids evenly, and brightness alternates among ids whose hues come close.
inline cv::Scalar colour_of(TrackId id) {
    const double turns = static_cast<double>(id) * 0.6180339887498949;
    const double hue = 6 * (turns - std::floor(turns));
    const double value = id % 3 == 0 ? 205 : 255;
    const double saturation = id % 2 == 0 ? .6 : .85;
    const auto channel = [&](double offset) {
        const double position = std::fmod(offset + hue, 6.);
        return value * (1 - saturation * std::clamp(std::min(position, 4 - position), 0., 1.));
    };
    return {channel(1), channel(3), channel(5)}; // blue, green, red
}

/// Draws tracks onto frames of one video: a box and a label in the colour of the id, and the way that the
/// object came. Boxes without a detection in this frame, which are only predicted, are thin and dashed. Line
/// widths and letters grow with the frame's height.
class Annotator {
public:
    /// @param trail_length  number of past positions shown per track; 0 draws no trails
    explicit Annotator(std::size_t trail_length = 30) : trail_length_(trail_length) {}

    /// @param frame   CV_8UC3, drawn on
    /// @param tracks  those of this frame, each id once; trails of all others are forgotten
    void draw(cv::Mat& frame, std::span<const Track> tracks) {
        unit_ = std::max(frame.rows, 240) / 480.;
        remember(tracks);
        std::vector<const Track*> far_to_near;
        for (const Track& track : tracks)
            far_to_near.push_back(&track);
        std::stable_sort(far_to_near.begin(), far_to_near.end(),
                         [](const Track* a, const Track* b) { return a->box.bottom() < b->box.bottom(); });
        for (const auto draw_part : {&Annotator::draw_trail, &Annotator::draw_box, &Annotator::draw_label})
            for (const Track* track : far_to_near)
                (this->*draw_part)(frame, *track);
    }

private:
    static constexpr int kShift =
        4; // drawing functions take coordinates in 1/16 pixel, integer at pixel centres

    static cv::Point fixed(cv::Point2f continuous) {
        constexpr float kScale = 1 << kShift;
        return {cvRound((continuous.x - .5F) * kScale), cvRound((continuous.y - .5F) * kScale)};
    }

    [[nodiscard]] int thickness(double units) const { return std::max(1, cvRound(units * unit_)); }

    void remember(std::span<const Track> tracks) {
        std::map<TrackId, std::deque<cv::Point2f>> current;
        for (const Track& track : tracks) {
            std::deque<cv::Point2f>& trail = current[track.id];
            if (const auto known = trails_.find(track.id); known != trails_.end())
                trail = std::move(known->second);
            trail.emplace_back(track.box.centre().x, track.box.bottom());
            if (trail.size() > trail_length_) trail.pop_front();
        }
        trails_ = std::move(current);
    }

    /// Thins out towards its older end.
    void draw_trail(cv::Mat& frame, const Track& track) const {
        const std::deque<cv::Point2f>& trail = trails_.at(track.id);
        for (std::size_t i = 1; i < trail.size(); ++i) {
            const double share = static_cast<double>(i) / static_cast<double>(trail.size());
            cv::line(frame, fixed(trail[i - 1]), fixed(trail[i]), colour_of(track.id),
                     thickness(.8 + 1.7 * share), cv::LINE_AA, kShift);
        }
    }

    void draw_box(cv::Mat& frame, const Track& track) const {
        const Box& box = track.box;
        const std::vector<cv::Point2f> corners{{box.left, box.top},
                                               {box.right(), box.top},
                                               {box.right(), box.bottom()},
                                               {box.left, box.bottom()}};
        const bool predicted = !track.detection.has_value();
        for (std::size_t i = 0; i < corners.size(); ++i) {
            const cv::Point2f a = corners[i], b = corners[(i + 1) % corners.size()];
            if (predicted)
                draw_dashes(frame, a, b, colour_of(track.id));
            else
                cv::line(frame, fixed(a), fixed(b), colour_of(track.id), thickness(2), cv::LINE_AA, kShift);
        }
    }

    void draw_dashes(cv::Mat& frame, cv::Point2f a, cv::Point2f b, const cv::Scalar& colour) const {
        const cv::Point2f way = b - a;
        const double length = std::hypot(way.x, way.y);
        const int dashes = std::max(1, cvRound((length / (6 * unit_) + 1) / 2)); // both ends are drawn
        const auto parts = static_cast<float>(2 * dashes - 1);
        for (int i = 0; i < dashes; ++i)
            cv::line(frame, fixed(a + way * (static_cast<float>(2 * i) / parts)),
                     fixed(a + way * (static_cast<float>(2 * i + 1) / parts)), colour, thickness(1),
                     cv::LINE_AA, kShift);
    }

    /// A filled plate above the box, or inside it at the frame's upper edge, always wholly in the frame.
    void draw_label(cv::Mat& frame, const Track& track) const {
        const cv::Scalar colour = colour_of(track.id);
        const double size = .42 * unit_;
        const int font = cv::FONT_HERSHEY_DUPLEX, stroke = thickness(.8), padding = thickness(3);
        const std::string text = std::to_string(track.id);
        int below = 0;
        const cv::Size letters = cv::getTextSize(text, font, size, stroke, &below);
        const cv::Size plate(letters.width + 2 * padding, letters.height + 2 * padding);
        const int line = thickness(2) / 2;
        cv::Point corner(cvRound(track.box.left) - line, cvRound(track.box.top) - plate.height - line);
        if (corner.y < 0) corner.y = cvRound(track.box.top) + line;
        corner.x = std::clamp(corner.x, 0, std::max(0, frame.cols - plate.width));
        corner.y = std::clamp(corner.y, 0, std::max(0, frame.rows - plate.height));
        cv::rectangle(frame, cv::Rect(corner, plate), colour, cv::FILLED);
        const double brightness = .114 * colour[0] + .587 * colour[1] + .299 * colour[2];
        cv::putText(frame, text, corner + cv::Point(padding, plate.height - padding), font, size,
                    cv::Scalar::all(brightness > 130 ? 0 : 255), stroke, cv::LINE_AA);
    }

    std::size_t trail_length_;
    double unit_ = 1; ///< frame height in units of 480 pixels
    std::map<TrackId, std::deque<cv::Point2f>> trails_;
};

} // namespace fgagt::examples
