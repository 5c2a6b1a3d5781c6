#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/detail/scene_painting.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fgagt {

/// Contents of a synthetic scene. Lengths are in pixels, times in frames.
struct SyntheticSceneOptions {
    cv::Size frame_size{640, 480}; ///< at least 16 x 16
    int frames = 200;              ///< > 0
    int objects = 10;              ///< number in the whole scene, >= 0; not all are in view at once
    int crossings = 2;             ///< pairs of objects that meet, >= 0, 2 crossings <= objects
    /// Class IDs 0 ... classes - 1 in turn, >= 1. Class 0 are people, others are blocks.
    int classes = 1;
    std::uint64_t seed = 1; ///< the same seed gives the same scene

    float min_height = 60;  ///< height of a far object, >= 8
    float max_height = 150; ///< height of a near object, >= min_height
    float min_speed = 1;    ///< speed across the image, per frame, >= 0
    float max_speed = 3;    ///< likewise, >= min_speed

    /// Movement of the view over the ground per frame; the ground moves the opposite way. Object speeds are
    /// relative to the moving view.
    cv::Point2f camera_pan{0, 0};
    float camera_shake = 0;      ///< standard deviation of the view's position, [0, 50]
    float light_amplitude = .1F; ///< relative amplitude of the brightness oscillation, [0, 0.9]
    float light_period = 120;    ///< period of that oscillation, > 0

    float miss_probability = .05F; ///< probability of missing an object in full view, [0, 1]
    float box_jitter = .03F;       ///< relative standard deviation of centre and size, [0, 0.15]
    float false_positives = .3F;   ///< mean number of false detections per frame, [0, 1000]
    float score_noise = .05F;      ///< standard deviation of a true detection's score, [0, 0.5]
};

/// A synthetic video with exactly known ground truth, for tests, demonstrations and measurements. Textured
/// figures walk over a textured ground. They enter and leave at the image's edges, meet, and occlude each
/// other, while the camera pans and shakes and the light changes. Nearer figures, whose bottom edge is lower,
/// occlude farther ones. The simulated detector has misses, jitter and false positives.
///
///     SyntheticScene scene;
///     for (int k = 0; k < scene.frame_count(); ++k)
///         tracker.update(scene.frame(k), scene.detections(k));
///
/// A scene stores no pixels. Frames can be requested in any order, also from several threads at once, and are
/// the same every time. Motion is smooth to 1/256 pixel, so optical flow can follow it.
class SyntheticScene {
public:
    using Options = SyntheticSceneOptions;

    /// One object in one frame.
    struct Truth {
        TrackId id = 0; ///< from 1, the same in every frame
        Box box;        ///< may lie partly outside the image, but never entirely
        /// Fraction of the box that lies in the image and outside all nearer objects' boxes, [0, 1].
        float visibility = 0;
        int class_id = 0; ///< 0: a person; otherwise a block

        friend bool operator==(const Truth&, const Truth&) = default;
    };

