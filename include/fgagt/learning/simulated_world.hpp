#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/detail/camera_walk.hpp>
#include <fgagt/learning/detail/ground_view.hpp>
#include <fgagt/learning/detail/random_draws.hpp>
#include <fgagt/learning/detail/world_plan.hpp>
#include <fgagt/learning/simulated_detector.hpp>
#include <fgagt/learning/simulated_detector_kind.hpp>
#include <fgagt/learning/simulated_object.hpp>
#include <fgagt/learning/world_kind.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace fgagt {

/// Options of `SimulatedWorld`. What is not given is drawn at random.
struct SimulatedWorldOptions {
    std::optional<WorldKind> kind{};                 ///< what lives in the world
    std::optional<SimulatedDetectorKind> detector{}; ///< what detects it
};

/// A world of boxes for training: objects with identities in a sequence without end, and the detections that
/// a detector would give. There are no pixels, so hundreds of frames take milliseconds.
///
/// People, dancers, players, vehicles or animals move on a ground in perspective, before a still or moving
/// camera. They enter, leave, occlude each other, and vanish behind pillars. All parameters are random, in
/// ranges around those of real sequences, so that every seed gives another scene.
///
///     SimulatedWorld world(seed);
///     for (int k = 0; k < 240; ++k) {
///         const SimulatedWorld::Frame frame = world.next();
///         ...
///     }
///
/// @note O(N^2) for N objects in a frame. Memory grows with the number of objects that were ever in view.
class SimulatedWorld {
public:
    using Options = SimulatedWorldOptions;
    using Object = SimulatedObject; ///< an object of the truth

    /// One frame of a world. Boxes are in continuous image coordinates, in pixels.
    struct Frame {
        std::vector<Object> truth;         ///< objects that an annotator would mark, with IDs from 1
        std::vector<Detection> detections; ///< [M] in order of decreasing score, scores in [0, 1]
        /// [M] ID of the object in `truth` that the detection shows; kNobody if it is false. Several
        /// detections may show the same object.
        std::vector<TrackId> identity;
        /// Map of the background from the last frame to this one, as a tracker would estimate it, in
        /// continuous image coordinates; the identity if it is unknown, and in the first frame.
        Affine camera_motion;
        bool camera_motion_known = false; ///< whether `camera_motion` is an estimate
    };

    /// The same seed and options give the same world.
    ///
    /// @param seed     a different seed gives a different world
    /// @param options  kinds to choose instead of random ones
    explicit SimulatedWorld(std::uint64_t seed, const Options& options = {})
        : SimulatedWorld(drafted(seed, options)) {}

    /// Moves everything on by one frame and detects it.
    [[nodiscard]] Frame next() {
        if (frame_ > 0) move();
        ++frame_;
        Frame frame;
        const Affine motion = move_camera(frame);
        see(frame.truth);
        SimulatedDetections found = detector_.next(frame.truth, motion);
        frame.detections = std::move(found.detections);
        frame.identity = std::move(found.identity);
        return frame;
    }

    /// Pixels.
    [[nodiscard]] cv::Size frame_size() const noexcept { return plan_.stage.view.frame_size; }
    /// Frames per second, [1, 120].
    [[nodiscard]] double frame_rate() const noexcept { return plan_.frame_rate; }
    /// What lives in the world.
    [[nodiscard]] WorldKind kind() const noexcept { return kind_; }
    /// Whether the camera moves.
    [[nodiscard]] bool camera_moves() const noexcept { return plan_.moves; }
    /// What detects the objects.
    [[nodiscard]] const SimulatedDetector& detector() const noexcept { return detector_; }

private:
    enum Purpose : std::uint8_t { kKinds = 100, kPlan, kDetector, kCamera, kEstimate, kAnnotator };

    struct Kinds {
        WorldKind world;
        SimulatedDetectorKind detector;
    };

    /// An object as the annotator follows it.
    struct Marked {
        TrackId id = 0;
        std::int64_t seen = 0; // last frame
        detail::SmoothWander left, right, top, bottom;
    };

