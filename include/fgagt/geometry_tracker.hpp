#pragma once

#include <fgagt/tracker.hpp>

namespace fgagt {

/// The parts of GeometryTracker.
struct GeometryParts : DefaultParts<NoBackbone> {
    using Flow = NoFlow; ///< no pixels, no flow
};

/// Tracks boxes by motion and overlap, without pixels. The caller may supply the camera's motion.
///
///     fgagt::GeometryTracker tracker;
///     for (const auto& detections : frames)
///         for (const fgagt::Track& track : tracker.update(detections).tracks) show(track);
///
/// To use your own appearance vectors, set their dimension in `NoPooler` and give each detection its vector.
using GeometryTracker = Tracker<GeometryParts>;

} // namespace fgagt
