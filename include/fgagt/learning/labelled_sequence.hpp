#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/motion/kalman_motion.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// A part of a frame around one box.
struct Patch {
    /// CV_8UC3 (BGR), the box and some of its surroundings; may be empty.
    cv::Mat pixels;
    Box box; ///< box within `pixels`, continuous coordinates

    /// Cuts a box out of a frame, with a margin of a quarter of its size on each side, clipped to the frame.
    /// Empty if the box lies outside, or is unusable (see is_usable()).
    [[nodiscard]] static Patch cut(const cv::Mat& frame, const Box& box) {
        if (!is_usable(box)) return {};
        const float margin_x = 0.25F * box.width, margin_y = 0.25F * box.height;
        const cv::Rect wanted(cv::Point(cvFloor(box.left - margin_x), cvFloor(box.top - margin_y)),
                              cv::Point(cvCeil(box.right() + margin_x), cvCeil(box.bottom() + margin_y)));
        const cv::Rect inside = wanted & cv::Rect({}, frame.size());
        if (inside.empty()) return {};
        return {frame(inside).clone(),
                {box.left - static_cast<float>(inside.x), box.top - static_cast<float>(inside.y), box.width,
                 box.height}};
    }
};

/// A detection with a known identity.
struct Observation {
    Box box;                    ///< pixels
    float score = 1;            ///< [0, 1]
    TrackId identity = kNobody; ///< identity of the object
    float covered = 0;          ///< fraction covered by the box of a nearer observation, [0, 1]
    Patch patch{};              ///< appearance
};

/// Options of LabelledSequence.
struct LabelledSequenceOptions {
    std::int64_t memory = 30;     ///< frames for which an unseen identity stays known, >= 0
    KalmanMotionOptions motion{}; ///< how known objects move
};

/// The detections of a sequence with their identities, and what a perfect tracker knows in every frame: the
/// identities so far, and the expected position of each. The boxes of known objects come from the motion
/// model and the flow, with all their errors, not from the truth.
class LabelledSequence {
public:
    using Options = LabelledSequenceOptions;

    /// An identity that was seen before.
    struct Known {
        TrackId identity = kNobody; ///< the identity
        KalmanMotion::State motion; ///< motion state at this frame
        BoxFlow flow;               ///< flow from this frame to the next; none in the last frame
        std::int64_t missed = 0;    ///< frames since it was last seen
    };

    LabelledSequence() : LabelledSequence(LabelledSequenceOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit LabelledSequence(LabelledSequenceOptions options) : options_(options), motion_(options.motion) {
        if (options.memory < 0)
            detail::throw_invalid("LabelledSequence: expected memory >= 0, got ", options.memory);
    }

    /// Number of frames so far.
    [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }
    /// The detections of a frame.
    [[nodiscard]] std::span<const Observation> observations(std::size_t frame) const {
        return frames_[frame].observations;
    }
    /// The identities known after a frame.
    [[nodiscard]] std::span<const Known> known(std::size_t frame) const { return frames_[frame].known; }

    /// The observation of an identity in a frame; nullptr if there is none.
    [[nodiscard]] const Observation* find(std::size_t frame, TrackId identity) const {
        for (const Observation& one : frames_[frame].observations)
            if (one.identity == identity) return &one;
        return nullptr;
    }

    /// Adds the next frame.
    ///
    /// @param observations  observations in any order; each identity except kNobody at most once
    /// @param camera        motion of the background since the previous frame
    /// @param flows         flows of `known(size() - 1)` to this frame; empty: none is reliable
    /// @throws InvalidArgument  a box is unusable (see is_usable()), a score is not in [0, 1], or the number
    ///                          of flows is wrong; the sequence stays unchanged
    void add_frame(std::vector<Observation> observations, const Affine& camera = {},
                   std::span<const BoxFlow> flows = {}) {
        require_sound(observations, flows);
        Frame frame{std::move(observations), {}, camera};
        for (Observation& one : frame.observations)
            one.covered = covered_share(one, frame.observations);
        if (!frames_.empty()) {
            std::vector<Known>& before = frames_.back().known;
            for (std::size_t k = 0; k < flows.size(); ++k)
                before[k].flow = flows[k];
            frame.known = before;
        }
        for (Known& known : frame.known) {
            motion_.predict(known.motion, 1, camera, known.flow);
            known.flow = {};
            ++known.missed;
        }
        std::erase_if(frame.known, [&](const Known& known) { return known.missed > options_.memory; });
        for (const Observation& one : frame.observations)
            if (one.identity != kNobody) take_in(one, frame.known);
        frames_.push_back(std::move(frame));
    }

    /// Expected box of a known identity some frames later, if it is not seen in between.
    ///
    /// @param known  an element of known(from)
    /// @param from   the frame of `known`
    /// @param to     the later frame, >= from
    [[nodiscard]] Box expected(const Known& known, std::size_t from, std::size_t to) const {
        KalmanMotion::State motion = known.motion;
        BoxFlow flow = known.flow;
        for (std::size_t frame = from + 1; frame <= to; ++frame) {
            motion_.predict(motion, 1, frames_[frame].camera, flow);
            flow = {};
        }
        return motion_.box(motion);
    }

    /// The current boxes of the known identities.
    [[nodiscard]] std::vector<Box> boxes_of_known() const {
        std::vector<Box> boxes;
        if (frames_.empty()) return boxes;
        for (const Known& known : frames_.back().known)
            boxes.push_back(motion_.box(known.motion));
        return boxes;
    }

private:
    struct Frame {
        std::vector<Observation> observations;
        std::vector<Known> known;
        Affine camera;
    };

    void require_sound(std::span<const Observation> observations, std::span<const BoxFlow> flows) const {
        for (const Observation& one : observations)
            if (!is_usable(one.box) || !detail::is_within(one.score, 0, 1))
                detail::throw_invalid("LabelledSequence: expected a box whose numbers are finite and below ",
                                      kCoordinateLimit, ", of positive size, and a score in [0, 1], got (",
                                      one.box.left, ", ", one.box.top, ", ", one.box.width, ", ",
                                      one.box.height, ") with ", one.score,
                                      "; leave out what DetectionFilter rejects");
        const std::size_t before = frames_.empty() ? 0 : frames_.back().known.size();
        if (!flows.empty() && flows.size() != before)
            detail::throw_invalid("LabelledSequence: expected a flow for each of the ", before,
                                  " known objects, or none, got ", flows.size());
    }

    static float covered_share(const Observation& one, std::span<const Observation> all) {
        double covered = 0;
        for (const Observation& other : all)
            if (other.box.bottom() > one.box.bottom())
                covered = std::max(covered, intersection_area(other.box, one.box) / area(one.box));
        return static_cast<float>(covered);
    }

    void take_in(const Observation& one, std::vector<Known>& known) const {
        const auto found = std::ranges::find(known, one.identity, &Known::identity);
        if (found == known.end()) {
            known.push_back({one.identity, motion_.initiate(one.box), {}, 0});
            return;
        }
        motion_.update(found->motion, one.box, one.score);
        found->missed = 0;
    }

    Options options_;
    KalmanMotion motion_;
    std::vector<Frame> frames_;
};

} // namespace fgagt
