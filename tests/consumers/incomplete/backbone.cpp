// A backbone whose `extract` gives its map back instead of filling the one that it gets.

#include <fgagt/fgagt.hpp>

struct Mine {
    using Map = fgagt::FeatureMap;
    Map extract(const cv::Mat& frame) const { return {.rows = frame.rows}; }
};
static_assert(fgagt::Backbone<Mine>);

int main() {}
