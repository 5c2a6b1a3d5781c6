#pragma once

#include "report/facts.hpp"
#include "report/picture.hpp"

#include <fgagt/drawing/track_colour.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

namespace plot {

inline constexpr double kWidth = 1000, kLeft = 60, kRight = 20;
inline const cv::Scalar kGrid(225, 225, 225), kInk(90, 60, 30), kSecond(60, 140, 235), kThird(120, 160, 60),
    kAlarm(40, 40, 220);

inline std::string rounded(double value, int digits) {
    std::array<char, 340> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

/// 1, 2 or 5 times a power of ten, so that at most `most` steps reach `length`.
inline double tidy_step(double length, int most) {
    const double least = std::max(length, 1e-9) / most;
    const double power = std::pow(10., std::floor(std::log10(least)));
    for (const double factor : {1., 2., 5.})
        if (factor * power >= least) return factor * power;
    return 10 * power;
}

/// Frames from left to right; frame k covers [x(k), x(k + 1)).
struct FrameAxis {
    double frames;

    [[nodiscard]] double x(double frame) const {
        return kLeft + (kWidth - kLeft - kRight) * (frame - 1) / std::max(1., frames);
    }
    void draw(Picture& picture, double top, double bottom) const {
        const double step = std::max(1., tidy_step(frames, 12));
        for (int k = 0; k * step <= frames; ++k) {
            const double frame = k * step;
            const double at = x(std::max(1., frame)); // the first frame is 1
            picture.line({{at, top}, {at, bottom}}, kGrid, 1);
            picture.text({at, bottom + 14}, rounded(std::max(1., frame), 0), Picture::Align::kMiddle);
        }
        picture.text({(kLeft + kWidth - kRight) / 2, bottom + 28}, "frame", Picture::Align::kMiddle);
    }
};

/// Values from bottom to top.
struct ValueAxis {
    double most, top, bottom;

    [[nodiscard]] double y(double value) const { return bottom - (bottom - top) * value / most; }
    void draw(Picture& picture, int digits) const {
        const double step = tidy_step(most, 5);
        for (int i = 0; i * step <= most * (1 + 1e-9); ++i) {
            picture.line({{kLeft, y(i * step)}, {kWidth - kRight, y(i * step)}}, kGrid, 1);
            picture.text({kLeft - 6, y(i * step) + 4}, rounded(i * step, digits), Picture::Align::kRight);
        }
    }
};

inline void legend(Picture& picture, const std::vector<std::pair<std::string, cv::Scalar>>& entries) {
    double x = kLeft;
    for (const auto& [name, colour] : entries) {
        picture.bars({{x, 6, 14, 4}}, colour);
        picture.text({x + 20, 13}, name);
        x += 40 + 7 * static_cast<double>(name.size());
    }
}

/// Boxes per frame, as means over up to 1000 equal parts of the sequence.
template <class Numbers>
std::vector<double> counts_over_time(const Numbers& frames_of_boxes, double frames) {
    const double columns = std::clamp(frames, 1., 1000.);
    std::vector<double> counts(static_cast<std::size_t>(columns));
    for (const auto& [frame, boxes] : frames_of_boxes) {
        const auto column = static_cast<std::size_t>((static_cast<double>(frame) - 1) * columns / frames);
        counts[std::min(column, counts.size() - 1)] += static_cast<double>(boxes) * columns / frames;
    }
    return counts;
}

} // namespace plot

/// One bar per track (class "bar"), thin where it was lost; ID switches as marks (class "switch").
inline Picture timeline_plot(const ReportFacts& facts) {
    using namespace plot;
    const auto tracks = static_cast<double>(facts.lives.size());
    const double row = std::clamp(900 / std::max(1., tracks), 5., 16.), top = 14;
    const double bottom = top + row * tracks;
    const FrameAxis axis{static_cast<double>(facts.frames)};
    Picture picture(kWidth, bottom + 36);
    axis.draw(picture, top, bottom);
    std::map<TrackId, double> rows;
    for (const TrackLife& life : facts.lives) {
        const double y = rows[life.id] = top + row * static_cast<double>(rows.size());
        std::vector<cv::Rect2d> parts;
        for (std::size_t i = 0; i < life.runs.size(); ++i) {
            const auto [first, last] = life.runs[i];
            const double from = axis.x(static_cast<double>(first));
            const double to = axis.x(static_cast<double>(last) + 1);
            parts.emplace_back(from, y + .15 * row, to - from, .7 * row);
            if (i + 1 < life.runs.size())
                parts.emplace_back(to, y + .45 * row,
                                   axis.x(static_cast<double>(life.runs[i + 1].first)) - to, .1 * row);
        }
        const std::string id = std::to_string(life.id);
        picture.bars(std::move(parts), track_colour(life.id),
                     "track " + id + ": frames " + std::to_string(life.first()) + " to " +
                         std::to_string(life.last()) + ", " + std::to_string(life.boxes) + " boxes, " +
                         std::to_string(life.runs.size() - 1) + " gaps, mean score " + rounded(life.score, 2),
                     "bar");
        if (row >= 10)
            picture.text({kLeft - 6, y + .75 * row}, id, Picture::Align::kRight, std::min(11., row - 2));
    }
    if (!facts.comparison) return picture;
    for (const IdSwitch& event : facts.comparison->switches)
        picture.mark({axis.x(static_cast<double>(event.frame)), rows.at(event.after) + .4 * row},
                     std::max(7., .6 * row), kAlarm,
                     "frame " + std::to_string(event.frame) + ": object " + std::to_string(event.object) +
                         " changes from track " + std::to_string(event.before) + " to " +
                         std::to_string(event.after),
                     "switch");
    return picture;
}

/// Boxes per frame and, with ground truth, the correct number of boxes.
inline Picture count_plot(const ReportFacts& facts) {
    using namespace plot;
    const auto frames = static_cast<double>(std::max<std::int64_t>(1, facts.frames));
    std::vector<std::pair<std::int64_t, int>> boxes, truth;
    for (const ResultRow& row : facts.result.rows())
        boxes.emplace_back(row.frame, 1);
    std::vector<std::pair<std::string, cv::Scalar>> entries{{"tracks", kInk}};
    if (facts.comparison) {
        entries.emplace_back("ground truth", kSecond);
        for (const AlignedFrame& frame : facts.comparison->sequence.frames)
            truth.emplace_back(frame.number, static_cast<int>(frame.gt_ids.size()));
    }
    const std::vector<double> found = counts_over_time(boxes, frames);
    const std::vector<double> expected = counts_over_time(truth, frames);
    const double most = std::max({1., *std::ranges::max_element(found), *std::ranges::max_element(expected)});
    Picture picture(kWidth, 240);
    const FrameAxis axis{frames};
    const ValueAxis values{most, 24, 204};
    axis.draw(picture, values.top, values.bottom);
    values.draw(picture, most < 5 ? 1 : 0);
    legend(picture, entries);
    const auto curve = [&](const std::vector<double>& counts, const cv::Scalar& colour) {
        std::vector<cv::Point2d> points;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const double width = frames / static_cast<double>(counts.size());
            const double first = 1 + width * static_cast<double>(i);
            points.emplace_back(axis.x(first), values.y(counts[i]));
            points.emplace_back(axis.x(first + width), values.y(counts[i]));
        }
        picture.line(std::move(points), colour, 1.5);
    };
    if (facts.comparison) curve(expected, kSecond);
    curve(found, kInk);
    return picture;
}

