#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/detail/parallel.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/flow/detail/lucas_kanade_kernels.hpp>
#include <fgagt/flow/image_pyramid.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace fgagt {

/// Options of LucasKanade; the defaults are those of OpenCV's `calcOpticalFlowPyrLK`.
struct LucasKanadeOptions {
    int window = 21;       ///< side of the tracked patch, pixels, [3, 63]
    int levels = 3;        ///< further pyramid levels beyond the first, [0, 16]
    int iterations = 30;   ///< maximum Newton-Raphson steps per level, [1, 1000]
    float epsilon = 0.01F; ///< a step no longer than this ends a level, pixels, >= 0
    /// A point is rejected if the smaller eigenvalue of the window-mean structure tensor is below this, (grey
    /// levels per pixel)^2, >= 0; OpenCV's minEigThreshold times 1024.
    float min_eigenvalue = 0.1024F;
    /// Standard deviation of the Gaussian weights W of the window's pixels, pixels, >= 0; 0: equal weights.
    float weight_sigma = 0;
};

/// The result of tracking one point.
struct TrackedPoint {
    /// Continuous image coordinates; finite, but meaningless if not found.
    cv::Point2f position;
    float error = 0;    ///< mean absolute difference, grey levels; 0 if not found
    bool found = false; ///< whether it could be tracked

    friend bool operator==(const TrackedPoint&, const TrackedPoint&) = default;
};

/// Pyramidal Lucas-Kanade point tracker with Newton-Raphson refinement (Bouguet, "Pyramidal implementation of
/// the Lucas Kanade feature tracker", 2001): V = (A^T W^2 A)^-1 A^T W^2 b per level, coarse to fine.
///
/// It follows the rules of `cv::calcOpticalFlowPyrLK`. A level that fails keeps the guess of the coarser one,
/// and only the finest level can lose a point. If a step nearly undoes the one before it, half of it is taken
/// back and the level ends. Gradients are computed only around each point, so no derivative images are needed
/// and nothing is recomputed for the previous frame. Many points are shared among OpenCV's threads, which
/// changes no result. Two threads must not use one object at the same time.
class LucasKanade {
public:
    using Options = LucasKanadeOptions;

