#pragma once

#include <fgagt/concepts.hpp>
#include <fgagt/flow/bounded_box.hpp>
#include <fgagt/geometry.hpp>
#include <fgagt/types.hpp>

namespace fgagt {

/// The paper's motion: a box stays where it was last seen unless optical flow moves it. Camera motion is
/// ignored, it is part of the flow.
class HoldMotion {
public:
    using State = Box;

    [[nodiscard]] State initiate(const Box& box) const noexcept { return detail::bounded_box(box); }

    void predict(State& state, float /*elapsed*/, const Affine& /*camera*/,
                 const BoxFlow& flow) const noexcept {
        if (flow.reliable) take(state, moved(state, flow));
    }

    void update(State& state, const Box& box, float /*score*/) const noexcept { take(state, box); }

    [[nodiscard]] Box box(const State& state) const noexcept { return state; }

private:
    static void take(State& state, const Box& box) noexcept {
        if (is_usable(box)) state = box;
    }
};
static_assert(MotionModel<HoldMotion>);

} // namespace fgagt
