#pragma once

/// Heads that decode the outputs of detector networks, one for each family. These headers need OpenCV's dnn
/// module, so include them separately.
#include <fgagt/detection/heads/anchor_head.hpp>
#include <fgagt/detection/heads/any_head.hpp>
#include <fgagt/detection/heads/centre_heatmap_head.hpp>
#include <fgagt/detection/heads/corner_head.hpp>
#include <fgagt/detection/heads/darknet_head.hpp>
#include <fgagt/detection/heads/decoded_head.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/detection/heads/fastestdet_head.hpp>
#include <fgagt/detection/heads/ltrb_head.hpp>
#include <fgagt/detection/heads/named_heads.hpp>
#include <fgagt/detection/heads/set_prediction_head.hpp>
#include <fgagt/detection/heads/yolo_anchor_head.hpp>
#include <fgagt/detection/heads/yolo_rows_head.hpp>
#include <fgagt/detection/heads/yolov1_head.hpp>
#include <fgagt/detection/heads/yolox_head.hpp>
