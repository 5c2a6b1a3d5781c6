#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/tracker/defaults.hpp>

#include <concepts>

namespace fgagt {

/// The parts of a tracker, by name. They are the defaults, except for those you replace:
///
///     struct MyParts : fgagt::DefaultParts<> {
///         using Motion = SteadyMotion;
///     };
///     fgagt::Tracker<MyParts> tracker;
///
/// The pooler depends on the backbone's map. To replace the backbone, derive from `DefaultParts<MyBackbone>`.
template <class B = ColourBackbone>
struct DefaultParts {
    using Backbone = B;                            ///< frame to map
    using Flow = PyramidalFlow;                    ///< motion of boxes and of the camera
    using Motion = KalmanMotion;                   ///< filters each object's box
    using Pooler = DefaultPooler<typename B::Map>; ///< boxes of the map to features
    using Graph = AdaptiveGraph;                   ///< features to similarities
    using Association = DefaultAssociation;        ///< similarities to matches
    using Lifecycle = LifecycleManager;            ///< matches to births, losses, removals
};

/// The parts of a tracker: types named as in DefaultParts, each a model of its concept. The pooler reads the
/// map that the backbone makes.
template <class T>
concept TrackerParts =
    Backbone<typename T::Backbone> && FlowPropagator<typename T::Flow> && MotionModel<typename T::Motion> &&
    Pooler<typename T::Pooler> && AffinityGraph<typename T::Graph> && Associator<typename T::Association> &&
    Lifecycle<typename T::Lifecycle> && std::same_as<typename T::Backbone::Map, typename T::Pooler::Map>;

namespace detail {

/// A backbone alone means the default parts with that backbone.
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
