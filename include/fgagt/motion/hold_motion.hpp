#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/motion/detail/bounded_box.hpp>

namespace fgagt {

/// The paper's motion: a box stays where it was last seen unless optical flow moves it. Camera motion is
/// ignored, because it is part of the flow.
class HoldMotion {
public:
    using State = Box; ///< the last box

    /// The box itself.
    [[nodiscard]] State initiate(const Box& box) const noexcept { return detail::bounded_box(box); }

    /// Moves the box by the flow if that is reliable. Time and camera motion are ignored.
    void predict(State& state, float /*elapsed*/, const Affine& /*camera*/,
                 const BoxFlow& flow) const noexcept {
        if (flow.reliable) take(state, moved(state, flow));
    }

    /// Replaces the box by the observed one.
    void update(State& state, const Box& box, float /*score*/) const noexcept { take(state, box); }

    /// The box itself.
    [[nodiscard]] Box box(const State& state) const noexcept { return state; }

private:
    static void take(State& state, const Box& box) noexcept {
        if (is_usable(box)) state = box;
    }
};
static_assert(MotionModel<HoldMotion>);

} // namespace fgagt
