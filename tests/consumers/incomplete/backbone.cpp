// A backbone whose `extract` returns its map instead of filling its argument.

#include <fgagt/fgagt.hpp>

struct Mine {
    using Map = fgagt::FeatureMap;
    Map extract(const cv::Mat& frame) const { return {.rows = frame.rows}; }
};
static_assert(fgagt::Backbone<Mine>);

int main() {}
