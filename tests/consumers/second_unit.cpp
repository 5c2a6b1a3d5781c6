// A second translation unit of one program: whatever is defined in a header without `inline` is now there
// twice. It includes every header, the last one of the alphabet first.

#include "every_header.hpp"

/// Uses the library, so that it is not left out.
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
