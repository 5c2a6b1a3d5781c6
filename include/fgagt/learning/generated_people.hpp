#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/cropped_object.hpp>
#include <fgagt/learning/detail/painted_person.hpp>
#include <fgagt/learning/detail/view.hpp>
#include <fgagt/learning/labelled_sequence.hpp>
#include <fgagt/learning/sequence_reader.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// A generated scene for training, with identities that do not belong to real people. People walk through a
/// place alone and in groups, and occlude each other. Their detections have the errors of typical detectors.
/// Light, shadows, seasonal colours, speed, size and image quality differ in every scene. Cropped objects may
/// walk among the people.
///
///     GeneratedPeople scene(seed);
///     for (int k = 0; k < GeneratedPeople::kFrames; ++k) {
///         const GeneratedPeople::Frame frame = scene.next();
///         ...
///     }
class GeneratedPeople {
public:
    static constexpr int kFrames = 46;  ///< number of frames in a scene
    static constexpr int kWidth = 426;  ///< width of a frame, pixels
    static constexpr int kHeight = 240; ///< height of a frame, pixels

    /// One frame with its detections.
    struct Frame {
        cv::Mat pixels;                             ///< CV_8UC3 (BGR)
        std::vector<Detection> detections;          ///< with misses and false positives
        std::vector<std::pair<TrackId, Box>> truth; ///< of all visible people and objects
    };

    /// The same seed and objects give the same scene.
    ///
    /// @param seed     a different seed gives a different place and different people
    /// @param objects  objects to show instead of painted people, with the same size and speed; each at most
    ///                 once
    /// @param share    fraction of walkers that are objects, if there are enough objects, [0, 1]
    /// @throws InvalidArgument  share is out of range
    explicit GeneratedPeople(std::uint64_t seed, std::span<const CroppedObject> objects = {},
                             double share = 1)
        : random_(seed, kSalt) {
        if (!detail::is_within(share, 0, 1))
            detail::throw_invalid("GeneratedPeople: expected a share in [0, 1], got ", share);
        unrest_ = std::pow(random_.uniform(), 1.5);
        if (random_.uniform() < 0.5)
            for (std::uint64_t k = 2 + random_.next() % 4; k > 0; --k)
                palette_.push_back(detail::clothes_colour(random_));
        paint_background();
        const double height = random_.uniform(45, 110);
        const bool fast = random_.uniform() < 0.2;
        const double speed = random_.uniform(0.003, 0.022) * (fast ? 3 : 1);
        const bool groups = random_.uniform() < 0.5;
        const std::uint64_t most = random_.uniform() < 0.5 ? 27 : 12;
        for (std::uint64_t count = 4 + random_.next() % (most - 3); count > 0; --count)
            add_walker(height, speed, groups);
        light_ = {.brightness = curve(0.18 * unrest_), .gamma = curve(0.12 * unrest_), .cast = {}};
        for (Curve& cast : light_.cast)
            cast = curve(0.05 * unrest_);
        shade_ = detail::smooth_noise({kWidth, kHeight}, 100, 0.18 * unrest_, random_);
        blur_ = random_.uniform(0.4, 1.1);
        noise_ = random_.uniform(1, 7);
        chroma_ = random_.uniform() < 0.7;
        box_noise_ = random_.uniform(0.015, 0.045);
        miss_ = random_.uniform(0, 0.25);
        cut_ = random_.uniform(0.2, 0.8);
        show(objects, share);
    }

    /// Renders the next frame.
    [[nodiscard]] Frame next() {
        for (Walker& walker : walkers_)
            walk(walker);
        std::vector<std::size_t> order(walkers_.size()); // farthest first
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t k) { return walkers_[k].feet.y; });
        Frame frame{background_.clone(), {}, {}};
        owner_ = cv::Mat(background_.size(), CV_8U, cv::Scalar(kNobodys));
        for (const std::size_t k : order)
            paint(walkers_[k], static_cast<std::uint8_t>(k), frame.pixels);
        film(frame.pixels);
        for (std::size_t k = 0; k < walkers_.size(); ++k)
            detect(walkers_[k], static_cast<std::uint8_t>(k), frame);
        while (random_.uniform() < 0.25)
            detect_nothing(frame);
        detect_again(frame);
        ++time_;
        return frame;
    }

