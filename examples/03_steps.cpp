// Runs the tracker step by step and prints the intermediate results.

#include <fgagt/fgagt.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <cstdio>

namespace {

/// Prints S_out, with one row per detection and one column per track, and the matches.
void show(const fgagt::FrameIntermediates<fgagt::ColourImage>& work) {
    for (Eigen::Index d = 0; d < work.similarity.rows(); ++d) {
        std::printf("  detection %lld:", static_cast<long long>(d));
        for (Eigen::Index t = 0; t < work.similarity.cols(); ++t)
            std::printf(" %5.2f", static_cast<double>(work.similarity(d, t)));
        for (const fgagt::Match& match : work.matches)
            if (match.detection == static_cast<std::size_t>(d))
                std::printf("   takes the track of column %zu", match.track);
        std::printf("\n");
    }
}

} // namespace

int main() {
    const fgagt::SyntheticScene scene({.frames = 21});
    fgagt::Tracker<> tracker;
    for (int k = 0; k < scene.frame_count(); ++k) {
        tracker.begin(scene.frame(k), scene.detections(k));

        tracker.propagate_tracks(); // optical flow: tracks' boxes, frame t-1 -> frame t
        tracker.extract_features(); // backbone: frame t -> feature map
        tracker.pool_features();    // the map -> F_d of the detections, F_t of the tracks
        tracker.associate();        // IoU -> prior -> graph -> S_out -> assignment -> matches
        if (k % 10 == 0) {
            std::printf("frame %d\n", k);
            show(tracker.work());
        }
        const fgagt::FrameResult& result = tracker.commit(); // lifecycle: IDs, ages, states

        for (const fgagt::TrackId id : result.events.born)
            std::printf("frame %d: track %lld is born\n", k, static_cast<long long>(id));
    }
}
