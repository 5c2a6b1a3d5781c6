#include "support/catch.hpp"
#include "support/darknet_network.hpp"

#include <fgagt/detection/dnn_detector.hpp>
#include <fgagt/tracker.hpp>

#include <opencv2/imgproc.hpp>

#include <span>
#include <stdexcept>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

/// Detects bright cells: each is an object of three cells around it.
class BrightCells {
public:
    [[nodiscard]] static NetworkInputOptions input() {
        return {.size{96, 64}, .fit = ImageFit::kStretch, .deviation{255, 255, 255}};
    }

    static void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                       std::vector<Detection>& detections) {
        const cv::Mat& cells = outputs.front().values;
        if (outputs.size() != 1 || cells.dims != 4) throw std::logic_error("expected a single map");
        constexpr float kStride = 4;
        detections.clear();
        for (int y = 0; y < cells.size[2]; ++y)
            for (int x = 0; x < cells.size[3]; ++x)
                if (cells.ptr<float>(0, 0, y)[x] > 2.5F)
                    detections.push_back({.box = placement.to_frame({kStride * static_cast<float>(x - 1),
                                                                     kStride * static_cast<float>(y - 1),
                                                                     3 * kStride, 3 * kStride})});
    }
};
static_assert(DetectorHead<BrightCells>);
static_assert(DetectingBackbone<DnnDetector<BrightCells>>);
static_assert(!DetectingBackbone<ColourBackbone>);

using BrightDetector = DnnDetector<BrightCells>;

BrightDetector detector(const TemporaryFolder& folder) {
    // Means of 4 x 4 pixels over all channels, in two steps.
    const auto model =
        DarknetNetwork(96, 64).maximum().maximum().convolution(1, 1, 1, 1.0F).write(folder, "net");
    return BrightDetector({.network{.model = model}, .layer = "pool_1"});
}

/// A white square of one cell on black; the frame is twice as large as the network's input.
cv::Mat frame_with(cv::Point cell) {
    cv::Mat frame(128, 192, CV_8UC3, cv::Scalar::all(0));
    cv::rectangle(frame, cv::Rect(8 * cell.x, 8 * cell.y, 8, 8), cv::Scalar::all(255), cv::FILLED);
    return frame;
}

} // namespace

TEST_CASE("a detector returns its head's detections in frame coordinates") {
    const TemporaryFolder folder;
    BrightDetector bright = detector(folder);
    std::vector<Detection> seen{{}, {}};
    bright.detect(frame_with({10, 5}), seen);
    REQUIRE(seen.size() == 1);
    CHECK(seen.front().box == Box{72, 32, 24, 24});
    bright.detect(cv::Mat(128, 192, CV_8UC3, cv::Scalar::all(0)), seen);
    CHECK(seen.empty());
}

TEST_CASE("one pass gives the same detections and map as two passes") {
    const TemporaryFolder folder;
    BrightDetector bright = detector(folder);
    const cv::Mat frame = frame_with({10, 5});
    std::vector<Detection> alone, both;
    FeatureMap map_alone, map_both;
    bright.detect(frame, alone);
    bright.extract(frame, map_alone);
    bright.detect(frame, map_both, both);
    REQUIRE((alone.size() == 1 && both.size() == 1));
    CHECK(alone.front().box == both.front().box);
    CHECK(map_alone.data == map_both.data);
    CHECK((map_both.channels == 3 && map_both.columns == 24 && map_both.rows == 16));
    CHECK((map_both.scale_x == map_alone.scale_x && map_both.offset_y == map_alone.offset_y));
    CHECK_THAT(map_both.cell(5, 10)[0], WithinAbs(1, 1e-6));
}

TEST_CASE("a tracker with a detecting backbone needs only frames") {
    const TemporaryFolder folder;
    Tracker<BrightDetector> tracker({.backbone = detector(folder)});
    for (int k = 0; k < 6; ++k) {
        const FrameResult& result = tracker.update(frame_with({5 + k, 8}));
        REQUIRE(result.tracks.size() == 1);
        CHECK(result.tracks.front().id == 1);
        CHECK(result.tracks.front().detection == 0U);
        CHECK(tracker.work().detected.front().box.left == 8 * static_cast<float>(4 + k));
        CHECK(result.times.detect > 0);
        CHECK(result.times.total >= result.times.detect);
        CHECK(tracker.work().has_features_d.front() == 1);
    }
    // The same as with external detections: the same detections give the same tracks.
    Tracker<BrightDetector> one_pass({.backbone = detector(folder)}),
        two_passes({.backbone = detector(folder)});
    BrightDetector bright = detector(folder);
    for (int k = 0; k < 6; ++k) {
        const cv::Mat frame = frame_with({12 - k, 3 + k});
        std::vector<Detection> seen;
        bright.detect(frame, seen);
        CHECK(one_pass.update(frame).tracks == two_passes.update(frame, seen).tracks);
        CHECK(one_pass.work().features_d == two_passes.work().features_d);
    }
    // Between detections, the tracks move without a network pass.
    CHECK(one_pass.propagate(frame_with({6, 9})).times.detect == 0);
}

TEST_CASE("a frame refused by a detecting tracker changes nothing") {
    const TemporaryFolder folder;
    Tracker<BrightDetector> tracker({.backbone = detector(folder)});
    tracker.update(frame_with({5, 5}), {.timestamp = 1.0});
    CHECK_THROWS_AS(tracker.update(cv::Mat()), InvalidArgument);
    CHECK_THROWS_AS(tracker.update(frame_with({6, 5}), {.timestamp = 0.5}), InvalidArgument);
    const FrameResult& result = tracker.update(frame_with({6, 5}), {.timestamp = 1.1});
    CHECK((result.frame == 1 && result.tracks.size() == 1 && result.tracks.front().id == 1));
}

TEST_CASE("a detector network must accept its head's input and have the layer") {
    const TemporaryFolder folder;
    const auto model = DarknetNetwork(96, 64).convolution(1, 3, 2).write(folder, "net");
    BrightDetector bright({.network{.model = model}, .layer = "none"});
    FeatureMap map;
    std::vector<Detection> seen;
    CHECK_NOTHROW(bright.detect(frame_with({1, 1}), seen));
    CHECK_THROWS_AS(bright.extract(frame_with({1, 1}), map), InvalidArgument);
    CHECK_THROWS_AS(bright.detect(frame_with({1, 1}), map, seen), InvalidArgument);
    CHECK_THROWS_AS(BrightDetector({.network{.model = folder.path() / "none.onnx"}}), ParseError);
    NetworkInputOptions none = BrightCells::input();
    none.size = {0, 0};
    CHECK_THROWS_AS(BrightDetector({.network{.model = model}, .input = none}), InvalidArgument);
}
