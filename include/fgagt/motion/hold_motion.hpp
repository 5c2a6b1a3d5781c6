#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/motion/detail/bounded_box.hpp>

namespace fgagt {

/// The paper's motion: a box stays where it was last seen unless optical flow moves it. Camera motion is
/// ignored, it is part of the flow.
class HoldMotion {
public:
    using State = Box; ///< where it was last

    /// The box itself.
    [[nodiscard]] State initiate(const Box& box) const noexcept { return detail::bounded_box(box); }

    /// Moves the box by the flow, where that is reliable; time and the camera's motion are not looked at.
    void predict(State& state, float /*elapsed*/, const Affine& /*camera*/,
                 const BoxFlow& flow) const noexcept {
        if (flow.reliable) take(state, moved(state, flow));
    }

    /// Takes the observed box as it is.
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
