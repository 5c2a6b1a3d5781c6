#pragma once

#include <fgagt/tracker.hpp>

namespace fgagt {

/// The parts of GeometryTracker.
struct GeometryParts : DefaultParts<NoBackbone> {
    using Flow = NoFlow; ///< no pixels, no flow
};

/// Tracks boxes without pixels, by motion and overlap; the camera's motion may come from the caller.
///
///     fgagt::GeometryTracker tracker;
///     for (const auto& detections : frames)
///         for (const fgagt::Track& track : tracker.update(detections).tracks) show(track);
///
/// Callers with appearance vectors of their own give `NoPooler` their dimension, and each detection its
/// vector.
using GeometryTracker = Tracker<GeometryParts>;

} // namespace fgagt