    LucasKanade() : LucasKanade(LucasKanadeOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit LucasKanade(LucasKanadeOptions options) : options_(options) {
        validate();
        kernels_ = detail::lucas_kanade_kernels(options_.window);
        half_ = 0.5F * static_cast<float>(options_.window - 1);
        make_weights();
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// Builds the pyramid that `track` needs, from a CV_8UC1 image.
    void prepare(const cv::Mat& grey, GreyPyramid& pyramid) const {
        pyramid.build(grey, options_.levels, options_.window);
    }

    /// Finds points of one image in another.
    ///
    /// @param previous, current  pyramids of the same size, made by `prepare` (or with a larger window)
    /// @param points    [K] in `previous`; a point that is not finite or beyond kCoordinateLimit is not found
    /// @param tracked   set to [K]
    /// @param guesses   [K] where the search starts, or empty: it starts at the old positions
    /// @param finest    the finest pyramid level that is used; all points are in its coordinates
    /// @throws InvalidArgument  the pyramids do not fit each other, the window or `finest`, or the numbers of
    ///                          points and guesses differ
    void track(const GreyPyramid& previous, const GreyPyramid& current, std::span<const cv::Point2f> points,
               std::vector<TrackedPoint>& tracked, std::span<const cv::Point2f> guesses = {},
               int finest = 0) {
        check(previous, current, finest);
        if (!guesses.empty() && guesses.size() != points.size())
            detail::throw_invalid("LucasKanade::track: expected one guess per point or none, got ",
                                  guesses.size(), " guesses for ", points.size(), " points");
        tracked.resize(points.size());
        each_point(points.size(), [&](std::size_t i, Patch& patch) {
            tracked[i] = track_point(previous, current, points[i], guesses.empty() ? points[i] : guesses[i],
                                     finest, patch);
            if (tracked[i].found)
                tracked[i].error =
                    difference(previous.level(finest), points[i], current.level(finest), tracked[i].position);
        });
    }

    /// As `track`, then tracks the found points back. A point that does not come back to within `threshold`
    /// pixels of its start is not found (Kalal et al., "Forward-backward error", ICPR 2010).
    void track_consistent(const GreyPyramid& previous, const GreyPyramid& current,
                          std::span<const cv::Point2f> points, float threshold,
                          std::vector<TrackedPoint>& tracked, int finest = 0) {
        track(previous, current, points, tracked, {}, finest);
        each_point(points.size(), [&](std::size_t i, Patch& patch) {
            if (!tracked[i].found) return;
            const cv::Point2f arrived = tracked[i].position;
            const TrackedPoint back = track_point(current, previous, arrived, arrived, finest, patch);
            if (!back.found || cv::norm(back.position - points[i]) > threshold)
                tracked[i] = {tracked[i].position, 0, false};
        });
    }

private:
    /// Sums over the window, in (grey levels per pixel)^2.
    struct StructureTensor {
        float xx = 0, xy = 0, yy = 0;

        [[nodiscard]] float determinant() const noexcept { return xx * yy - xy * xy; }
        [[nodiscard]] float smaller_eigenvalue() const noexcept {
            return 0.5F * (xx + yy - std::sqrt((xx - yy) * (xx - yy) + 4 * xy * xy));
        }
    };

    /// The patch around the point being tracked.
    struct Patch {
        std::vector<std::int16_t> derivative_x, derivative_y; ///< of pixels around the patch's points
        std::vector<std::int16_t> gradient_x, gradient_y;     ///< times W^2; see detail::Gradient

        explicit Patch(int window) {
            const auto rows_of = [&](int columns) {
                return static_cast<std::size_t>(window + 1) *
                       static_cast<std::size_t>(detail::padded(columns));
            };
            derivative_x.resize(rows_of(window + 1) + detail::kBlock);
            derivative_y.resize(derivative_x.size());
            gradient_x.resize(rows_of(window)); // the last row and the padding stay zero
            gradient_y.resize(gradient_x.size());
        }
    };

    /// A point in integer-centre coordinates: the pixel at its upper left and the offset from it.
    struct Place {
        cv::Point pixel;
        cv::Point2f offset; ///< [0, 1)

        explicit Place(cv::Point2f point) noexcept
            : pixel(cvFloor(point.x), cvFloor(point.y)),
              offset(point - cv::Point2f(pixel)) {}
    };

    /// Values at a pixel and at the next ones to the right, down, and both; interpolated in between.
    class Cell {
    public:
        Cell() = default;
        Cell(cv::Point2d here, cv::Point2d right, cv::Point2d down, cv::Point2d both) noexcept
            : here_(here),
              right_(right - here),
              down_(down - here),
              both_(both - right - down_) {}

        /// @param offset  from the pixel, [0, 1)
        [[nodiscard]] cv::Point2d at(cv::Point2d offset) const noexcept {
            return here_ + offset.x * right_ + offset.y * (down_ + offset.x * both_);
        }

    private:
        cv::Point2d here_, right_, down_, both_;
    };

    void validate() const {
        const detail::OptionCheck require("LucasKanade", "LucasKanadeOptions");
        const Options& o = options_;
        require(o.window >= 3 && o.window <= detail::kMaxWindow, "window", "in [3, 63]", o.window);
        require(o.levels >= 0 && o.levels <= 16, "levels", "in [0, 16]", o.levels);
        require(o.iterations >= 1 && o.iterations <= 1000, "iterations", "in [1, 1000]", o.iterations);
        require(detail::is_finite(o.epsilon) && o.epsilon >= 0, "epsilon", "in [0, inf)", o.epsilon);
        require(detail::is_finite(o.min_eigenvalue) && o.min_eigenvalue >= 0, "min_eigenvalue", "in [0, inf)",
                o.min_eigenvalue);
        require(detail::is_finite(o.weight_sigma) && o.weight_sigma >= 0, "weight_sigma", "in [0, inf)",
                o.weight_sigma);
    }

    /// W^2 of every pixel of the window; empty if all weights are equal.
    void make_weights() {
        total_weight_ = static_cast<float>(options_.window * options_.window);
        if (!(options_.weight_sigma > 0)) return;
        total_weight_ = 0;
        const int stride = detail::padded(options_.window);
        const int count = options_.window * stride;
        weights_.resize(static_cast<std::size_t>(count));
        for (int y = 0; y < options_.window; ++y)
            for (int x = 0; x < options_.window; ++x) {
                const float dx = (static_cast<float>(x) - half_) / options_.weight_sigma;
                const float dy = (static_cast<float>(y) - half_) / options_.weight_sigma;
                const int place = y * stride + x;
                float& weight = weights_[static_cast<std::size_t>(place)];
                weight = std::exp(-dx * dx - dy * dy);
                total_weight_ += weight;
            }
    }

    void check(const GreyPyramid& previous, const GreyPyramid& current, int finest) const {
        if (previous.empty() || previous.size() != current.size())
            detail::throw_invalid("LucasKanade::track: expected two pyramids of the same size, got ",
                                  previous.size().width, " x ", previous.size().height, " and ",
                                  current.size().width, " x ", current.size().height);
        if (std::min(previous.border(), current.border()) <= options_.window)
            detail::throw_invalid("LucasKanade::track: expected pyramids built for a window of at least ",
                                  options_.window, ", got ",
                                  std::min(previous.border(), current.border()) - 1);
        if (finest < 0 || finest >= std::min(previous.levels(), current.levels()))
            detail::throw_invalid("LucasKanade::track: expected a finest level in [0, ",
                                  std::min(previous.levels(), current.levels()), "), got ", finest);
    }

    /// Calls `follow(point, patch)` for each of the points. Each thread has its own patch.
    template <class Follow>
    void each_point(std::size_t points, const Follow& follow) {
        constexpr std::size_t kLeast = 32; // fewer points are not worth another thread
        const std::size_t parts = detail::parts_of(points, kLeast);
        while (patches_.size() < parts)
            patches_.emplace_back(options_.window);
        detail::in_parts(points, parts, [&](std::size_t part, std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i)
                follow(i, patches_[part]);
        });
    }

    /// Tracks one point; leaves its error at 0.
    [[nodiscard]] TrackedPoint track_point(const GreyPyramid& previous, const GreyPyramid& current,
                                           cv::Point2f point, cv::Point2f guess, int finest,
                                           Patch& patch) const {
        if (!is_usable(point) || !is_usable(guess)) return {};
        const int coarsest =
            std::min({finest + options_.levels, previous.levels() - 1, current.levels() - 1});
        const auto at_level = [&](int level) { return 1.F / static_cast<float>(1 << (level - finest)); };
        const cv::Point2f source = pixel_centre::from_continuous(point);
        cv::Point2f target = pixel_centre::from_continuous(guess) * at_level(coarsest);
        bool found = false;
        for (int level = coarsest; level >= finest; --level) {
            if (level != coarsest) target *= 2;
            found =
                refine(previous.level(level), current.level(level), source * at_level(level), target, patch);
        }
        const cv::Point2f corner = target - cv::Point2f(half_, half_);
        found = found && touches(current.level(finest), corner);
        return {pixel_centre::to_continuous(target), 0, found};
    }

    /// Newton-Raphson on one level, in integer-centre coordinates. Returns false if the point is lost;
    /// `target` is then the last position reached.
    [[nodiscard]] bool refine(const GreyView& previous, const GreyView& current, cv::Point2f source,
                              cv::Point2f& target, Patch& patch) const {
        // The smallest determinant that is inverted: OpenCV's FLT_EPSILON in the scaling of StructureTensor.
        constexpr float kSingular = 0.125F;
        const cv::Point2f half(half_, half_);
        if (!touches(previous, source - half)) return false;
        const Place origin(source - half);
        take_gradient(previous, origin, patch);
        const StructureTensor a = structure_tensor(patch);
        const float determinant = a.determinant();
        if (a.smaller_eigenvalue() / total_weight_ < options_.min_eigenvalue || determinant < kSingular)
            return false;

        // A^T W^2 times the patch's grey levels is linear in the patch's position between pixels, on each
        // axis, and so is the step. Both are therefore known everywhere in a pixel's cell once they are known
        // at its corners.
        const auto cell = [&](const GreyView& image, cv::Point pixel, auto value) {
            const detail::Correlation sums = kernels_.correlate(pixels_of(image, pixel), gradient_of(patch));
            const auto corner = [&](std::size_t i) { return value(cv::Point2d(sums.x[i], sums.y[i])); };
            return Cell(corner(0), corner(1), corner(2), corner(3));
        };
        const double unit = 1.0 / (detail::kGradientScale * static_cast<double>(determinant));
        const cv::Point2d wanted =
            cell(previous, origin.pixel, [](cv::Point2d sums) { return sums; }).at(origin.offset);
        const auto solve = [&](cv::Point2d sums) {
            const cv::Point2d b = unit * (sums - wanted);
            return cv::Point2d(a.xy * b.y - a.yy * b.x, a.xy * b.x - a.xx * b.y);
        };

        cv::Point2f corner = target - half, last_step;
        cv::Point2f known; // the pixel of the cell in `steps`
        Cell steps;
        for (int i = 0; i < options_.iterations; ++i) {
            if (!touches(current, corner)) return false;
            cv::Point2f offset = corner - known;
            // In the first iteration, and outside the current cell.
            if (i == 0 || !(offset.x >= 0 && offset.x < 1 && offset.y >= 0 && offset.y < 1)) {
                const Place place(corner);
                steps = cell(current, place.pixel, solve);
                known = place.pixel;
                offset = place.offset;
            }
            const cv::Point2f step = steps.at(offset);
            corner += step;
            target = corner + half;
            if (step.ddot(step) <= static_cast<double>(options_.epsilon) * options_.epsilon) break;
            if (i > 0 && std::abs(step.x + last_step.x) < 0.01F && std::abs(step.y + last_step.y) < 0.01F) {
                target -= 0.5F * step;
                break;
            }
            last_step = step;
        }
        return true;
    }

    /// Whether a window with this upper left pixel lies within the image and its border.
    [[nodiscard]] bool touches(const GreyView& image, cv::Point2f corner) const noexcept {
        const auto reach = static_cast<float>(-options_.window);
        return !detail::is_nan(corner.x) && !detail::is_nan(corner.y) && corner.x >= reach &&
               corner.x < static_cast<float>(image.width) && corner.y >= reach &&
               corner.y < static_cast<float>(image.height);
    }

    /// Fills the gradient. It is zero beyond the image, not that of the mirrored pixels.
    void take_gradient(const GreyView& image, const Place& place, Patch& patch) const {
        const int window = options_.window, side = window + 1, stride = detail::padded(side);
        kernels_.take_derivatives(pixels_of(image, place.pixel), side, side, patch.derivative_x.data(),
                                  patch.derivative_y.data(), stride);
        const cv::Rect all(place.pixel, cv::Size(side, side));
        const cv::Rect inside = all & cv::Rect(0, 0, image.width, image.height);
        if (inside != all) {
            clear_outside(inside - all.tl(), patch.derivative_x.data());
            clear_outside(inside - all.tl(), patch.derivative_y.data());
        }
        const detail::Fraction fraction(place.offset);
        kernels_.interpolate(patch.derivative_x.data(), fraction, window, patch.gradient_x.data());
        kernels_.interpolate(patch.derivative_y.data(), fraction, window, patch.gradient_y.data());
    }

    /// Sets the derivatives at points outside `inside` to zero.
    void clear_outside(cv::Rect inside, std::int16_t* derivative) const {
        const int side = options_.window + 1;
        for (int y = 0; y < side; ++y, derivative += detail::padded(side)) {
            const bool crosses = y >= inside.y && y < inside.y + inside.height;
            const int first = crosses ? inside.x : side;
            const int last = crosses ? inside.x + inside.width : side;
            std::fill(derivative, derivative + first, std::int16_t{0});
            std::fill(derivative + last, derivative + side, std::int16_t{0});
        }
    }

    /// Returns A^T W^2 A, and replaces the gradient by W^2 A.
    [[nodiscard]] StructureTensor structure_tensor(Patch& patch) const {
        const detail::TensorSums sums =
            weights_.empty() ? kernels_.sum_tensor(gradient_of(patch)) : weigh(patch);
        constexpr double kUnit = 1.0 / (detail::kGradientScale * detail::kGradientScale);
        return {static_cast<float>(sums.xx * kUnit), static_cast<float>(sums.xy * kUnit),
                static_cast<float>(sums.yy * kUnit)};
    }

    /// Multiplies the gradient by W^2, and sums the products of the result and the original gradient.
    [[nodiscard]] detail::TensorSums weigh(Patch& patch) const {
        detail::TensorSums sums;
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            std::int16_t &x = patch.gradient_x[i], &y = patch.gradient_y[i];
            const auto weighted_x = static_cast<std::int16_t>(cvRound(weights_[i] * static_cast<float>(x)));
            const auto weighted_y = static_cast<std::int16_t>(cvRound(weights_[i] * static_cast<float>(y)));
            sums.xx += weighted_x * x;
            sums.xy += weighted_x * y;
            sums.yy += weighted_y * y;
            x = weighted_x;
            y = weighted_y;
        }
        return sums;
    }

