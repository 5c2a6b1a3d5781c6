// The presets that associate with the graph: graph and paper.

#include "any_tracker.hpp"
#include "tracker_of.hpp"

#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/lifecycle/lifecycle_manager.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/weights/default_weights.hpp>

#include <memory>
#include <utility>

namespace fgagt::examples {

namespace {

template <class B>
std::unique_ptr<AnyTracker> graph_tracker(B backbone, const TrackerChoice& choice) {
    auto components =
        GraphTracker<B>::learned(choice.weights ? *choice.weights : default_weights(), std::move(backbone));
    components.lifecycle = LifecycleManager(choice.lifecycle);
    return tracker_of<GraphTracker<B>>(std::move(components), choice);
}

template <class B>
std::unique_ptr<AnyTracker> paper_tracker(B backbone, const TrackerChoice& choice) {
    auto components = PaperTracker<B>::published(std::move(backbone));
    if (choice.weights) {
        auto learned = GraphTracker<B>::learned(*choice.weights, std::move(components.backbone));
        components.backbone = std::move(learned.backbone);
        components.pooler = std::move(learned.pooler);
        components.graph = std::move(learned.graph);
    }
    return tracker_of<PaperTracker<B>>(std::move(components), choice);
}

} // namespace

std::unique_ptr<AnyTracker> open_graph_tracker(const TrackerChoice& choice) {
    return choice.backbone ? graph_tracker(*choice.backbone, choice)
                           : graph_tracker(ColourBackbone(), choice);
}

std::unique_ptr<AnyTracker> open_paper_tracker(const TrackerChoice& choice) {
    return choice.backbone ? paper_tracker(*choice.backbone, choice)
                           : paper_tracker(ColourBackbone(), choice);
}

} // namespace fgagt::examples
