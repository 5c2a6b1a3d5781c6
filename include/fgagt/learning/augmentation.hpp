#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/labelled_sequence.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace fgagt {

/// Options of Augmentation. Spreads are standard deviations.
struct AugmentationOptions {
    /// Spread of the logarithm of a factor on all pixels of a frame, >= 0.
    double brightness = 0.15;
    /// Spread of the logarithm of the exponent of a frame's grey levels, >= 0.
    double contrast = 0.1;
    /// Spread of the logarithm of a factor on each colour of a frame, >= 0.
    double cast = 0.05;
    /// Maximum standard deviation of a frame's Gaussian blur, pixels, >= 0.
    double blur = 0.8;
    /// Probability that another person covers part of a patch, [0, 1].
    double occlusion = 0.2;
    /// Spread of a box's centre and size, relative to its size, >= 0.
    double jitter = 0.03;
    /// Probability that an identity gets different colours, [0, 1].
    double recolouring = 0.7;
    /// Whether half of the samples are mirrored.
    bool flip = true;
};

/// Varies the appearance of training samples, so that few filmed people and lighting conditions become many.
/// The colours of an identity and the light of a moment are drawn once. They apply to all patches of that
/// identity or that moment.
class Augmentation {
public:
    using Options = AugmentationOptions;
    using Random = KeyedRandom; ///< source of random numbers

    /// Light and sharpness of one moment.
    struct Light {
        cv::Mat curve;   ///< 1 x 256, CV_8UC3: new level of each level
        double blur = 0; ///< standard deviation, pixels
    };

    /// Colour changes of a body in bands by height. Each band starts at the lower end of the previous one.
    struct Colours {
        /// One change.
        struct Band {
            double end = 1;        ///< lower end of the band, relative to the box's height
            double hue = 0;        ///< added to the hue, which is in [0, 180)
            double saturation = 1; ///< factor
            double value = 1;      ///< factor
            double gamma = 1;      ///< exponent of the value
        };
        std::array<Band, 3> bands{}; ///< head, torso, legs
        bool change = false;         ///< false: colours as filmed
    };

    Augmentation() : Augmentation(AugmentationOptions{}) {}
    /// @throws InvalidArgument  a spread is negative or not finite, or a probability is not in [0, 1]
    explicit Augmentation(AugmentationOptions options) : options_(options) {
        for (const double spread : {options.brightness, options.contrast, options.cast, options.blur,
                                    options.jitter, options.occlusion, options.recolouring})
            if (!(detail::is_finite(spread) && spread >= 0))
                detail::throw_invalid("Augmentation: expected finite spreads >= 0, got ", spread);
        for (const double probability : {options.occlusion, options.recolouring})
            if (probability > 1)
                detail::throw_invalid("Augmentation: expected probabilities in [0, 1], got ", probability);
    }

    /// An augmentation that leaves all patches unchanged.
    [[nodiscard]] static Augmentation none() {
        return Augmentation({.brightness = 0,
                             .contrast = 0,
                             .cast = 0,
                             .blur = 0,
                             .occlusion = 0,
                             .jitter = 0,
                             .recolouring = 0,
                             .flip = false});
    }

    [[nodiscard]] const AugmentationOptions& options() const noexcept { return options_; }

    /// Draws the light of a moment.
    [[nodiscard]] Light light(Random& random) const {
        Light light;
        if (options_.brightness > 0 || options_.contrast > 0 || options_.cast > 0) {
            const double gain = std::exp(options_.brightness * random.normal());
            const double gamma = std::exp(options_.contrast * random.normal());
            light.curve.create(1, 256, CV_8UC3);
            for (int channel = 0; channel < 3; ++channel) {
                const double factor = gain * std::exp(options_.cast * random.normal());
                for (int level = 0; level < 256; ++level)
                    light.curve.at<cv::Vec3b>(level)[channel] =
                        cv::saturate_cast<std::uint8_t>(255 * factor * std::pow(level / 255.0, gamma));
            }
        }
        light.blur = std::max(0.0, random.uniform(-1, 1)) * options_.blur;
        return light;
    }

    /// Draws the colours of an identity.
    [[nodiscard]] Colours colours(Random& random) const {
        Colours colours;
        colours.change = random.uniform() < options_.recolouring;
        colours.bands[0].end = random.uniform(0.12, 0.2);
        colours.bands[1].end = random.uniform(0.4, 0.65);
        for (std::size_t band = 0; band < colours.bands.size(); ++band) {
            const double strength = band == 0 ? 0.3 : 1;
            colours.bands[band].hue = 180 * strength * random.uniform(-0.5, 0.5);
            colours.bands[band].saturation = std::exp(strength * 0.7 * random.normal());
            colours.bands[band].value = std::exp(strength * 0.35 * random.normal());
            colours.bands[band].gamma = std::exp(strength * 0.3 * random.normal());
        }
        return colours;
    }

