#!/usr/bin/env python3
"""Writes roi_align.json: the output of ONNX RoiAlign, run by onnxruntime, for a few boxes.

    python3 roi_align.py > roi_align.json        (needs numpy, onnx, onnxruntime)

The map holds sin(0.7 c + 0.31 y) + cos(0.43 x - 0.2 c) at row y, column x, channel c, so that the test can recreate it.
Boxes are left, top, width, height in image coordinates; outputs are bins_y x bins_x x channels per box.
"""

import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

ROWS, COLUMNS, CHANNELS = 11, 17, 5
SCALE = 0.25
BINS_Y, BINS_X = 4, 3
BOXES = [
    [8.0, 4.0, 24.0, 28.0],  # inside
    [0.0, 0.0, 68.0, 44.0],  # the whole image
    [-9.5, -7.25, 30.0, 21.5],  # across the upper left corner
    [50.0, 30.0, 41.0, 39.0],  # across the lower right corner
    [-60.0, 10.0, 20.0, 20.0],  # completely outside
    [20.25, 13.5, 0.75, 1.25],  # much smaller than a cell
    [33.0, -20.0, 3.0, 90.0],  # narrow, taller than the image
    [-400.0, -300.0, 900.0, 700.0],  # much larger than the image
]
CASES = [(ratio, aligned) for aligned in (True, False) for ratio in (0, 1, 2, 3)]


def feature_map():
    c, y, x = np.meshgrid(np.arange(CHANNELS), np.arange(ROWS), np.arange(COLUMNS), indexing="ij")
    return (np.sin(0.7 * c + 0.31 * y) + np.cos(0.43 * x - 0.2 * c)).astype(np.float32)[None]


def roi_align(sampling_ratio, aligned):
    node = helper.make_node(
        "RoiAlign",
        ["map", "rois", "batch"],
        ["out"],
        coordinate_transformation_mode="half_pixel" if aligned else "output_half_pixel",
        mode="avg",
        output_height=BINS_Y,
        output_width=BINS_X,
        sampling_ratio=sampling_ratio,
        spatial_scale=SCALE,
    )
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [node],
        "roi_align",
        [
            value("map", TensorProto.FLOAT, [1, CHANNELS, ROWS, COLUMNS]),
            value("rois", TensorProto.FLOAT, [len(BOXES), 4]),
            value("batch", TensorProto.INT64, [len(BOXES)]),
        ],
        [value("out", TensorProto.FLOAT, [len(BOXES), CHANNELS, BINS_Y, BINS_X])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    boxes = np.array(BOXES, np.float32)
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    out = session.run(None, {"map": feature_map(), "rois": corners, "batch": np.zeros(len(BOXES), np.int64)})[0]
    return out.transpose(0, 2, 3, 1).reshape(len(BOXES), -1)


def main():
    cases = [
        {
            "sampling_ratio": ratio,
            "aligned": aligned,
            "pooled": [[float(f"{v:.7g}") for v in row] for row in roi_align(ratio, aligned)],
        }
        for ratio, aligned in CASES
    ]
    shape = {"rows": ROWS, "columns": COLUMNS, "channels": CHANNELS, "scale": SCALE, "bins_y": BINS_Y, "bins_x": BINS_X}
    print(json.dumps({**shape, "boxes": BOXES, "cases": cases}))


if __name__ == "__main__":
    main()