    /// What the constructor draws.
    struct Draft {
        std::uint64_t seed;
        Kinds kinds;
        std::pair<detail::WorldPlan, detail::Cast> world;
    };

    explicit SimulatedWorld(Draft draft)
        : seed_(draft.seed),
          kind_(draft.kinds.world),
          plan_(std::move(draft.world.first)),
          cast_(std::move(draft.world.second)),
          detector_(KeyedRandom(seed_, kDetector).next(), draft.kinds.detector, frame_size(),
                    plan_.frame_rate) {
        KeyedRandom random(seed_, kCamera);
        camera_ = detail::CameraWalk(plan_.camera, frame_size(), random);
        view_ = camera_.view();
    }

    static Draft drafted(std::uint64_t seed, const Options& options) {
        const Kinds kinds = draw_kinds(seed, options);
        KeyedRandom random(seed, kPlan);
        return {seed, kinds, detail::WorldPlanner(kinds.world, random).draw()};
    }

    static Kinds draw_kinds(std::uint64_t seed, const Options& options) {
        KeyedRandom random(seed, kKinds);
        const auto kind = detail::any_of(random, std::array{WorldKind::kWalkers, WorldKind::kCrowd,
                                                            WorldKind::kDancers, WorldKind::kPlayers,
                                                            WorldKind::kVehicles, WorldKind::kAnimals});
        using D = SimulatedDetectorKind;
        const auto detector =
            detail::any_of(random, std::array{D::kStrong, D::kStrong, D::kStrong, D::kStrong, D::kWeak,
                                              D::kWeak, D::kWeak, D::kSparse, D::kSparse, D::kCompressed});
        return {options.kind.value_or(kind), options.detector.value_or(detector)};
    }

    /// Moves the cast, in steps of at most a twentieth of a second.
    void move() {
        const double seconds = 1 / plan_.frame_rate;
        const int steps = static_cast<int>(std::ceil(20 * seconds));
        const double step = seconds / steps;
        for (int k = 0; k < steps; ++k)
            std::visit(
                [&](auto& cast) {
                    cast.step(step);
                    using Kind = std::remove_reference_t<decltype(cast)>;
                    if constexpr (std::is_same_v<Kind, detail::Walking> ||
                                  std::is_same_v<Kind, detail::Driving>)
                        if (plan_.camera_speed > 0) cast.approach(plan_.camera_speed * step, step);
                },
                cast_);
    }

    /// Moves the camera; returns the true motion and sets what a tracker gets.
    Affine move_camera(Frame& frame) {
        const bool first = frame_ == 1;
        const Affine before = view_;
        if (!first) {
            const auto* game = std::get_if<detail::Playing>(&cast_);
            camera_.step(1 / plan_.frame_rate, game != nullptr ? -game->focus() : 0,
                         KeyedRandom(seed_, kCamera, frame_));
            view_ = camera_.view();
        }
        Affine motion = detail::composed(detail::inverted(before), view_);
        if (!first && plan_.camera_speed > 0) motion = detail::composed(approaching(before), motion);
        KeyedRandom random(seed_, kEstimate, frame_);
        const double error = plan_.moves ? plan_.camera_error : 0;
        frame.camera_motion_known =
            plan_.camera_known && !first && !detail::happens(random, plan_.camera_failures);
        if (frame.camera_motion_known) {
            const double scale = 1 + 0.5 * error * random.normal() / frame_size().width;
            frame.camera_motion = detail::composed(
                motion, {scale, 0, error * random.normal() + 0.5 * (1 - scale) * frame_size().width, 0, scale,
                         error * random.normal() + 0.5 * (1 - scale) * frame_size().height});
        }
        return motion;
    }

