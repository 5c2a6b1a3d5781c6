#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/yolo_anchor_head.hpp>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("YOLO grids with anchors are decoded by the authors' method") {
    SECTION("YOLOv2") {
        check_golden(YoloAnchorHead(golden_options(yolov2_options(kGoldenInput))), "yolov2");
    }
    SECTION("YOLOv3") {
        check_golden(YoloAnchorHead(golden_options(yolov3_options(kGoldenInput))), "yolov3");
    }
    SECTION("YOLOv4") {
        check_golden(YoloAnchorHead(golden_options(yolov4_options(kGoldenInput))), "yolov4");
    }
    SECTION("YOLOv5") {
        check_golden(YoloAnchorHead(golden_options(yolov5_options(kGoldenInput))), "yolov5");
    }
    SECTION("YOLOv5, decoded by the network") {
        check_golden(YoloAnchorHead(golden_options(yolov5_options(kGoldenInput))), "yolov5_decoded");
    }
    SECTION("YOLOv7") {
        check_golden(YoloAnchorHead(golden_options(yolov7_options(kGoldenInput))), "yolov7");
    }
}
