#pragma once

#include <fgagt/errors.hpp>
#include <fgagt/flow/image_pyramid.hpp>
#include <fgagt/flow/lucas_kanade_kernels.hpp>
#include <fgagt/geometry.hpp>

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
    int iterations = 30;   ///< Newton-Raphson steps per level at most, [1, 1000]
    float epsilon = 0.01F; ///< a step that is not longer than this ends a level, pixels, >= 0
    /// A point is refused where the smaller eigenvalue of the window-mean structure tensor is below this,
    /// (grey levels per pixel)^2, >= 0; OpenCV's minEigThreshold times 1024.
    float min_eigenvalue = 0.1024F;
    /// Standard deviation of the Gaussian W that weighs the window's pixels, pixels, >= 0; 0: all weigh the
    /// same.
    float weight_sigma = 0;
};

/// Where one point went.
struct TrackedPoint {
    cv::Point2f position; ///< continuous image coordinates; finite, and without meaning where not found
    float error = 0;      ///< mean absolute difference of the two patches, grey levels; 0 where not found
    bool found = false;   ///< whether it could be followed

    friend bool operator==(const TrackedPoint&, const TrackedPoint&) = default;
};

/// Pyramidal Lucas-Kanade point tracker with Newton-Raphson refinement (Bouguet, "Pyramidal implementation of
/// the Lucas Kanade feature tracker", 2001): V = (AᵀW²A)⁻¹ AᵀW²b per level, coarse to fine.
///
/// Follows `cv::calcOpticalFlowPyrLK` in its rules: a level that fails keeps the guess of the coarser one,
/// and only the finest level can lose a point; where a step nearly undoes the one before it, half of it is
/// taken back and the level is done. The gradients are those of the interpolated patch, so no derivative
/// images are made and nothing is computed anew for the previous frame. One object must not be used by two
/// threads at once.
class LucasKanade {
public:
    using Options = LucasKanadeOptions;

    LucasKanade() : LucasKanade(LucasKanadeOptions{}) {}
    /// @throws InvalidArgument  an option is out of its range
    explicit LucasKanade(LucasKanadeOptions options) : options_(options) {
        validate();
        half_ = 0.5F * static_cast<float>(options_.window - 1);
        const auto area = [](int side) {
            return static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
        };
        patch_.resize(area(options_.window + 2));
        gradient_x_.resize(area(options_.window));
        gradient_y_.resize(area(options_.window));
        pixel_gradient_x_.resize(area(options_.window + 1));
        pixel_gradient_y_.resize(area(options_.window + 1));
        row_.resize(static_cast<std::size_t>(options_.window));
        make_weights();
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// Builds the pyramid that `track` needs of a CV_8UC1 image.
    void prepare(const cv::Mat& grey, GreyPyramid& pyramid) const {
        pyramid.build(grey, options_.levels, options_.window);
    }

    /// Finds points of one image in another.
    ///
    /// @param previous, current  pyramids of the same size, made by `prepare` (or with a larger window)
    /// @param points    [K] in `previous`; a point that is not finite or beyond kCoordinateLimit is not found
    /// @param tracked   becomes [K]
    /// @param guesses   [K] where they may be found, or empty: they start where they were
    /// @param finest    the pyramid level that is the finest one used; all points are in its coordinates
    /// @throws InvalidArgument  pyramids that do not fit each other, the window or `finest`; numbers
    ///                          that disagree
    void track(const GreyPyramid& previous, const GreyPyramid& current, std::span<const cv::Point2f> points,
               std::vector<TrackedPoint>& tracked, std::span<const cv::Point2f> guesses = {},
               int finest = 0) {
        check(previous, current, finest);
        if (!guesses.empty() && guesses.size() != points.size())
            detail::throw_invalid("LucasKanade::track: expected one guess per point or none, got ",
                                  guesses.size(), " guesses for ", points.size(), " points");
        tracked.resize(points.size());
        for (std::size_t i = 0; i < points.size(); ++i)
            tracked[i] =
                track_point(previous, current, points[i], guesses.empty() ? points[i] : guesses[i], finest);
    }

    /// As `track`, then tracks what was found back again: a point that does not come back to within
    /// `threshold` pixels of where it started is not found (Kalal et al., "Forward-backward error", ICPR
    /// 2010).
    void track_consistent(const GreyPyramid& previous, const GreyPyramid& current,
                          std::span<const cv::Point2f> points, float threshold,
                          std::vector<TrackedPoint>& tracked, int finest = 0) {
        track(previous, current, points, tracked, {}, finest);
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!tracked[i].found) continue;
            const cv::Point2f arrived = tracked[i].position;
            const TrackedPoint back = track_point(current, previous, arrived, arrived, finest);
            if (!back.found || cv::norm(back.position - points[i]) > threshold)
                tracked[i] = {tracked[i].position, 0, false};
        }
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

