#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/tracker/defaults.hpp>

#include <concepts>

namespace fgagt {

/// The parts of a tracker, by name: the default's, until you name your own.
///
///     struct MyParts : fgagt::DefaultParts<> {
///         using Motion = SteadyMotion;
///     };
///     fgagt::Tracker<MyParts> tracker;
///
/// The pooler depends on the backbone's map. So name a backbone as `DefaultParts<MyBackbone>`.
template <class B = ColourBackbone>
struct DefaultParts {
    using Backbone = B;                            ///< frame to map
    using Flow = PyramidalFlow;                    ///< where boxes went, and how the camera moved
    using Motion = KalmanMotion;                   ///< each object's box as a filter sees it
    using Pooler = DefaultPooler<typename B::Map>; ///< boxes of the map to features
    using Graph = AdaptiveGraph;                   ///< features to similarities
    using Association = DefaultAssociation;        ///< similarities to matches
    using Lifecycle = LifecycleManager;            ///< matches to births, losses, removals
};

/// The parts of a tracker: types named as in DefaultParts, each of which models its concept. The pooler reads
/// the map that the backbone makes.
template <class T>
concept TrackerParts =
    Backbone<typename T::Backbone> && FlowPropagator<typename T::Flow> && MotionModel<typename T::Motion> &&
    Pooler<typename T::Pooler> && AffinityGraph<typename T::Graph> && Associator<typename T::Association> &&
    Lifecycle<typename T::Lifecycle> && std::same_as<typename T::Backbone::Map, typename T::Pooler::Map>;

namespace detail {

/// A backbone stands for the default's parts with that backbone.
template <class T>
struct PartsOfTracker {
    using type = DefaultParts<T>;
};
template <class Parts>
requires requires {
    typename Parts::Backbone;
    typename Parts::Lifecycle;
}
struct PartsOfTracker<Parts> {
    using type = Parts;
};
template <class T>
using PartsOf = typename PartsOfTracker<T>::type;

} // namespace detail
} // namespace fgagt
