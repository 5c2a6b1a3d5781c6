// A pooler without `pool`.

#include <fgagt/fgagt.hpp>

struct Mine {
    using Map = fgagt::ColourImage;
};

struct MyParts : fgagt::DefaultParts<> {
    using Pooler = Mine;
};

int main() {
    const fgagt::Tracker<MyParts> tracker;
}