    void validate() const {
        const auto require = [](bool holds, const char* name, const char* range, auto value) {
            if (!holds)
                detail::throw_invalid("LucasKanade: expected ", name, " in ", range, ", got ", value,
                                      "; correct LucasKanadeOptions");
        };
        const Options& o = options_;
        require(o.window >= 3 && o.window <= detail::kMaxWindow, "window", "[3, 63]", o.window);
        require(o.levels >= 0 && o.levels <= 16, "levels", "[0, 16]", o.levels);
        require(o.iterations >= 1 && o.iterations <= 1000, "iterations", "[1, 1000]", o.iterations);
        require(std::isfinite(o.epsilon) && o.epsilon >= 0, "epsilon", "[0, inf)", o.epsilon);
        require(std::isfinite(o.min_eigenvalue) && o.min_eigenvalue >= 0, "min_eigenvalue", "[0, inf)",
                o.min_eigenvalue);
        require(std::isfinite(o.weight_sigma) && o.weight_sigma >= 0, "weight_sigma", "[0, inf)",
                o.weight_sigma);
    }

    /// W² of every pixel of the window; none when all weigh the same.
    void make_weights() {
        total_weight_ = static_cast<float>(options_.window * options_.window);
        if (!(options_.weight_sigma > 0)) return;
        total_weight_ = 0;
        for (int y = 0; y < options_.window; ++y)
            for (int x = 0; x < options_.window; ++x) {
                const float dx = (static_cast<float>(x) - half_) / options_.weight_sigma;
                const float dy = (static_cast<float>(y) - half_) / options_.weight_sigma;
                weights_.push_back(std::exp(-dx * dx - dy * dy));
                total_weight_ += weights_.back();
            }
    }

    void check(const GreyPyramid& previous, const GreyPyramid& current, int finest) const {
        if (previous.empty() || previous.size() != current.size())
            detail::throw_invalid("LucasKanade::track: expected two pyramids of the same size, got ",
                                  previous.size(), " and ", current.size());
        if (std::min(previous.border(), current.border()) <= options_.window)
            detail::throw_invalid("LucasKanade::track: expected pyramids built for a window of at least ",
                                  options_.window, ", got ",
                                  std::min(previous.border(), current.border()) - 1);
        if (finest < 0 || finest >= std::min(previous.levels(), current.levels()))
            detail::throw_invalid("LucasKanade::track: expected a finest level in [0, ",
                                  std::min(previous.levels(), current.levels()), "), got ", finest);
    }

    [[nodiscard]] TrackedPoint track_point(const GreyPyramid& previous, const GreyPyramid& current,
                                           cv::Point2f point, cv::Point2f guess, int finest) {
        const auto usable = [](cv::Point2f p) { // false for NaN
            return std::abs(p.x) <= kCoordinateLimit && std::abs(p.y) <= kCoordinateLimit;
        };
        if (!usable(point) || !usable(guess)) return {};
        const int coarsest =
            std::min({finest + options_.levels, previous.levels() - 1, current.levels() - 1});
        const auto at_level = [&](int level) { return 1.F / static_cast<float>(1 << (level - finest)); };
        const cv::Point2f source = pixel_centre::from_continuous(point);
        cv::Point2f target = pixel_centre::from_continuous(guess) * at_level(coarsest);
        bool found = false;
        for (int level = coarsest; level >= finest; --level) {
            if (level != coarsest) target *= 2;
            found = refine(previous.level(level), current.level(level), source * at_level(level), target);
        }
        const cv::Point2f corner = target - cv::Point2f(half_, half_);
        found = found && touches(current.level(finest), corner);
        return {pixel_centre::to_continuous(target), found ? difference(current.level(finest), corner) : 0,
                found};
    }