    /// Mean absolute difference of the patches around two points, in grey levels.
    [[nodiscard]] float difference(const GreyView& previous, cv::Point2f from, const GreyView& current,
                                   cv::Point2f to) const {
        const cv::Point2f half(half_, half_);
        const Place a(pixel_centre::from_continuous(from) - half),
            b(pixel_centre::from_continuous(to) - half);
        const double sum = kernels_.sum_differences(pixels_of(previous, a.pixel), detail::Fraction(a.offset),
                                                    pixels_of(current, b.pixel), detail::Fraction(b.offset),
                                                    options_.window);
        return static_cast<float>(sum / ((1 << detail::kGreyBits) * options_.window * options_.window));
    }

    [[nodiscard]] static detail::Pixels pixels_of(const GreyView& image, cv::Point pixel) noexcept {
        return {image.at(pixel.x, pixel.y), image.stride};
    }
    [[nodiscard]] detail::Gradient gradient_of(const Patch& patch) const noexcept {
        return {patch.gradient_x.data(), patch.gradient_y.data(), options_.window};
    }

    Options options_;
    float half_ = 0;             ///< distance from the window's first to its middle pixel
    std::vector<float> weights_; ///< W^2, laid out as the gradient; empty if all are 1
    float total_weight_ = 0;

    detail::LucasKanadeKernels kernels_;
    std::vector<Patch> patches_; ///< one per thread
};

} // namespace fgagt
