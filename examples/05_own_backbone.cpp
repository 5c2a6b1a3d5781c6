// Uses your own backbone, which can be anything that computes a feature map from a frame, such as a network.
// This one has a cell per 8 x 8 pixels that holds the mean of each colour and the mean gradient magnitude.

#include <fgagt/fgagt.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstdio>

class CellBackbone {
public:
    using Map = fgagt::FeatureMap;

    /// @param frame  CV_8UC3 (BGR)
    void extract(const cv::Mat& frame, Map& map) {
        map.columns = std::max(1, frame.cols / kCell);
        map.rows = std::max(1, frame.rows / kCell);
        map.channels = 4;
        map.scale_x = static_cast<float>(map.columns) / static_cast<float>(frame.cols);
        map.scale_y = static_cast<float>(map.rows) / static_cast<float>(frame.rows);
        map.valid_cells = {0, 0, static_cast<float>(map.columns), static_cast<float>(map.rows)};
        map.data.resize(4 * static_cast<std::size_t>(map.columns) * static_cast<std::size_t>(map.rows));

        const cv::Size cells(map.columns, map.rows);
        cv::Mat grey, gradient, colours, edges;
        cv::cvtColor(frame, grey, cv::COLOR_BGR2GRAY);
        cv::morphologyEx(grey, gradient, cv::MORPH_GRADIENT, {});
        cv::resize(frame, colours, cells, 0, 0, cv::INTER_AREA);
        cv::resize(gradient, edges, cells, 0, 0, cv::INTER_AREA);
        for (int row = 0; row < map.rows; ++row)
            for (int column = 0; column < map.columns; ++column) {
                const auto colour = colours.at<cv::Vec3b>(row, column);
                const float values[] = {static_cast<float>(colour[0]), static_cast<float>(colour[1]),
                                        static_cast<float>(colour[2]),
                                        static_cast<float>(edges.at<std::uint8_t>(row, column))};
                std::copy(std::begin(values), std::end(values), map.cell(row, column));
            }
    }

private:
    static constexpr int kCell = 8; // pixels
};
static_assert(fgagt::Backbone<CellBackbone>);

int main() {
    // ROI-align pools the feature map unless you specify another pooler.
    fgagt::Tracker<CellBackbone> tracker;
    const fgagt::SyntheticScene scene;
    std::size_t reported = 0;
    for (int k = 0; k < scene.frame_count(); ++k)
        reported += tracker.update(scene.frame(k), scene.detections(k)).tracks.size();
    const fgagt::FeatureMap& map = tracker.work().map;
    std::printf("maps of %d x %d cells with %d channels, features of %lld numbers\n", map.columns, map.rows,
                map.channels, static_cast<long long>(tracker.work().features_d.cols()));
    std::printf("%zu boxes of %lld tracks in %d frames\n", reported,
                static_cast<long long>(tracker.state().last_id), scene.frame_count());
}
