// A second translation unit of the same program: anything defined in a header without `inline` now exists
// twice. It includes every header in reverse alphabetical order.

#include "every_header.hpp"

/// Uses the library, so that the linker keeps it.
std::size_t count_objects(int frames) {
    const fgagt::SyntheticScene scene({.frames = frames});
    fgagt::Tracker<> tracker;
    for (int k = 0; k < frames; ++k)
        tracker.update(scene.frame(k), scene.detections(k));
    return tracker.state().tracks.size();
}

fgagt::TrackId id_of(const fgagt::Track& track) {
    return track.id;
}
fgagt::TrackStatus status_of(const fgagt::Track& track) {
    return track.status;
}