/// HOTA, DetA and AssA over the localisation threshold alpha.
inline Picture hota_plot(const HotaCounts& hota) {
    using namespace plot;
    Picture picture(kWidth, 260);
    const ValueAxis values{1, 24, 220};
    values.draw(picture, 1);
    const auto x = [](double alpha) { return kLeft + (kWidth - kLeft - kRight) * alpha; };
    for (int tenth = 1; tenth < 10; ++tenth) {
        picture.line({{x(.1 * tenth), values.top}, {x(.1 * tenth), values.bottom}}, kGrid, 1);
        picture.text({x(.1 * tenth), values.bottom + 14}, rounded(.1 * tenth, 1), Picture::Align::kMiddle);
    }
    picture.text({x(.5), values.bottom + 28}, "alpha (minimum IoU of a match)", Picture::Align::kMiddle);
    legend(picture, {{"HOTA", kInk}, {"DetA", kSecond}, {"AssA", kThird}});
    std::vector<cv::Point2d> all, detection, association;
    for (std::size_t a = 0; a < kHotaThresholds; ++a) {
        const double at = x(HotaCounts::alpha(a));
        all.emplace_back(at, values.y(hota.hota(a)));
        detection.emplace_back(at, values.y(hota.det_a(a)));
        association.emplace_back(at, values.y(hota.ass_a(a)));
    }
    picture.line(std::move(detection), kSecond, 1.5);
    picture.line(std::move(association), kThird, 1.5);
    picture.line(std::move(all), kInk, 2.5);
    return picture;
}

/// Mean time per stage as a bar, and the 95th percentile as a line.
inline Picture stage_plot(const std::vector<StageCost>& stages) {
    using namespace plot;
    constexpr double kRow = 22, kBegin = 90, kEnd = 780;
    double most = 1e-9;
    for (const StageCost& stage : stages)
        most = std::max({most, stage.mean, stage.p95});
    Picture picture(kWidth, kRow * static_cast<double>(stages.size()) + 10);
    double y = 4;
    for (const StageCost& stage : stages) {
        const auto length = [&](double microseconds) { return (kEnd - kBegin) * microseconds / most; };
        picture.text({kBegin - 8, y + 14}, stage.name, Picture::Align::kRight);
        picture.bars({{kBegin, y + 3, length(stage.mean), kRow - 8}}, kSecond);
        const double p95 = kBegin + length(stage.p95);
        picture.line({{kBegin + length(stage.mean), y + 10}, {p95, y + 10}}, kInk, 1);
        picture.line({{p95, y + 5}, {p95, y + 15}}, kInk, 1);
        picture.text({std::max(p95, kBegin + length(stage.mean)) + 8, y + 14},
                     rounded(stage.mean / 1000, 3) + " ms (95 %: " + rounded(stage.p95 / 1000, 3) + " ms)");
        y += kRow;
    }
    return picture;
}

} // namespace fgagt::examples
