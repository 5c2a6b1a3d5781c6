// The presets without learned weights: default and geometry.

#include "any_tracker.hpp"
#include "tracker_of.hpp"

#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/lifecycle/lifecycle_manager.hpp>

#include <memory>
#include <utility>

namespace fgagt::examples {

namespace {

template <class B>
std::unique_ptr<AnyTracker> default_tracker(B backbone, const TrackerChoice& choice) {
    return tracker_of<Tracker<B>>(
        {.backbone = std::move(backbone), .lifecycle = LifecycleManager(choice.lifecycle)}, choice);
}

} // namespace

std::unique_ptr<AnyTracker> open_default_tracker(const TrackerChoice& choice) {
    return choice.backbone ? default_tracker(*choice.backbone, choice)
                           : default_tracker(ColourBackbone(), choice);
}

std::unique_ptr<AnyTracker> open_geometry_tracker(const TrackerChoice& choice) {
    return tracker_of<GeometryTracker>({.lifecycle = LifecycleManager(choice.lifecycle)}, choice);
}

} // namespace fgagt::examples