    /// How the background grows around the point to which the camera drives, in the image of a view.
    [[nodiscard]] Affine approaching(const Affine& view) const {
        const detail::Stage& stage = plan_.stage;
        const double distance = std::sqrt(stage.nearest * stage.farthest);
        const double scale = 1 / (1 - std::min(0.5, plan_.camera_speed / plan_.frame_rate / distance));
        const double middle = 0.5 * stage.view.frame_size.width;
        const Affine growth{scale, 0, (1 - scale) * middle, 0, scale, (1 - scale) * stage.view.horizon};
        return detail::composed(detail::composed(detail::inverted(view), growth), view);
    }

    /// The boxes that an annotator would mark.
    void see(std::vector<Object>& truth) {
        bodies_.clear();
        std::visit([&](const auto& cast) { cast.show(bodies_); }, cast_);
        for (const detail::Body& body : bodies_) {
            const Box box = detail::mapped(detail::projected(body, plan_.stage.view), view_);
            if (share_inside(box) < plan_.inside) continue;
            Object object;
            object.id = body.id;
            object.class_id = body.class_id;
            object.box = box;
            truth.push_back(object);
        }
        occluders_.clear();
        for (const detail::Body& body : plan_.occluders)
            occluders_.push_back(detail::mapped(detail::projected(body, plan_.stage.view), view_));
        find_visible_parts(truth, frame_size(), occluders_);
        if (plan_.clips)
            for (Object& object : truth)
                clip(object);
        std::erase_if(truth, [&](const Object& object) {
            return object.visibility < plan_.hidden || object.box.width < kSmallest ||
                   object.box.height < kSmallest;
        });
        for (Object& object : truth)
            mark(object);
    }

    /// Gives an object the ID and the box that an annotator would give it.
    void mark(Object& object) {
        Marked& marked = marked_[object.id];
        KeyedRandom random(seed_, kAnnotator, object.id, frame_);
        const double absent = static_cast<double>(frame_ - marked.seen) / plan_.frame_rate;
        if (marked.id == 0 || absent > plan_.absence + 1 / plan_.frame_rate) marked.id = ++ids_;
        marked.seen = frame_;
        object.id = marked.id;
        const double memory = detail::memory(1 / plan_.frame_rate, plan_.annotation_time);
        for (detail::SmoothWander* edge : {&marked.left, &marked.right, &marked.top, &marked.bottom})
            edge->step(memory, random);
        const double width = plan_.annotation * object.box.width,
                     height = plan_.annotation * object.box.height;
        object.box.left += static_cast<float>(width * marked.left.value());
        object.box.top += static_cast<float>(height * marked.top.value());
        object.box.width += static_cast<float>(width * (marked.right.value() - marked.left.value()));
        object.box.height += static_cast<float>(height * (marked.bottom.value() - marked.top.value()));
        if (plan_.rounds)
            for (float* number : {&object.box.left, &object.box.top, &object.box.width, &object.box.height})
                *number = std::round(*number);
    }

    [[nodiscard]] double share_inside(const Box& box) const {
        return is_usable(box) ? intersection_area(box, image()) / area(box) : 0.0;
    }
    [[nodiscard]] Box image() const {
        return {0, 0, static_cast<float>(frame_size().width), static_cast<float>(frame_size().height)};
    }
    /// Ends the box at the border of the image.
    void clip(Object& object) const {
        const double visible = object.visibility * area(object.box);
        const float left = std::max(object.box.left, 0.0F), top = std::max(object.box.top, 0.0F);
        object.box = {left, top, std::min(object.box.right(), image().width) - left,
                      std::min(object.box.bottom(), image().height) - top};
        object.visibility = static_cast<float>(std::min(1.0, visible / area(object.box)));
    }

    static constexpr float kSmallest = 4; // pixels

    std::uint64_t seed_;
    WorldKind kind_;
    detail::WorldPlan plan_;
    detail::Cast cast_;
    SimulatedDetector detector_;
    detail::CameraWalk camera_;
    Affine view_;
    std::int64_t frame_ = 0;
    TrackId ids_ = 0;
    std::unordered_map<TrackId, Marked> marked_;
    std::vector<detail::Body> bodies_;
    std::vector<Box> occluders_;
};

} // namespace fgagt
