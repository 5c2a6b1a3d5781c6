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

/// A cut-out of a frame around one box.
struct Patch {
    cv::Mat pixels; ///< CV_8UC3 (BGR), the box with something of its surroundings; may be empty
    Box box;        ///< within `pixels`, continuous coordinates

    /// Cuts a box out of a frame, with a margin of a quarter of its size on every side as far as the frame
    /// goes. Empty when the box lies outside, or is not is_usable().
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

/// A detection of which it is known who it is.
struct Observation {
    Box box;                    ///< pixels
    float score = 1;            ///< [0, 1]
    TrackId identity = kNobody; ///< whose it is
    float covered = 0;          ///< share of the box that the one of a nearer observation covers, [0, 1]
    Patch patch{};              ///< what it looks like
};

/// Options of LabelledSequence.
struct LabelledSequenceOptions {
    std::int64_t memory = 30;     ///< frames for which somebody who is not seen stays known, >= 0
    KalmanMotionOptions motion{}; ///< how known objects move
};

/// The detections of a sequence with their identities, and in every frame what a tracker that never errs in
/// them would know: who was there, and where each is expected. Boxes of known objects are the motion model's
/// and the flow's, with all their errors, not the truth.
class LabelledSequence {
public:
    using Options = LabelledSequenceOptions;

    /// Somebody who was seen before.
    struct Known {
        TrackId identity = kNobody; ///< who
        KalmanMotion::State motion; ///< as of the frame in which it is known
        BoxFlow flow;               ///< from this frame to the next; none in the last
        std::int64_t missed = 0;    ///< frames since it was last seen
    };

    LabelledSequence() : LabelledSequence(LabelledSequenceOptions{}) {}
    /// @throws InvalidArgument  an option is out of its range
    explicit LabelledSequence(LabelledSequenceOptions options) : options_(options), motion_(options.motion) {
        if (options.memory < 0)
            detail::throw_invalid("LabelledSequence: expected memory >= 0, got ", options.memory);
    }

    /// Frames so far.
    [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }
    /// What was detected in a frame.
    [[nodiscard]] std::span<const Observation> observations(std::size_t frame) const {
        return frames_[frame].observations;
    }
    /// Who is known once a frame has been seen.
    [[nodiscard]] std::span<const Known> known(std::size_t frame) const { return frames_[frame].known; }

    /// What a frame shows of somebody; nullptr when it does not.
    [[nodiscard]] const Observation* find(std::size_t frame, TrackId identity) const {
        for (const Observation& one : frames_[frame].observations)
            if (one.identity == identity) return &one;
        return nullptr;
    }

    /// Adds the next frame.
    ///
    /// @param observations  in any order; no identity but kNobody twice
    /// @param camera        motion of the background since the frame before
    /// @param flows         of `known(size() - 1)`, to this frame; empty: none is reliable
    /// @throws InvalidArgument  a box is not is_usable(), a score is not in [0, 1], or the number of flows is
    ///                          another; the sequence is as it was
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

    /// Where somebody who is known in a frame is expected some frames later, not having been seen meanwhile.
    ///
    /// @param known  somebody of known(from)
    /// @param from   the frame of `known`
    /// @param to     >= from
    [[nodiscard]] Box expected(const Known& known, std::size_t from, std::size_t to) const {
        KalmanMotion::State motion = known.motion;
        BoxFlow flow = known.flow;
        for (std::size_t frame = from + 1; frame <= to; ++frame) {
            motion_.predict(motion, 1, frames_[frame].camera, flow);
            flow = {};
        }
        return motion_.box(motion);
    }

    /// Where those who are known stand now.
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
