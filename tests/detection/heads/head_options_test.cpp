#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/heads.hpp>

#include <limits>

using namespace fgagt;
using namespace fgagt::test;

namespace {

const float kNan = std::numeric_limits<float>::quiet_NaN();

/// Whether a head refuses its usual options after a change.
template <class Head, class Change>
void check_refused(typename Head::Options options, Change change) {
    static_cast<void>(Head(options));
    change(options);
    CHECK_THROWS_AS(Head(options), InvalidArgument);
}

} // namespace

TEST_CASE("detector heads refuse options out of range") {
    using Yolo = YoloAnchorHeadOptions;
    check_refused<YoloAnchorHead>(yolov5_options(), [](Yolo& options) { options.levels.clear(); });
    check_refused<YoloAnchorHead>(yolov5_options(), [](Yolo& options) { options.levels[1].stride = 0; });
    check_refused<YoloAnchorHead>(yolov5_options(), [](Yolo& options) { options.levels[1].anchors.clear(); });
    check_refused<YoloAnchorHead>(yolov5_options(),
                                  [](Yolo& options) { options.levels[1].anchors[0].width = 0; });
    check_refused<YoloAnchorHead>(yolov5_options(),
                                  [](Yolo& options) { options.levels[1].centre_scale = 0.5F; });
    check_refused<YoloAnchorHead>(
        yolov5_options(), [](Yolo& options) { options.scores = ScoreActivation::kSoftmaxBackgroundFirst; });
    check_refused<YoloxHead>({}, [](YoloxHeadOptions& options) { options.strides.clear(); });
    check_refused<YoloxHead>({},
                             [](YoloxHeadOptions& options) { options.scores = ScoreActivation::kSoftmax; });
    check_refused<YoloRowsHead>({}, [](YoloRowsHeadOptions& options) { options.strides = {-8}; });
    check_refused<YoloRowsHead>({}, [](YoloRowsHeadOptions& options) { options.anchors = 0; });
    check_refused<Yolov1Head>({}, [](Yolov1HeadOptions& options) { options.grid = 0; });
    check_refused<Yolov1Head>({}, [](Yolov1HeadOptions& options) { options.boxes = 65; });
    check_refused<FastestDetHead>({}, [](FastestDetHeadOptions& options) { options.stride = 0; });
    check_refused<FastestDetHead>({},
                                  [](FastestDetHeadOptions& options) { options.objectness_exponent = kNan; });
    check_refused<LtrbHead>({}, [](LtrbHeadOptions& options) { options.bins = 1; });
    check_refused<LtrbHead>({}, [](LtrbHeadOptions& options) { options.point = 1.5F; });
    check_refused<AnchorHead>(ssd_options(), [](AnchorHeadOptions& options) { options.levels.clear(); });
    check_refused<AnchorHead>(ssd_options(),
                              [](AnchorHeadOptions& options) { options.levels[0].grid.width = 0; });
    check_refused<AnchorHead>(ssd_options(),
                              [](AnchorHeadOptions& options) { options.levels[0].step.height = kNan; });
    check_refused<AnchorHead>(ssd_options(), [](AnchorHeadOptions& options) { options.point = -1; });
    check_refused<AnchorHead>(ssd_options(), [](AnchorHeadOptions& options) { options.factors[2] = 0; });
    check_refused<CentreHeatmapHead>({}, [](CentreHeatmapHeadOptions& options) { options.stride = 5000; });
    check_refused<CentreHeatmapHead>(
        {}, [](CentreHeatmapHeadOptions& options) { options.scores = ScoreActivation::kSoftmax; });
    check_refused<CornerHead>({}, [](CornerHeadOptions& options) { options.corners = 0; });
    check_refused<CornerHead>({}, [](CornerHeadOptions& options) { options.tag_distance = kNan; });
    check_refused<CornerHead>({}, [](CornerHeadOptions& options) { options.corner_threshold = 2; });
    check_refused<CornerHead>({},
                              [](CornerHeadOptions& options) { options.scores = ScoreActivation::kSoftmax; });
    check_refused<SetPredictionHead>(
        {}, [](SetPredictionHeadOptions& options) { options.selection.soft_sigma = -1; });
    check_refused<DarknetHead>({}, [](DarknetHeadOptions& options) { options.selection.max_detections = 0; });
}

TEST_CASE("SSD at the paper's size has 8732 boxes, and SSDLite 3234") {
    for (const auto& [options, expected] :
         {std::pair{ssd_options(), 8732}, std::pair{ssdlite_options(), 3234}}) {
        int boxes = 0;
        for (const AnchorLevel& level : options.levels)
            boxes += level.grid.area() * static_cast<int>(level.anchors.size());
        CHECK(boxes == expected);
    }
}

TEST_CASE("scores of zero or NaN give no detections") {
    const YoloxHead head(yolox_options(kGoldenInput));
    CHECK(decoded(head, {{"", tensor({1, 84, 6})}}).empty());
    CHECK(decoded(head, {{"", tensor({1, 84, 6}, std::numeric_limits<float>::quiet_NaN())}}).empty());
    CHECK(decoded(head, {{"", tensor({1, 84, 6}, 0.9F)}}).size() > 3);
}