    /// Changes a patch to these colours and this light.
    ///
    /// @param patch     patch as filmed
    /// @param colours   colours of the identity
    /// @param light     light of the moment
    /// @param occluder  a patch that may randomly cover part of it; nullptr: none
    /// @param mirrored  whether to swap left and right
    /// @param random    random numbers for occlusion and jitter
    /// @return  a changed copy, with jitter in its box
    [[nodiscard]] Patch apply(const Patch& patch, const Colours& colours, const Light& light,
                              const Patch* occluder, bool mirrored, Random& random) const {
        Patch result{patch.pixels.clone(), patch.box};
        if (result.pixels.empty()) return result;
        if (colours.change) recolour(result, colours);
        const bool covered = random.uniform() < options_.occlusion;
        if (covered && occluder != nullptr && !occluder->pixels.empty()) cover(result, *occluder, random);
        if (!light.curve.empty()) cv::LUT(result.pixels, light.curve, result.pixels);
        if (light.blur > 0.2) cv::GaussianBlur(result.pixels, result.pixels, {}, light.blur);
        if (mirrored) {
            cv::flip(result.pixels, result.pixels, 1);
            result.box.left = static_cast<float>(result.pixels.cols) - result.box.right();
        }
        result.box = jittered(result.box, random);
        return result;
    }

    /// A box with random detector-like errors.
    [[nodiscard]] Box jittered(const Box& box, Random& random) const {
        if (options_.jitter == 0) return box; // keeps the exact bits
        const auto shift = [&] { return static_cast<float>(options_.jitter * random.normal()); };
        const auto factor = [&] { return static_cast<float>(std::exp(options_.jitter * random.normal())); };
        cv::Point2f centre = box.centre();
        // Separate statements: the order in which arguments are evaluated is unspecified.
        centre.x += box.width * shift();
        centre.y += box.height * shift();
        const float width = box.width * factor(), height = box.height * factor();
        return {centre.x - 0.5F * width, centre.y - 0.5F * height, width, height};
    }

private:
    /// Changes hue, saturation and value of each band of the body.
    static void recolour(Patch& patch, const Colours& colours) {
        cv::Mat hsv;
        cv::cvtColor(patch.pixels, hsv, cv::COLOR_BGR2HSV);
        int row = 0;
        for (const Colours::Band& band : colours.bands) {
            const int end = std::clamp(cvRound(static_cast<double>(patch.box.top) +
                                               band.end * static_cast<double>(patch.box.height)),
                                       row, hsv.rows);
            if (end == row) continue;
            cv::Mat curve(1, 256, CV_8UC3);
            for (int level = 0; level < 256; ++level) {
                const double hue = std::fmod(level + band.hue + 360, 180);
                curve.at<cv::Vec3b>(level) = {
                    static_cast<std::uint8_t>(hue), cv::saturate_cast<std::uint8_t>(level * band.saturation),
                    cv::saturate_cast<std::uint8_t>(255 * band.value * std::pow(level / 255.0, band.gamma))};
            }
            cv::Mat rows = hsv.rowRange(row, end);
            cv::LUT(rows, curve, rows);
            row = end;
        }
        cv::cvtColor(hsv, patch.pixels, cv::COLOR_HSV2BGR);
    }

    /// Pastes the body of a nearer person over the lower part of one side.
    static void cover(Patch& patch, const Patch& occluder, Random& random) {
        const cv::Rect source = pixels_of(occluder);
        const double width = static_cast<double>(patch.box.width) * random.uniform(0.3, 0.7);
        const double height = static_cast<double>(patch.box.height) * random.uniform(0.4, 1.0);
        const bool left = random.uniform() < 0.5;
        const double x = static_cast<double>(left ? patch.box.left : patch.box.right()) - (left ? 0 : width);
        const cv::Rect target(cvRound(x), cvRound(static_cast<double>(patch.box.bottom()) - height),
                              std::max(1, cvRound(width)), std::max(1, cvRound(height)));
        const cv::Rect inside = target & cv::Rect({}, patch.pixels.size());
        if (source.empty() || inside.empty()) return;
        cv::Mat scaled;
        cv::resize(occluder.pixels(source), scaled, target.size(), 0, 0, cv::INTER_AREA);
        scaled(inside - target.tl()).copyTo(patch.pixels(inside));
    }

    static cv::Rect pixels_of(const Patch& patch) {
        const cv::Rect box(cvRound(patch.box.left), cvRound(patch.box.top), cvRound(patch.box.width),
                           cvRound(patch.box.height));
        return box & cv::Rect({}, patch.pixels.size());
    }

    Options options_;
};

} // namespace fgagt
