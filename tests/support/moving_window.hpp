#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/detail/scene_painting.hpp> // KeyedRandom
#include <fgagt/io/rows_by_frame.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

namespace fgagt::test {

/// How a window moves over the frames of a static camera.
enum class WindowPath : std::uint8_t {
    /// Smoothly back and forth on both axes, up to about 8 pixels per frame.
    kPan,
    /// Slightly unsteady, with a sudden jolt of 30 to 120 pixels about every 20 frames.
    kJolts,
    /// In and out by a quarter about the centre, up to 0.8 % per frame.
    kZoom,
};

struct MovingWindowOptions {
    WindowPath path = WindowPath::kPan;
    cv::Size source{1920, 1080}; ///< size of the static camera's frames, pixels
    cv::Size view{1280, 720};    ///< size of its frames; 4/3 of it (for zoom) must fit the source
    /// A box is visible if at least this share of its area is inside the window, (0, 1].
    double least_inside = 0.3;
    std::uint64_t seed = 1;
};

/// Turns a sequence of a static camera into one of a moving camera with known motion: each frame is the part
/// of the original frame inside a moving window. Frames are counted from 1, as in MOTChallenge text.
///
/// Ground truth and detection boxes move along by the same rule. Boxes that cross the window's border stay
/// whole (MOTChallenge does not clip its boxes either) until less than `least_inside` of them is left. The
/// detections are those of the static camera; a detector that runs on the window would find other boxes at
/// its border.
class MovingWindow {
public:
    /// @param frames  number of frames, >= 1
    /// @throws InvalidArgument  the source is too small for the view
    MovingWindow(std::int64_t frames, MovingWindowOptions options) : options_(options) {
        if (kMostZoom * options.view.width > options.source.width ||
            kMostZoom * options.view.height > options.source.height)
            detail::throw_invalid(
                "MovingWindow: expected a source of at least 4/3 the size of the view, got ",
                options.source.width, " x ", options.source.height);
        switch (options.path) {
        case WindowPath::kPan:
            pan(frames);
            break;
        case WindowPath::kJolts:
            jolt(frames);
            break;
        case WindowPath::kZoom:
            zoom(frames);
            break;
        }
    }

    [[nodiscard]] const MovingWindowOptions& options() const noexcept { return options_; }

    /// The window in the source, in continuous coordinates; always inside the source.
    [[nodiscard]] const Box& window(std::int64_t frame) const {
        return windows_.at(static_cast<std::size_t>(frame - 1));
    }

    /// The map from the source to the view, in continuous coordinates of both.
    [[nodiscard]] Affine to_view(std::int64_t frame) const {
        const Box& place = window(frame);
        const double scale = static_cast<double>(options_.view.width) / place.width;
        return {.a = scale, .tx = -scale * place.left, .d = scale, .ty = -scale * place.top};
    }

    /// The map from the previous frame's view to this one's; for the first frame the identity.
    [[nodiscard]] Affine camera_motion(std::int64_t frame) const {
        if (frame == 1) return {};
        const Affine before = to_view(frame - 1);
        const Affine now = to_view(frame);
        const double scale = now.a / before.a;
        return {.a = scale, .tx = now.tx - scale * before.tx, .d = scale, .ty = now.ty - scale * before.ty};
    }

