// Tracks a generated scene, which needs no input files, and prints which objects appear and disappear.

#include <fgagt/fgagt.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <cstdio>

int main() {
    const fgagt::SyntheticScene scene;
    fgagt::Tracker<> tracker;
    for (int k = 0; k < scene.frame_count(); ++k) {
        const fgagt::FrameResult& result = tracker.update(scene.frame(k), scene.detections(k));
        for (const fgagt::TrackId id : result.events.confirmed)
            std::printf("frame %3d: object %lld is here\n", k, static_cast<long long>(id));
        for (const fgagt::TrackId id : result.events.removed)
            std::printf("frame %3d: object %lld is gone\n", k, static_cast<long long>(id));
    }
    std::printf("%zu objects at the end\n", tracker.state().tracks.size());
}