private:
    /// Values interpolated linearly between random ones.
    struct Curve {
        std::vector<double> values;
        double spacing = 1; // frames

        [[nodiscard]] double at(int time) const {
            const double place = time / spacing;
            const auto k = std::min(static_cast<std::size_t>(place), values.size() - 2);
            const double share = place - static_cast<double>(k);
            return (1 - share) * values[k] + share * values[k + 1];
        }
    };

    struct Light {
        Curve brightness, gamma;
        std::array<Curve, 3> cast;
    };

    struct Walker {
        std::vector<detail::View> views;
        cv::Point2d feet;      // pixels
        cv::Point2d speed;     // pixels per frame
        double height;         // pixels
        double aspect;         // width over height
        double phase, cadence; // of the views
        Curve light;
        Box box; // as of the current frame
    };

    Curve curve(double deviation) {
        Curve result;
        result.spacing = random_.uniform(8, 45);
        const int count = static_cast<int>(std::ceil(kFrames / result.spacing)) + 2;
        for (int k = 0; k < count; ++k)
            result.values.push_back(deviation * random_.normal());
        return result;
    }

    void add_walker(double height, double speed, bool groups) {
        const double own_height = height * std::exp(0.25 * random_.normal());
        const double direction = random_.uniform() < 0.5 ? -1 : 1;
        const bool stands = random_.uniform() < 0.2;
        const double pace = direction * speed * own_height * std::exp(0.4 * random_.normal());
        Walker walker{detail::PaintedPerson(random_, palette_).views(),
                      {random_.uniform(0, kWidth), kHeight * random_.uniform(0.45, 0.98)},
                      {pace, 0.15 * speed * own_height * random_.normal()},
                      own_height,
                      random_.uniform(0.33, 0.48),
                      random_.uniform(0, 6),
                      random_.uniform(0.1, 0.5),
                      curve(0.1 * unrest_),
                      {}};
        if (stands) walker.speed *= 0.05;
        if (groups && !walkers_.empty() && random_.uniform() < 0.4) { // walks with the previous walker
            const Walker& other = walkers_.back();
            const double side = random_.uniform() < 0.5 ? -1 : 1;
            walker.height = other.height * std::exp(0.07 * random_.normal());
            walker.speed = other.speed * std::exp(0.1 * random_.normal());
            walker.feet = other.feet + cv::Point2d(side * random_.uniform(0.15, 0.6) * walker.height,
                                                   0.05 * random_.normal() * walker.height);
        }
        walker.feet -= walker.speed * (0.5 * kFrames * random_.uniform());
        walkers_.push_back(std::move(walker));
    }

    /// Replaces the views of some walkers with those of objects, which turn once per step.
    void show(std::span<const CroppedObject> objects, double share) {
        std::vector<std::size_t> unseen(objects.size());
        std::iota(unseen.begin(), unseen.end(), std::size_t{0});
        for (Walker& walker : walkers_) {
            if (unseen.empty() || random_.uniform() >= share) continue;
            std::swap(unseen[random_.next() % unseen.size()], unseen.back());
            const CroppedObject& object = objects[unseen.back()];
            unseen.pop_back();
            walker.height *= std::sqrt(walker.aspect / object.aspect()); // keeps the area
            walker.aspect = object.aspect();
            walker.views = object.views();
            walker.phase = random_.uniform(0, static_cast<double>(walker.views.size()));
            walker.cadence /= detail::PaintedPerson::kPhases;
        }
    }

    void walk(Walker& walker) {
        constexpr double kJolt = 0.012; // relative to the height
        walker.speed += cv::Point2d(0.15 * kJolt * walker.height * random_.normal(),
                                    0.05 * kJolt * walker.height * random_.normal());
        if (random_.uniform() < 0.004) walker.speed *= -random_.uniform(0.2, 1);
        walker.feet += walker.speed;
        walker.phase += walker.cadence;
        const double width = walker.height * walker.aspect * (1 + 0.12 * std::sin(walker.phase));
        walker.box = {static_cast<float>(walker.feet.x - 0.5 * width),
                      static_cast<float>(walker.feet.y - walker.height), static_cast<float>(width),
                      static_cast<float>(walker.height)};
    }

    void paint_background() {
        const auto stuff = [&] {
            const cv::Vec3b colour = detail::clothes_colour(random_);
            return cv::Scalar(colour[0], colour[1], colour[2]);
        };
        const auto wall = [&] {
            cv::Mat pixel(
                1, 1, CV_8UC3,
                cv::Scalar(random_.uniform(0, 180), random_.uniform(0, 90), random_.uniform(60, 220)));
            cv::cvtColor(pixel, pixel, cv::COLOR_HSV2BGR);
            return cv::Scalar(pixel.at<cv::Vec3b>(0));
        };
        background_ = cv::Mat(kHeight, kWidth, CV_8UC3, wall());
        background_.rowRange(0, cvRound(kHeight * random_.uniform(0.2, 0.5))) = wall();
        for (std::uint64_t count = 3 + random_.next() % 12; count > 0; --count) {
            const cv::Size size(8 + static_cast<int>(random_.next() % (kWidth / 3)),
                                8 + static_cast<int>(random_.next() % (kHeight / 2)));
            const cv::Point corner(static_cast<int>(random_.uniform(0, kWidth - size.width)),
                                   static_cast<int>(random_.uniform(0, kHeight - size.height)));
            background_(cv::Rect(corner, size)) = stuff();
        }
        const int grain = static_cast<int>(random_.uniform(30, 110));
        detail::shade(background_, detail::smooth_noise(background_.size(), grain, 0.25, random_));
        detail::shade(background_,
                      detail::smooth_noise(background_.size(), 2, random_.uniform(0.01, 0.1), random_));
    }

    void paint(const Walker& walker, std::uint8_t number, cv::Mat& image) {
        const detail::View& view = walker.views[static_cast<std::size_t>(walker.phase) % walker.views.size()];
        const cv::Rect place(cvRound(walker.box.left), cvRound(walker.box.top),
                             std::max(3, cvRound(walker.box.width)), std::max(6, cvRound(walker.box.height)));
        const cv::Rect inside = place & cv::Rect({}, image.size());
        if (inside.empty()) return;
        cv::Mat pixels, mask;
        cv::resize(view.pixels, pixels, place.size(), 0, 0, cv::INTER_AREA);
        cv::resize(view.mask, mask, place.size(), 0, 0, cv::INTER_AREA);
        if (walker.speed.x < 0) {
            cv::flip(pixels, pixels, 1);
            cv::flip(mask, mask, 1);
        }
        pixels *= std::exp(walker.light.at(time_));
        const cv::Mat solid = mask > kSolid;
        const cv::Rect part = inside - place.tl();
        blend(pixels(part), (view.soft_edges ? mask : solid)(part), image(inside));
        owner_(inside).setTo(number, solid(part));
    }

    /// Blends pixels into an image, weighted by a mask from 0 to 255.
    static void blend(const cv::Mat& pixels, const cv::Mat& mask, cv::Mat image) {
        for (int y = 0; y < image.rows; ++y)
            for (int x = 0; x < image.cols; ++x) {
                const int share = mask.at<std::uint8_t>(y, x);
                const auto& over = pixels.at<cv::Vec3b>(y, x);
                auto& under = image.at<cv::Vec3b>(y, x);
                for (int channel = 0; channel < 3; ++channel)
                    under[channel] = static_cast<std::uint8_t>(
                        (share * over[channel] + (255 - share) * under[channel] + 127) / 255);
            }
    }

    /// Applies light, optics, sensor noise and compression.
    void film(cv::Mat& image) {
        detail::shade(image, shade_);
        cv::Mat levels(1, 256, CV_8UC3);
        const double gain = std::exp(light_.brightness.at(time_)), gamma = std::exp(light_.gamma.at(time_));
        for (int channel = 0; channel < 3; ++channel) {
            const double cast = std::exp(light_.cast[static_cast<std::size_t>(channel)].at(time_));
            for (int level = 0; level < 256; ++level)
                levels.at<cv::Vec3b>(level)[channel] =
                    cv::saturate_cast<std::uint8_t>(255 * gain * cast * std::pow(level / 255.0, gamma));
        }
        cv::LUT(image, levels, image);
        cv::GaussianBlur(image, image, {}, blur_);
        for (int y = 0; y < image.rows; ++y)
            for (int x = 0; x < image.cols; ++x) {
                const double grain = noise_ * random_.uniform(-1.7, 1.7);
                for (std::uint8_t& level : image.at<cv::Vec3b>(y, x).val)
                    level = cv::saturate_cast<std::uint8_t>(level + grain);
            }
        if (!chroma_) return;
        cv::Mat chroma; // colours at half the resolution, as in JPEG and video
        cv::cvtColor(image, chroma, cv::COLOR_BGR2YCrCb);
        cv::Mat half;
        cv::resize(chroma, half, {}, 0.5, 0.5, cv::INTER_AREA);
        cv::resize(half, half, image.size(), 0, 0, cv::INTER_LINEAR);
        cv::mixChannels(std::vector{half}, std::vector{chroma}, {1, 1, 2, 2});
        cv::cvtColor(chroma, image, cv::COLOR_YCrCb2BGR);
    }

    /// Detects a walker that is sufficiently visible. The box may cover only the visible part.
    void detect(const Walker& walker, std::uint8_t number, Frame& frame) {
        const cv::Rect middle(cvRound(walker.box.left + 0.15F * walker.box.width), cvRound(walker.box.top),
                              std::max(1, cvRound(0.7F * walker.box.width)),
                              std::max(1, cvRound(walker.box.height)));
        const cv::Rect inside = middle & cv::Rect({}, owner_.size());
        if (inside.width < 2 || inside.height < 4) return;
        const double pixels = inside.area();
        const double own = cv::countNonZero(owner_(inside) == number) / pixels;
        const double others = cv::countNonZero(owner_(inside) != kNobodys) / pixels - own;
        if (own < 0.18 || others > 0.7) return;
        frame.truth.emplace_back(number + 1, walker.box);
        if (random_.uniform() < miss_ * (0.3 + others)) return;
        Box box = walker.box;
        if (others > 0.12 && random_.uniform() < cut_) box = visible_part(box, number);
        box = within_frame(box);
        const double deviation = box_noise_ * (1 + 1.5 * others);
        box = jittered(box, deviation);
        if (box.width < 4 || box.height < 8) return;
        const double score = std::clamp(0.9 - 0.7 * others + 0.1 * random_.normal(), 0.31, 1.0);
        frame.detections.push_back({.box = box, .score = static_cast<float>(score)});
    }

    void detect_nothing(Frame& frame) {
        const double height = kHeight * random_.uniform(0.15, 0.5), width = 0.41 * height;
        frame.detections.push_back({.box = {static_cast<float>(random_.uniform(-0.5 * width, kWidth - width)),
                                            static_cast<float>(random_.uniform(0, kHeight - 0.7 * height)),
                                            static_cast<float>(width), static_cast<float>(height)},
                                    .score = static_cast<float>(random_.uniform(0.3, 0.6))});
    }

    /// Adds duplicate boxes next to those of people who are already detected.
    void detect_again(Frame& frame) {
        const std::size_t found = frame.detections.size();
        for (std::size_t k = 0; k < found; ++k) {
            if (random_.uniform() >= 0.1) continue;
            const Box box = jittered(frame.detections[k].box, random_.uniform(0.08, 0.25));
            frame.detections.push_back({.box = box, .score = static_cast<float>(random_.uniform(0.1, 0.7))});
        }
    }

    /// The smallest rectangle around the pixels of one person; empty if there are none.
    [[nodiscard]] cv::Rect owned_by(std::uint8_t number) const {
        int left = owner_.cols, top = owner_.rows, right = 0, bottom = 0;
        for (int y = 0; y < owner_.rows; ++y) {
            const auto* const row = owner_.ptr<std::uint8_t>(y);
            for (int x = 0; x < owner_.cols; ++x) {
                if (row[x] != number) continue;
                left = std::min(left, x);
                right = std::max(right, x + 1);
                top = std::min(top, y);
                bottom = y + 1;
            }
        }
        return right > left ? cv::Rect(left, top, right - left, bottom - top) : cv::Rect();
    }

    [[nodiscard]] Box visible_part(const Box& box, std::uint8_t number) const {
        const cv::Rect part = owned_by(number);
        const bool large = static_cast<float>(part.width) > 0.4F * box.width &&
                           static_cast<float>(part.height) > 0.4F * box.height;
        if (!large) return box;
        return {static_cast<float>(part.x), static_cast<float>(part.y), static_cast<float>(part.width),
                static_cast<float>(part.height)};
    }

    static Box within_frame(const Box& box) {
        const float left = std::max(box.left, 0.0F), top = std::max(box.top, 0.0F);
        return {left, top, std::min(box.right(), float{kWidth}) - left,
                std::min(box.bottom(), float{kHeight}) - top};
    }

    Box jittered(const Box& box, double deviation) {
        const auto normal = [&](double scale) {
            return static_cast<float>(deviation * scale * random_.normal());
        };
        const cv::Point2f centre =
            box.centre() + cv::Point2f(1.2F * normal(1) * box.width, normal(1) * box.height);
        const float width = box.width * std::exp(normal(1.5)), height = box.height * std::exp(normal(1));
        return {centre.x - 0.5F * width, centre.y - 0.5F * height, width, height};
    }

    // Makes the numbers differ from other generators with the same seed.
    static constexpr std::uint64_t kSalt = 0x70656F706C65;
    static constexpr std::uint8_t kNobodys = 255;
    static constexpr int kSolid = 128; // mask value above which a pixel belongs to the object

    KeyedRandom random_;
    double unrest_ = 0, blur_ = 0, noise_ = 0, box_noise_ = 0, miss_ = 0, cut_ = 0;
    bool chroma_ = false;
    std::vector<cv::Vec3b> palette_;
    cv::Mat background_, shade_, owner_;
    std::vector<Walker> walkers_;
    Light light_;
    int time_ = 0;
};

/// A scene of generated people as a labelled sequence, see GeneratedPeople. The same seed and objects give
/// the same sequence.
[[nodiscard]] inline LabelledSequence
generated_sequence(std::uint64_t seed, std::span<const CroppedObject> objects = {}, double share = 1) {
    GeneratedPeople scene(seed, objects, share);
    SequenceReader reader({.flow = {.camera_motion = false}});
    for (int k = 0; k < GeneratedPeople::kFrames; ++k) {
        const GeneratedPeople::Frame frame = scene.next();
        reader.add(frame.pixels, frame.detections, frame.truth);
    }
    return reader.finish();
}

} // namespace fgagt