    /// The part of a source frame inside the window.
    [[nodiscard]] cv::Mat view(const cv::Mat& source, std::int64_t frame) const {
        const Affine map = to_view(frame);
        const cv::Point2f origin = pixel_centre::to_continuous(cv::Point2f(0, 0));
        const cv::Matx23d at_centres(map.a, 0, map.a * origin.x + map.tx - origin.x, 0, map.d,
                                     map.d * origin.y + map.ty - origin.y);
        cv::Mat result;
        cv::warpAffine(source, result, at_centres, options_.view, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
        return result;
    }

    /// Whether enough of a source box is inside the window.
    [[nodiscard]] bool shows(const Box& box, std::int64_t frame) const {
        const double inside = intersection_area(box, window(frame));
        return inside > 0 && inside >= options_.least_inside * area(box);
    }

    /// Converts a box from the source to the view. `AnyBox` is Box or MotBox.
    template <class AnyBox>
    [[nodiscard]] AnyBox seen(const AnyBox& box, std::int64_t frame) const {
        using Number = decltype(box.left);
        const Affine map = to_view(frame);
        return {static_cast<Number>(map.a * box.left + map.tx), static_cast<Number>(map.d * box.top + map.ty),
                static_cast<Number>(map.a * box.width), static_cast<Number>(map.d * box.height)};
    }

    /// The visible rows of a ground truth or detection file, in source coordinates.
    template <class Row>
    [[nodiscard]] RowsByFrame<Row> shown(const RowsByFrame<Row>& rows) const {
        std::vector<Row> kept;
        for (const Row& row : rows.rows())
            if (shows(row.box, row.frame)) kept.push_back(row);
        return RowsByFrame<Row>(std::move(kept));
    }

    /// The same rows in view coordinates.
    template <class Row>
    [[nodiscard]] RowsByFrame<Row> seen(const RowsByFrame<Row>& rows) const {
        std::vector<Row> kept;
        for (const Row& row : rows.rows()) {
            if (!shows(row.box, row.frame)) continue;
            kept.push_back(row);
            kept.back().box = seen(row.box, row.frame);
        }
        return RowsByFrame<Row>(std::move(kept));
    }

private:
    static constexpr double kTau = 2 * std::numbers::pi;
    static constexpr double kMostZoom = 4.0 / 3;

    enum Purpose : std::uint8_t { kPhases, kShifts }; ///< purpose of random numbers; part of their key

    void pan(std::int64_t frames) {
        constexpr double kPeriodX = 240, kPeriodY = 170; // frames
        KeyedRandom random(options_.seed, kPhases);
        const double phase_x = random.uniform(0, kTau);
        const double phase_y = random.uniform(0, kTau);
        const auto swing = [](double angle) { return 0.5 - 0.5 * std::cos(angle); };
        for (std::int64_t k = 0; k < frames; ++k) {
            const auto time = static_cast<double>(k);
            place(swing(kTau * time / kPeriodX + phase_x) * room_x(),
                  swing(kTau * time / kPeriodY + phase_y) * room_y(), 1);
        }
    }

    void jolt(std::int64_t frames) {
        constexpr double kUnsteady = 0.5;                // standard deviation, pixels
        constexpr double kJoltsPerFrame = 1.0 / 20;      // probability
        constexpr double kShortest = 30, kLongest = 120; // pixels
        double x = 0.5 * room_x(), y = 0.5 * room_y();
        for (std::int64_t k = 0; k < frames; ++k) {
            KeyedRandom random(options_.seed, kShifts, k);
            if (random.uniform() < kJoltsPerFrame) {
                const double length = random.uniform(kShortest, kLongest);
                const double direction = random.uniform(0, kTau);
                x = std::clamp(x + length * std::cos(direction), 0.0, room_x());
                y = std::clamp(y + length * std::sin(direction), 0.0, room_y());
            }
            place(x + kUnsteady * random.normal(), y + kUnsteady * random.normal(), 1);
        }
    }

    void zoom(std::int64_t frames) {
        constexpr double kPeriod = 200; // frames
        // Amplitude of the logarithm of the size; less than that of kMostZoom.
        constexpr double kSwing = 0.25;
        const double phase = KeyedRandom(options_.seed, kPhases).uniform(0, kTau);
        for (std::int64_t k = 0; k < frames; ++k) {
            const double size = std::exp(kSwing * std::sin(kTau * static_cast<double>(k) / kPeriod + phase));
            place(0.5 * (options_.source.width - size * options_.view.width),
                  0.5 * (options_.source.height - size * options_.view.height), size);
        }
    }

    [[nodiscard]] double room_x() const { return options_.source.width - options_.view.width; }
    [[nodiscard]] double room_y() const { return options_.source.height - options_.view.height; }

    /// Appends a frame's window of `size` times the view, clamped to the source.
    void place(double left, double top, double size) {
        const double width = size * options_.view.width;
        const double height = size * options_.view.height;
        windows_.push_back({static_cast<float>(std::clamp(left, 0.0, options_.source.width - width)),
                            static_cast<float>(std::clamp(top, 0.0, options_.source.height - height)),
                            static_cast<float>(width), static_cast<float>(height)});
    }

    MovingWindowOptions options_;
    std::vector<Box> windows_;
};

} // namespace fgagt::test
