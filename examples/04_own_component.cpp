// Replaces two of the library's components with your own: a motion model and a pooler.

#include <fgagt/fgagt.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

/// Constant velocity; each detection corrects the velocity by half of the prediction error.
class SteadyMotion {
public:
    struct State {
        fgagt::Box box;
        float vx = 0, vy = 0; // pixels per nominal frame
        float elapsed = 1;
    };

    State initiate(const fgagt::Box& box) const { return {.box = box}; }
    void predict(State& state, float elapsed, const fgagt::Affine& /*camera*/,
                 const fgagt::BoxFlow& flow) const {
        state.elapsed = elapsed;
        state.box.left += flow.reliable ? flow.dx : state.vx * elapsed;
        state.box.top += flow.reliable ? flow.dy : state.vy * elapsed;
    }
    void update(State& state, const fgagt::Box& box, float /*score*/) const {
        const cv::Point2f step = box.centre() - state.box.centre();
        state.vx += 0.5F * step.x / state.elapsed;
        state.vy += 0.5F * step.y / state.elapsed;
        state.box = box;
    }
    fgagt::Box box(const State& state) const { return state.box; }
};
static_assert(fgagt::MotionModel<SteadyMotion>);

/// Describes a box by the colour at its centre: hue, saturation and value.
class CentreColour {
public:
    using Map = fgagt::ColourImage;

    void pool(const Map& map, std::span<const fgagt::Box> boxes, fgagt::Matrix& features,
              std::vector<std::uint8_t>& valid) const {
        features.setZero(static_cast<Eigen::Index>(boxes.size()), 3);
        valid.assign(boxes.size(), 0);
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            const float column = map.scale_x * boxes[k].centre().x, row = map.scale_y * boxes[k].centre().y;
            const cv::Rect2f inside(0, 0, static_cast<float>(map.columns), static_cast<float>(map.rows));
            if (!inside.contains(cv::Point2f(column, row))) continue;
            const std::uint8_t* pixel = map.pixel(static_cast<int>(row), static_cast<int>(column));
            features.row(static_cast<Eigen::Index>(k)) << pixel[0], pixel[1], pixel[2];
            valid[k] = 1;
        }
    }
};
static_assert(fgagt::Pooler<CentreColour>);

struct MyParts : fgagt::DefaultParts<> {
    using Motion = SteadyMotion;
    using Pooler = CentreColour;
};

int main() {
    const fgagt::SyntheticScene scene;
    fgagt::Tracker<MyParts> tracker;
    std::size_t reported = 0;
    for (int k = 0; k < scene.frame_count(); ++k)
        reported += tracker.update(scene.frame(k), scene.detections(k)).tracks.size();
    std::printf("%zu boxes of %lld tracks in %d frames\n", reported,
                static_cast<long long>(tracker.state().last_id), scene.frame_count());
}
