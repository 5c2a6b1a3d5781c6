// A second translation unit of one program: whatever is defined in a header without `inline` is now there
// twice.

#include <fgagt/fgagt.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/synthetic_scene.hpp>

/// Uses the library, so that it is not left out.
std::size_t count_objects(int frames) {
    const fgagt::SyntheticScene scene({.frames = frames});
    fgagt::Tracker<> tracker;
    for (int k = 0; k < frames; ++k)
        tracker.update(scene.frame(k), scene.detections(k));
    return tracker.state().tracks.size();
}
