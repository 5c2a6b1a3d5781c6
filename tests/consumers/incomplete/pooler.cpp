// A pooler without `pool`.

#include <fgagt/fgagt.hpp>

struct Mine {
    using Map = fgagt::ColourImage;
};

int main() {
    const fgagt::Tracker<fgagt::ColourBackbone, fgagt::PyramidalFlow, fgagt::KalmanMotion, Mine> tracker;
}
