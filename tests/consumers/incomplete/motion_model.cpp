// A motion model without `predict`.

#include <fgagt/tracker.hpp>

struct Mine {
    using State = fgagt::Box;
    State initiate(const fgagt::Box& box) const { return box; }
    void update(State& state, const fgagt::Box& box, float) const { state = box; }
    fgagt::Box box(const State& state) const { return state; }
};

struct MyParts : fgagt::DefaultParts<> {
    using Motion = Mine;
};

int main() {
    const fgagt::Tracker<MyParts> tracker;
}
