#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/darknet_head.hpp>
#include <fgagt/detection/heads/fastestdet_head.hpp>
#include <fgagt/detection/heads/yolo_rows_head.hpp>
#include <fgagt/detection/heads/yolov1_head.hpp>
#include <fgagt/detection/heads/yolox_head.hpp>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("YOLO grids without anchors are decoded by the authors' method") {
    SECTION("YOLOX") {
        check_golden(YoloxHead(golden_options(yolox_options(kGoldenInput))), "yolox");
    }
    SECTION("FastestDet") {
        check_golden(FastestDetHead(golden_options(fastestdet_options(kGoldenInput))), "fastestdet");
    }
    SECTION("YOLOv6") {
        YoloRowsHeadOptions options = golden_options(yolov6_options(kGoldenInput));
        options.selection.score_threshold = 0.1F;
        check_golden(YoloRowsHead(options), "yolov6");
    }
    SECTION("YOLOv8") {
        check_golden(YoloRowsHead(golden_options(yolov8_options(kGoldenInput))), "yolov8");
    }
    SECTION("YOLO-NAS") {
        check_golden(YoloRowsHead(golden_options(yolo_nas_options(kGoldenInput))), "yolo_nas");
    }
    SECTION("PP-YOLOE") {
        check_golden(YoloRowsHead(golden_options(ppyoloe_options(kGoldenInput))), "ppyoloe");
    }
    SECTION("DAMO-YOLO") {
        check_golden(YoloRowsHead(golden_options(damo_yolo_options(kGoldenInput))), "damo_yolo");
    }
}

TEST_CASE("darknet's layers and YOLOv1's grid are decoded by the authors' method") {
    SECTION("layers decoded by OpenCV") {
        check_golden(DarknetHead(golden_options(darknet_options(kGoldenInput))), "darknet");
    }
    Yolov1HeadOptions options = golden_options(yolov1_options(kGoldenInput));
    options.selection.score_threshold = 0.2F;
    SECTION("YOLOv1 in darknet's layout") {
        check_golden(Yolov1Head(options), "yolov1");
    }
    SECTION("YOLOv1 cell by cell") {
        check_golden(Yolov1Head(options), "yolov1_cells");
    }
}