    SyntheticScene() : SyntheticScene(SyntheticSceneOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit SyntheticScene(SyntheticSceneOptions options) : options_(options) {
        validate();
        for (int i = 0; i < options_.objects; ++i)
            walks_.push_back(plan_walk(i));
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }
    /// Number of frames.
    [[nodiscard]] int frame_count() const noexcept { return options_.frames; }

    /// Frame `k` >= 0, CV_8UC3 (BGR).
    ///
    /// @param k        frame number, from 0
    /// @param without  an object to leave out, so that a caller can find the pixels that belong to it
    /// @throws InvalidArgument  k is not in [0, frame_count())
    [[nodiscard]] cv::Mat frame(int k, std::optional<TrackId> without = {}) const {
        require_frame("frame", k);
        cv::Mat image(options_.frame_size, CV_8UC3);
        const View view = view_at(k);
        detail::paint_background(image, key(kGround), -view.x, -view.y);
        for (const Placed& object : placed(k))
            if (object.walk->id != without) paint(image, object);
        return options_.light_amplitude > 0 ? lit(image, k) : image;
    }

    /// The objects whose box lies at least partly in the image, even if occluded; sorted by ID.
    [[nodiscard]] std::vector<Truth> ground_truth(int k) const {
        require_frame("ground_truth", k);
        std::vector<Truth> truth;
        const std::vector<Placed> objects = placed(k);
        for (std::size_t i = 0; i < objects.size(); ++i)
            truth.push_back({objects[i].walk->id, to_box(objects[i].box),
                             visibility(objects[i].box, std::span(objects).subspan(i + 1)),
                             objects[i].walk->class_id});
        std::sort(truth.begin(), truth.end(), [](const Truth& a, const Truth& b) { return a.id < b.id; });
        return truth;
    }

    /// The simulated detections, best score first.
    ///
    /// Scores of true positives are about 0.9 in full view and fall by half of the hidden fraction. An object
    /// that is less than 10 % visible is never found. From 50 % visibility on, it is found as often as in
    /// full view. Scores of false positives lie in [0.1, 0.5). `tag` is the ID of the true object, or 0 for a
    /// false positive.
    [[nodiscard]] std::vector<Detection> detections(int k) const {
        require_frame("detections", k);
        std::vector<Detection> found;
        for (const Truth& truth : ground_truth(k))
            if (const auto detection = detect(truth, k)) found.push_back(*detection);
        append_false_positives(k, found);
        std::stable_sort(found.begin(), found.end(),
                         [](const Detection& a, const Detection& b) { return a.score > b.score; });
        return found;
    }

    /// Motion of the ground from frame k - 1 to frame k; the identity for k = 0.
    [[nodiscard]] Affine camera_motion(int k) const {
        require_frame("camera_motion", k);
        if (k == 0) return {};
        const View before = view_at(k - 1), now = view_at(k);
        Affine motion;
        motion.tx = static_cast<double>(before.x - now.x) / detail::kPixel;
        motion.ty = static_cast<double>(before.y - now.y) / detail::kPixel;
        return motion;
    }

private:
    /// The purpose of random numbers; part of their key.
    enum Purpose : std::uint64_t { kGround, kWalk, kMeeting, kTexture, kShake, kDetector, kFalsePositive };

    /// A straight walk with a little sway, defined by the time and place at which it passes one point.
    struct Walk {
        TrackId id = 0;
        int class_id = 0;
        double time = 0; ///< time at which it passes `x`, frames
        double x = 0;    ///< x of the box's centre
        double speed = 0;
        double depth = 0;       ///< depth at `time`, 0 far, 1 near; sets size and bottom edge
        double depth_speed = 0; ///< change of depth per frame
        double sway_phase = 0;
    };

    struct Placed {
        const Walk* walk;
        detail::SubpixelBox box;
    };

    /// Top left corner of the part of the ground that the camera sees.
    struct View {
        detail::Subpixels x = 0, y = 0;
    };

    static constexpr double kTau = 6.283185307179586;
    static constexpr double kSwayPeriod = 40; // frames
    static constexpr double kSway = .03;      // amplitude, relative to the height
    static constexpr double kPersonAspect = .42, kBlockAspect = 1.2;

    template <class... Keys>
    [[nodiscard]] std::uint64_t key(Purpose purpose, Keys... keys) const {
        return KeyedRandom(options_.seed, purpose, keys...).next();
    }

    static detail::Subpixels to_subpixels(double pixels) { return std::llround(pixels * detail::kPixel); }

    static Box to_box(const detail::SubpixelBox& box) {
        constexpr auto kScale = 1.F / static_cast<float>(detail::kPixel);
        return {static_cast<float>(box.left) * kScale, static_cast<float>(box.top) * kScale,
                static_cast<float>(box.width) * kScale, static_cast<float>(box.height) * kScale};
    }

    void require_frame(const char* function, int k) const {
        if (k < 0 || k >= options_.frames)
            detail::throw_invalid("SyntheticScene::", function, ": expected a frame in [0, ", options_.frames,
                                  "), got ", k);
    }

    void validate() const {
        const detail::OptionCheck require("SyntheticScene", "SyntheticSceneOptions");
        const auto within = [&](const char* name, float value, float low, float high, const char* range) {
            require(value >= low && value <= high, name, range, value);
        };
        const Options& o = options_;
        require(o.frame_size.width >= 16, "frame_size", "at least 16 wide", o.frame_size.width);
        require(o.frame_size.height >= 16, "frame_size", "at least 16 high", o.frame_size.height);
        require(o.frames > 0, "frames", "> 0", o.frames);
        require(o.objects >= 0, "objects", ">= 0", o.objects);
        require(o.crossings >= 0 && o.crossings <= o.objects / 2, "crossings", "in [0, objects / 2]",
                o.crossings);
        require(o.classes >= 1, "classes", ">= 1", o.classes);
        within("min_height", o.min_height, 8, o.max_height, "in [8, max_height]");
        within("max_height", o.max_height, o.min_height, 1e4F, "in [min_height, 10000]");
        within("min_speed", o.min_speed, 0, o.max_speed, "in [0, max_speed]");
        within("max_speed", o.max_speed, o.min_speed, 1e3F, "in [min_speed, 1000]");
        within("camera_pan.x", o.camera_pan.x, -1e3F, 1e3F, "in [-1000, 1000]");
        within("camera_pan.y", o.camera_pan.y, -1e3F, 1e3F, "in [-1000, 1000]");
        within("camera_shake", o.camera_shake, 0, 50, "in [0, 50]");
        within("light_amplitude", o.light_amplitude, 0, .9F, "in [0, 0.9]");
        require(o.light_period > 0 && detail::is_finite(o.light_period), "light_period", "> 0",
                o.light_period);
        within("miss_probability", o.miss_probability, 0, 1, "in [0, 1]");
        within("box_jitter", o.box_jitter, 0, .15F, "in [0, 0.15]");
        within("false_positives", o.false_positives, 0, 1e3F, "in [0, 1000]");
        within("score_noise", o.score_noise, 0, .5F, "in [0, 0.5]");
    }

    [[nodiscard]] Walk plan_walk(int index) const {
        KeyedRandom random(options_.seed, kWalk, index);
        Walk walk;
        walk.id = index + 1;
        walk.class_id = index % options_.classes;
        walk.speed =
            random.uniform(options_.min_speed, options_.max_speed) * (random.uniform() < .5 ? -1 : 1);
        walk.depth = random.uniform(.2, .8);
        // Crossing the whole image changes the depth by at most 0.2, so it stays in [0, 1] while in view.
        walk.depth_speed = random.uniform(-.2, .2) * walk.speed / options_.frame_size.width;
        walk.sway_phase = random.uniform(0, kTau);
        if (index / 2 < options_.crossings)
            plan_meeting(walk, index);
        else
            plan_way(walk, random, (index - 2 * options_.crossings) % 3);
        return walk;
    }

    /// Makes objects 2i and 2i + 1, i < crossings, meet: same place and time, opposite directions, similar
    /// depth.
    void plan_meeting(Walk& walk, int index) const {
        KeyedRandom random(options_.seed, kMeeting, index / 2);
        const bool first = index % 2 == 0;
        walk.time = random.uniform(.25, .75) * options_.frames;
        walk.x = random.uniform(.25, .75) * options_.frame_size.width;
        walk.depth = random.uniform(.26, .74) + (first ? -.05 : .05);
        const bool to_the_right = (random.uniform() < .5) == first;
        walk.speed = std::abs(walk.speed) * (to_the_right ? 1 : -1);
    }

    /// Of the other objects, a third enter during the scene, a third leave, and a third are present
    /// throughout.
    void plan_way(Walk& walk, KeyedRandom& random, int kind) const {
        const double width = options_.frame_size.width;
        const double behind = walk.speed > 0 ? 0 : width;
        walk.time = random.uniform(.1, .9) * options_.frames;
        walk.x = kind == 0 ? behind : kind == 1 ? width - behind : random.uniform(.1, .9) * width;
    }

    [[nodiscard]] View shake_at(int k) const {
        if (options_.camera_shake == 0) return {};
        KeyedRandom random(options_.seed, kShake, k);
        const double x = options_.camera_shake * random.normal();
        return {to_subpixels(x), to_subpixels(options_.camera_shake * random.normal())};
    }

    [[nodiscard]] View view_at(int k) const {
        const View shake = shake_at(k);
        return {to_subpixels(static_cast<double>(options_.camera_pan.x) * k) + shake.x,
                to_subpixels(static_cast<double>(options_.camera_pan.y) * k) + shake.y};
    }

    [[nodiscard]] double height_at(double depth) const {
        return options_.min_height + (options_.max_height - options_.min_height) * depth;
    }
    [[nodiscard]] double bottom_at(double depth) const {
        return options_.frame_size.height * (.5 + .45 * depth);
    }

    /// The object's box in a view without shake.
    [[nodiscard]] detail::SubpixelBox box_at(const Walk& walk, int k) const {
        const double time = k - walk.time;
        const double depth = std::clamp(walk.depth + walk.depth_speed * time, 0., 1.);
        const double height = height_at(depth);
        const double width = height * (walk.class_id == 0 ? kPersonAspect : kBlockAspect);
        const double sway = std::sin(kTau * time / kSwayPeriod + walk.sway_phase) - std::sin(walk.sway_phase);
        const double x = walk.x + walk.speed * time + kSway * height * sway;
        return {to_subpixels(x - width / 2), to_subpixels(bottom_at(depth) - height), to_subpixels(width),
                to_subpixels(height)};
    }

    [[nodiscard]] detail::SubpixelBox image_part(const detail::SubpixelBox& box) const {
        const detail::Subpixels left = std::max<detail::Subpixels>(box.left, 0);
        const detail::Subpixels top = std::max<detail::Subpixels>(box.top, 0);
        return {left, top, std::min(box.right(), options_.frame_size.width * detail::kPixel) - left,
                std::min(box.bottom(), options_.frame_size.height * detail::kPixel) - top};
    }

    /// The objects in view, farthest first, which is the painting order.
    [[nodiscard]] std::vector<Placed> placed(int k) const {
        const View shake = shake_at(k);
        std::vector<Placed> objects;
        for (const Walk& walk : walks_) {
            Placed object{&walk, box_at(walk, k)};
            object.box.left -= shake.x;
            object.box.top -= shake.y;
            const detail::SubpixelBox inside = image_part(object.box);
            if (inside.width > 0 && inside.height > 0) objects.push_back(object);
        }
        std::stable_sort(objects.begin(), objects.end(),
                         [](const Placed& a, const Placed& b) { return a.box.bottom() < b.box.bottom(); });
        return objects;
    }

    /// Exact visible fraction: cuts every nearer box out of the part in the image.
    [[nodiscard]] float visibility(const detail::SubpixelBox& box, std::span<const Placed> nearer) const {
        std::vector<detail::SubpixelBox> pieces{image_part(box)}, rest;
        for (const Placed& object : nearer) {
            const detail::SubpixelBox& cut = object.box;
            rest.clear();
            for (const detail::SubpixelBox& piece : pieces) {
                const auto top = std::clamp(cut.top, piece.top, piece.bottom());
                const auto bottom = std::clamp(cut.bottom(), piece.top, piece.bottom());
                const auto left = std::clamp(cut.left, piece.left, piece.right());
                const auto right = std::clamp(cut.right(), piece.left, piece.right());
                for (const detail::SubpixelBox& part :
                     {detail::SubpixelBox{piece.left, piece.top, piece.width, top - piece.top},
                      detail::SubpixelBox{piece.left, bottom, piece.width, piece.bottom() - bottom},
                      detail::SubpixelBox{piece.left, top, left - piece.left, bottom - top},
                      detail::SubpixelBox{right, top, piece.right() - right, bottom - top}})
                    if (part.width > 0 && part.height > 0) rest.push_back(part);
            }
            pieces.swap(rest);
        }
        detail::Subpixels visible = 0;
        for (const detail::SubpixelBox& piece : pieces)
            visible += piece.width * piece.height;
        return static_cast<float>(static_cast<double>(visible) / static_cast<double>(box.width * box.height));
    }

    /// Paints people with a head, striped clothes and shoes, and blocks in one colour. Blotches make every
    /// texture unique.
    void paint(cv::Mat& image, const Placed& object) const {
        const bool person = object.walk->class_id == 0;
        const int columns = person ? 8 : 16, rows = person ? 20 : 14;
        KeyedRandom random(options_.seed, kTexture, object.walk->id);
        const int hue =
            static_cast<int>(random.next() % 768 + static_cast<std::uint64_t>(object.walk->id) * 475);
        const int second_hue = hue + 192 + static_cast<int>(random.next() % 384);
        const detail::Colour upper = detail::wheel_colour(hue, 40, 215);
        const detail::Colour stripe = detail::wheel_colour(second_hue, 60, 235);
        const detail::Colour lower = detail::wheel_colour(second_hue + 100, 30, 130);
        const int stripe_every = 2 + static_cast<int>(random.next() % 3);
        const std::uint64_t texture = random.next();
        const auto lattice = [=](std::int64_t column, std::int64_t row) {
            detail::Colour colour = detail::lattice_noise(texture, column, row, 70);
            const bool striped = row % stripe_every == 0;
            const detail::Colour base = !person    ? (striped ? stripe : upper)
                                        : row < 3  ? detail::Colour{115, 150, 195}
                                        : row < 11 ? (striped ? stripe : upper)
                                        : row < 19 ? lower
                                                   : detail::Colour{40, 40, 45};
            for (std::size_t c = 0; c < 3; ++c)
                colour[c] += base[c];
            return colour;
        };
        const std::span<const detail::OutlinePoint> outline =
            person ? std::span<const detail::OutlinePoint>(detail::kPersonOutline) : detail::kBlockOutline;
        detail::paint_figure(image, object.box, outline, lattice, columns, rows);
    }

    [[nodiscard]] cv::Mat lit(const cv::Mat& image, int k) const {
        const double gain = 1 + options_.light_amplitude * std::sin(kTau * k / options_.light_period);
        const auto fixed_gain = static_cast<int>(std::lround(gain * 4096));
        cv::Mat table(1, 256, CV_8U);
        for (int level = 0; level < 256; ++level)
            table.at<std::uint8_t>(level) =
                static_cast<std::uint8_t>(std::min((level * fixed_gain + 2048) >> 12, 255));
        cv::Mat result;
        cv::LUT(image, table, result);
        return result;
    }

    [[nodiscard]] std::optional<Detection> detect(const Truth& truth, int k) const {
        KeyedRandom random(options_.seed, kDetector, truth.id, k);
        const double found =
            std::clamp((truth.visibility - .1) / .4, 0., 1.) * (1 - options_.miss_probability);
        if (random.uniform() >= found) return std::nullopt;
        const auto noise = [&](float deviation) { return deviation * static_cast<float>(random.normal()); };
        Detection detection;
        const cv::Point2f centre = truth.box.centre();
        const float x = centre.x + truth.box.width * noise(options_.box_jitter);
        const float y = centre.y + truth.box.height * noise(options_.box_jitter);
        detection.box.width = truth.box.width * (1 + noise(options_.box_jitter));
        detection.box.height = truth.box.height * (1 + noise(options_.box_jitter));
        detection.box.left = x - detection.box.width / 2;
        detection.box.top = y - detection.box.height / 2;
        detection.score =
            std::clamp(.9F - .5F * (1 - truth.visibility) + noise(options_.score_noise), 0.F, 1.F);
        detection.class_id = truth.class_id;
        detection.tag = truth.id;
        return detection;
    }

    void append_false_positives(int k, std::vector<Detection>& found) const {
        KeyedRandom random(options_.seed, kFalsePositive, k);
        const auto whole = static_cast<int>(options_.false_positives);
        const int count =
            whole + (random.uniform() < options_.false_positives - static_cast<float>(whole) ? 1 : 0);
        for (int i = 0; i < count; ++i) {
            const double depth = random.uniform();
            const double height = height_at(depth);
            const double width = height * kPersonAspect;
            Detection detection;
            detection.box.left = static_cast<float>(random.uniform(0, options_.frame_size.width) - width / 2);
            detection.box.top =
                static_cast<float>(random.uniform(0, options_.frame_size.height) - height / 2);
            detection.box.width = static_cast<float>(width);
            detection.box.height = static_cast<float>(height);
            detection.score = static_cast<float>(random.uniform(.1, .5));
            detection.class_id =
                static_cast<int>(random.next() % static_cast<std::uint64_t>(options_.classes));
            found.push_back(detection);
        }
    }

    Options options_;
    std::vector<Walk> walks_;
};

} // namespace fgagt