    /// Newton-Raphson on one level, in integer-centre coordinates. False where the point is lost; `target` is
    /// then as far as it got.
    [[nodiscard]] bool refine(const GreyView& previous, const GreyView& current, cv::Point2f source,
                              cv::Point2f& target) {
        // The smallest determinant that is inverted: OpenCV's FLT_EPSILON in the scaling of StructureTensor.
        constexpr float kSingular = 0.125F;
        const cv::Point2f half(half_, half_);
        if (!touches(previous, source - half)) return false;
        take_patch(previous, source - half);
        const StructureTensor a = structure_tensor();
        const float determinant = a.determinant();
        if (a.smaller_eigenvalue() / total_weight_ < options_.min_eigenvalue || determinant < kSingular)
            return false;

        cv::Point2f corner = target - half, last_step;
        for (int i = 0; i < options_.iterations; ++i) {
            if (!touches(current, corner)) return false;
            const cv::Point2f b = mismatch(current, corner);
            const cv::Point2f step((a.xy * b.y - a.yy * b.x) / determinant,
                                   (a.xy * b.x - a.xx * b.y) / determinant);
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

    /// Whether a window with this upper left pixel is no farther outside the image than the border goes.
    [[nodiscard]] bool touches(const GreyView& image, cv::Point2f corner) const noexcept {
        const auto reach = static_cast<float>(-options_.window);
        return corner.x >= reach && corner.x < static_cast<float>(image.width) && corner.y >= reach &&
               corner.y < static_cast<float>(image.height);
    }

    /// Fills `patch_` and its gradients.
    void take_patch(const GreyView& image, cv::Point2f corner) {
        const int left = cvFloor(corner.x), top = cvFloor(corner.y);
        const detail::BilinearWeights weights(corner.x - static_cast<float>(left),
                                              corner.y - static_cast<float>(top));
        const int window = options_.window;
        const bool inside =
            left >= 0 && top >= 0 && left + window < image.width && top + window < image.height;
        if (inside) {
            for (int y = -1; y <= window; ++y)
                detail::interpolate_grey(image.at(left - 1, top + y), image.stride, weights, window + 2,
                                         patch_row(y) - 1);
            for (int y = 0; y < window; ++y)
                detail::scharr_row<detail::kGreyBits>(patch_row(y), window + 2, window, row(gradient_x_, y),
                                                      row(gradient_y_, y));
        } else {
            for (int y = 0; y < window; ++y)
                detail::interpolate_grey(image.at(left, top + y), image.stride, weights, window,
                                         patch_row(y));
            take_gradients_at_border(image, left, top, weights);
        }
    }

    /// The gradient of what lies beyond the image is zero, not that of its mirror image: where the window
    /// reaches there, the pixels' own gradients are taken, blanked and then interpolated.
    void take_gradients_at_border(const GreyView& image, int left, int top,
                                  const detail::BilinearWeights& weights) {
        const int window = options_.window, side = window + 1;
        const int first = std::max(-left, 0), last = std::min(image.width - left, side);
        std::fill(pixel_gradient_x_.begin(), pixel_gradient_x_.end(), std::int16_t{0});
        std::fill(pixel_gradient_y_.begin(), pixel_gradient_y_.end(), std::int16_t{0});
        for (int y = std::max(-top, 0); y < std::min(image.height - top, side); ++y)
            detail::scharr_row<0>(image.at(left + first, top + y), image.stride, last - first,
                                  pixel_gradient_x_.data() + y * side + first,
                                  pixel_gradient_y_.data() + y * side + first);
        const auto interpolate = [&](const std::vector<std::int16_t>& pixels,
                                     std::vector<std::int16_t>& result) {
            for (int y = 0; y < window; ++y)
                detail::interpolate_row<detail::kWeightBits>(pixels.data() + y * side,
                                                             pixels.data() + (y + 1) * side, weights, window,
                                                             row(result, y));
        };
        interpolate(pixel_gradient_x_, gradient_x_);
        interpolate(pixel_gradient_y_, gradient_y_);
    }

    /// AᵀW²A of the patch; leaves W²A in the place of its gradients.
    [[nodiscard]] StructureTensor structure_tensor() {
        double xx = 0, xy = 0, yy = 0;
        for (int y = 0; y < options_.window; ++y) {
            std::int16_t* const gx = row(gradient_x_, y);
            std::int16_t* const gy = row(gradient_y_, y);
            if (weights_.empty()) {
                xx += detail::dot_row(gx, gx, options_.window);
                xy += detail::dot_row(gx, gy, options_.window);
                yy += detail::dot_row(gy, gy, options_.window);
                continue;
            }
            const float* const weights = weights_.data() + static_cast<std::ptrdiff_t>(y) * options_.window;
            for (int x = 0; x < options_.window; ++x) {
                const float weight = weights[x];
                const int weighted_x = cvRound(weight * static_cast<float>(gx[x]));
                const int weighted_y = cvRound(weight * static_cast<float>(gy[x]));
                xx += weighted_x * gx[x];
                xy += weighted_x * gy[x];
                yy += weighted_y * gy[x];
                gx[x] = static_cast<std::int16_t>(weighted_x);
                gy[x] = static_cast<std::int16_t>(weighted_y);
            }
        }
        constexpr double kUnit = 1.0 / (detail::kGradientScale * detail::kGradientScale);
        return {static_cast<float>(xx * kUnit), static_cast<float>(xy * kUnit),
                static_cast<float>(yy * kUnit)};
    }

    /// Calls `use(y, difference)` with every row of the image at `corner` minus the patch.
    template <class Use>
    void for_each_difference(const GreyView& image, cv::Point2f corner, Use use) {
        const int left = cvFloor(corner.x), top = cvFloor(corner.y);
        const detail::BilinearWeights weights(corner.x - static_cast<float>(left),
                                              corner.y - static_cast<float>(top));
        for (int y = 0; y < options_.window; ++y) {
            detail::interpolate_grey(image.at(left, top + y), image.stride, weights, options_.window,
                                     row_.data());
            detail::subtract_row(row_.data(), patch_row(y), options_.window);
            use(y, row_.data());
        }
    }

    /// AᵀW²b.
    [[nodiscard]] cv::Point2f mismatch(const GreyView& image, cv::Point2f corner) {
        double x = 0, y = 0;
        for_each_difference(image, corner, [&](int line, const std::int16_t* difference) {
            x += detail::dot_row(difference, row(gradient_x_, line), options_.window);
            y += detail::dot_row(difference, row(gradient_y_, line), options_.window);
        });
        constexpr double kUnit = 1.0 / (detail::kGradientScale * (1 << detail::kGreyBits));
        return {static_cast<float>(x * kUnit), static_cast<float>(y * kUnit)};
    }

    /// Mean absolute difference to the patch, in grey levels.
    [[nodiscard]] float difference(const GreyView& image, cv::Point2f corner) {
        double sum = 0;
        for_each_difference(image, corner, [&](int, const std::int16_t* difference) {
            sum += detail::magnitude_row(difference, options_.window);
        });
        return static_cast<float>(sum / ((1 << detail::kGreyBits) * options_.window * options_.window));
    }

    /// Row y of the patch, from the window's first column; the patch has one more pixel on every side.
    [[nodiscard]] std::int16_t* patch_row(int y) {
        return patch_.data() + (y + 1) * (options_.window + 2) + 1;
    }
    [[nodiscard]] std::int16_t* row(std::vector<std::int16_t>& gradients, int y) const {
        return gradients.data() + y * options_.window;
    }

    Options options_;
    float half_ = 0;             ///< from the window's first to its middle pixel
    std::vector<float> weights_; ///< W², empty when all are 1
    float total_weight_ = 0;

    std::vector<std::int16_t> patch_;                               ///< (window + 2)^2, of the previous image
    std::vector<std::int16_t> gradient_x_, gradient_y_;             ///< window^2, times W²
    std::vector<std::int16_t> pixel_gradient_x_, pixel_gradient_y_; ///< (window + 1)^2
    std::vector<std::int16_t> row_;                                 ///< window
};

} // namespace fgagt
