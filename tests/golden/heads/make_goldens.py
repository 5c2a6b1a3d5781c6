#!/usr/bin/env python3
"""Writes *.safetensors: possible outputs of many families of detector networks, and the corresponding detections.

    python3 make_goldens.py [MODELS FRAME]

Needs numpy, safetensors, torch, torchvision and transformers. Each file has the network's outputs (`out.<name>`), and the
detections in pixels of the frame: `boxes` (left, top, right, bottom), `scores` and `classes`. The frame is 100 x 80 pixels
and the network's input 64 x 64, unless the metadata say otherwise. Outputs are half floats; the references read the
same rounded numbers.

The references are the post-processing of torchvision and transformers if they support the family, with clipping turned
off, and otherwise the authors' published method in NumPy, in double precision. With MODELS, a folder of trained networks,
and FRAME, an image, also writes real_*.safetensors: the detections of onnxruntime and the authors' method (needs onnxruntime
and OpenCV).
"""

import pathlib
import sys
import types

import numpy as np
import torch
import torchvision
from safetensors.numpy import save_file
from torchvision.models.detection import anchor_utils, fcos, retinanet, ssd, transform
from torchvision.models.detection import _utils as detection_utils
from torchvision.ops import boxes as box_ops

FOLDER = pathlib.Path(__file__).resolve().parent
FRAME = (100, 80)  # width, height
INPUT = (64, 64)
THRESHOLD, OVERLAP = 0.3, 0.5


# Position of a frame in the input.


def placement(fit, frame=FRAME, size=INPUT):
    """Scale and offset per axis: input = scale * frame + offset."""
    if fit == "stretch":
        return (size[0] / frame[0], size[1] / frame[1]), (0, 0)
    ratio = min(size[0] / frame[0], size[1] / frame[1])
    scaled = int(frame[0] * ratio + 1e-9), int(frame[1] * ratio + 1e-9)
    offset = ((size[0] - scaled[0]) // 2, (size[1] - scaled[1]) // 2) if fit == "centred" else (0, 0)
    return (scaled[0] / frame[0], scaled[1] / frame[1]), offset


def to_frame(boxes, fit, frame=FRAME, size=INPUT):
    (sx, sy), (ox, oy) = placement(fit, frame, size)
    return (np.asarray(boxes, np.float64).reshape(-1, 4) - [ox, oy, ox, oy]) / [sx, sy, sx, sy]


# Shared by several methods.


def half(values):
    """The numbers that are stored."""
    return np.asarray(values, np.float32).astype(np.float16)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def softmax(x):
    e = np.exp(np.asarray(x, np.float64) - np.max(x, -1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def corners(cx, cy, w, h):
    return np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], -1)


def iou(a, b):
    w = np.minimum(a[2], b[:, 2]) - np.maximum(a[0], b[:, 0])
    h = np.minimum(a[3], b[:, 3]) - np.maximum(a[1], b[:, 1])
    common = np.clip(w, 0, None) * np.clip(h, 0, None)
    area = lambda box: (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])
    return common / (area(a) + area(b) - common)


def best_class(boxes, scores, threshold=THRESHOLD, overlap=OVERLAP):
    """Each box with its best class; greedy suppression within each class. overlap None: no suppression."""
    boxes, scores = boxes.reshape(-1, 4), scores.reshape(len(boxes.reshape(-1, 4)), -1)
    classes, best = scores.argmax(1), scores.max(1)
    order = [k for k in np.argsort(-best, kind="stable") if best[k] >= threshold]
    kept = []
    for k in order:
        same = [j for j in kept if classes[j] == classes[k]]
        if overlap is None or not same or iou(boxes[k], boxes[same]).max() <= overlap:
            kept.append(k)
    return boxes[kept], best[kept], classes[kept]


def save(name, outputs, found, fit, **metadata):
    boxes, scores, classes = (np.asarray(part) for part in found)
    assert 3 <= len(boxes) <= 60, f"{name}: {len(boxes)} detections"
    tensors = {f"out.{key}": np.ascontiguousarray(value) for key, value in outputs.items()}
    assert all(value.dtype == np.float16 for value in tensors.values())
    tensors |= {
        "boxes": to_frame(boxes, fit).astype(np.float32),
        "scores": scores.astype(np.float32),
        "classes": classes.astype(np.float32),
    }
    save_file(tensors, FOLDER / f"{name}.safetensors", {key: str(value) for key, value in metadata.items()})
    print(f"{name}: {len(boxes)} detections")


def grid(stride, size=INPUT):
    """Columns and rows of the cells, row by row."""
    y, x = np.meshgrid(np.arange(-(-size[1] // stride)), np.arange(-(-size[0] // stride)), indexing="ij")
    return x.reshape(-1).astype(np.float64), y.reshape(-1).astype(np.float64)


def logits(random, *shape, low=-3.5, spread=2.2):
    return half(random.normal(low, spread, shape))


def probabilities(random, *shape):
    return half(sigmoid(random.normal(-3, 2.2, shape)))


# Networks with decoded boxes.


def decoded(random):
    """Boxes, labels, scores and masks in the format of torchvision's Mask R-CNN, mapped back to the frame by its own method."""
    frame, size, count, side = (48, 40), INPUT, 4, 14
    centres, sizes = random.uniform(12, 44, (count, 2)), random.uniform(14, 34, (count, 2))
    boxes = half(np.concatenate([centres - sizes / 2, centres + sizes / 2], 1))
    scores, labels = half([0.9, 0.75, 0.5, 0.2]), half([1, 3, 2, 1])
    y, x = np.mgrid[:side, :side] / (side - 1) * 2 - 1
    masks = half([[sigmoid(6 * (0.8 - np.hypot(x * a, y * b)))] for a, b in random.uniform(0.8, 1.3, (count, 2))])
    (sx, sy), _ = placement("letterbox", frame, size)
    scaled = (round(frame[1] * sy), round(frame[0] * sx))
    result = {
        "boxes": torch.from_numpy(boxes.astype(np.float32)),
        "masks": torch.from_numpy(masks.astype(np.float32)),
    }
    resize = transform.GeneralizedRCNNTransform(64, 64, [0, 0, 0], [1, 1, 1]).eval()
    found = resize.postprocess([dict(result)], [scaled], [(frame[1], frame[0])])[0]
    sampled = []
    for box, mask in zip(found["boxes"], result["masks"]):  # pasted as in Detectron 2
        u = (torch.arange(frame[0]) + 0.5 - box[0]) / (box[2] - box[0]) * 2 - 1
        v = (torch.arange(frame[1]) + 0.5 - box[1]) / (box[3] - box[1]) * 2 - 1
        points = torch.stack(torch.meshgrid(u, v, indexing="xy"), -1)[None]
        sampled.append(torch.nn.functional.grid_sample(mask[None], points, align_corners=False)[0, 0])
    tensors = {
        "out.boxes": boxes,
        "out.labels": labels,
        "out.scores": scores,
        "out.masks": masks,
        "boxes": found["boxes"].numpy(),
        "scores": scores.astype(np.float32),
        "classes": labels.astype(np.float32) - 1,
        # Eight pixels per number, along the rows.
        "pasted": np.packbits(found["masks"][:, 0].numpy() >= 0.5, -1).astype(np.float16),
        "sampled": np.packbits(torch.stack(sampled).numpy() >= 0.5, -1).astype(np.float16),
    }
    save_file(tensors, FOLDER / "mask_rcnn.safetensors")


# Anchor deltas.


def reference(**values):
    return types.SimpleNamespace(
        score_thresh=THRESHOLD, nms_thresh=OVERLAP, topk_candidates=10000, detections_per_img=10000, **values
    )


def tensors_of(*arrays):
    return [torch.from_numpy(array.astype(np.float32)) for array in arrays]


def torch_found(result, first_label=0):
    return result["boxes"].numpy(), result["scores"].numpy(), result["labels"].numpy() - first_label


def feature_maps(sizes):
    return [torch.zeros(1, 1, *size) for size in sizes]


def image_list():
    return torchvision.models.detection.image_list.ImageList(torch.zeros(1, 3, INPUT[1], INPUT[0]), [INPUT[::-1]])


def retinanet_case(random):
    sizes = [(8, 8), (4, 4), (2, 2), (1, 1), (1, 1)]
    generator = retinanet._default_anchorgen()
    anchors = generator(image_list(), feature_maps(sizes))[0]
    each = [9 * h * w for h, w in sizes]
    scores = logits(random, 1, len(anchors), 2, low=-6)
    deltas = half(random.normal(0, 0.4, (1, len(anchors), 4)))
    stub = reference(box_coder=detection_utils.BoxCoder((1.0, 1.0, 1.0, 1.0)))
    split = lambda array: list(tensors_of(array)[0].split(each, 1))
    found = retinanet.RetinaNet.postprocess_detections(
        stub,
        {"cls_logits": split(scores), "bbox_regression": split(deltas)},
        [list(anchors.split(each))],
        [INPUT[::-1]],
    )[0]
    save("retinanet", {"cls_logits": scores, "bbox_regression": deltas}, torch_found(found), "letterbox")


def ssd_case(random):
    sizes = [(8, 8), (4, 4), (2, 2), (1, 1), (1, 1), (1, 1)]
    generator = anchor_utils.DefaultBoxGenerator(
        [[2], [2, 3], [2, 3], [2, 3], [2], [2]],
        scales=[0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05],
        steps=[8, 16, 32, 64, 100, 300],
    )
    anchors = generator(image_list(), feature_maps(sizes))
    scores = half(random.normal(0, 1, (1, len(anchors[0]), 4)) + [3.5, 0, 0, 0])
    deltas = half(random.normal(0, 1, (1, len(anchors[0]), 4)))
    stub = reference(box_coder=detection_utils.BoxCoder((10.0, 10.0, 5.0, 5.0)))
    cls, reg = tensors_of(scores, deltas)
    found = ssd.SSD.postprocess_detections(
        stub, {"cls_logits": cls, "bbox_regression": reg}, anchors, [INPUT[::-1]]
    )[0]
    save("ssd", {"cls_logits": scores, "bbox_regression": deltas}, torch_found(found, 1), "stretch")


def atss_case(random):
    outputs, boxes, scores = {}, [], []
    for level, stride in enumerate([8, 16, 32, 64]):
        x, y = grid(stride)
        h = w = int(np.sqrt(len(x)))
        cls, reg = logits(random, 1, 3, h, w, low=-1.5), half(random.normal(0, 1, (1, 4, h, w)))
        ctr = half(random.normal(0.5, 1.5, (1, 1, h, w)))
        outputs |= {f"cls_{level}": cls, f"reg_{level}": reg, f"ctr_{level}": ctr}
        dx, dy, dw, dh = reg.astype(np.float64).reshape(4, -1) / np.array([[10], [10], [5], [5]])
        side = 8 * stride
        boxes.append(corners(x * stride + dx * side, y * stride + dy * side, side * np.exp(dw), side * np.exp(dh)))
        scores.append(np.sqrt(sigmoid(cls).reshape(3, -1) * sigmoid(ctr).reshape(1, -1)).T)
    save("atss", outputs, best_class(np.concatenate(boxes), np.concatenate(scores)), "letterbox")


# YOLO grids.

V3 = [[(10, 13), (16, 30), (33, 23)], [(30, 61), (62, 45), (59, 119)], [(116, 90), (156, 198), (373, 326)]]
V4 = [[(12, 16), (19, 36), (40, 28)], [(36, 75), (76, 55), (72, 146)], [(142, 110), (192, 243), (459, 401)]]


def yolo_level(t, x, y, stride, anchors, rule, scale):
    """[anchors, cells, 5 + classes] of raw numbers to boxes and objectness."""
    t = t.astype(np.float64)
    px, py = (sigmoid(t[..., k]) * scale - (scale - 1) / 2 for k in (0, 1))
    size = np.asarray(anchors, np.float64)[:, None]
    wh = (2 * sigmoid(t[..., 2:4])) ** 2 * size if rule == "square" else np.exp(t[..., 2:4]) * size
    return corners((px + x) * stride, (py + y) * stride, wh[..., 0], wh[..., 1]), sigmoid(t[..., 4])


def yolo_raw(random, name, strides, anchors, rule, scales, fit, classes=3, form="map", activation=sigmoid):
    outputs, boxes, scores = {}, [], []
    for stride, sizes, scale in zip(strides, anchors, scales):
        x, y = grid(stride)
        h = w = int(np.sqrt(len(x)))
        t = half(random.normal(0, 0.8, (len(sizes), h * w, 5 + classes)))
        t[..., 4] = half(random.normal(0.5 if len(strides) == 1 else -2.5, 2, t.shape[:2]))
        t[..., 5:] = half(random.normal(0, 2.5, t[..., 5:].shape))
        b, objectness = yolo_level(t, x, y, stride, sizes, rule, scale)
        boxes.append(b.reshape(-1, 4))
        scores.append((objectness[..., None] * activation(t[..., 5:])).reshape(-1, classes))
        if form == "map":  # [1, anchors * (5 + classes), H, W]
            outputs[f"head_{stride}"] = t.transpose(0, 2, 1).reshape(1, -1, h, w)
        else:  # [1, anchors, H, W, 5 + classes]
            outputs[f"head_{stride}"] = t.reshape(1, len(sizes), h, w, -1)
    save(name, outputs, best_class(np.concatenate(boxes), np.concatenate(scores)), fit)


def yolov1_case(random):
    cells, boxes, classes = 7, 2, 3
    c = half(softmax(random.normal(0, 2, (cells * cells, classes))))
    confidence = probabilities(random, cells * cells, boxes)
    t = half(random.uniform(0, 1, (cells * cells, boxes, 4)))
    t[..., 2:] = half(random.uniform(0.2, 0.7, t[..., 2:].shape))
    flat = np.concatenate([c.reshape(-1), confidence.reshape(-1), t.reshape(-1)])[None]
    y, x = np.divmod(np.arange(cells * cells), cells)
    d = t.astype(np.float64)
    cx, cy = (d[..., 0] + x[:, None]) / cells * INPUT[0], (d[..., 1] + y[:, None]) / cells * INPUT[1]
    b = corners(cx, cy, d[..., 2] ** 2 * INPUT[0], d[..., 3] ** 2 * INPUT[1])
    scores = confidence.astype(np.float64)[..., None] * c.astype(np.float64)[:, None]
    found = best_class(b.reshape(-1, 4), scores.reshape(-1, classes), 0.2)
    save("yolov1", {"output": flat}, found, "stretch", threshold=0.2)
    per_cell = np.concatenate([np.concatenate([t, confidence[..., None]], -1).reshape(49, -1), c], 1)
    save("yolov1_cells", {"output": per_cell.reshape(1, cells, cells, -1)}, found, "stretch", threshold=0.2)


def plausible_rows(random, anchors=1):
    """Centre, size and cell stride of rows that are near their cells."""
    rows = []
    for stride in (8, 16, 32):
        x, y = grid(stride)
        for dx, dy in zip(np.repeat(x, anchors), np.repeat(y, anchors)):
            centre = (np.array([dx, dy]) + random.uniform(0.1, 0.9, 2)) * stride
            rows.append([*centre, *(stride * random.uniform(0.8, 3, 2))])
    return half(rows)


def rows_cases(random):
    boxes = plausible_rows(random)
    cx, cy, w, h = boxes.astype(np.float64).T
    edges = corners(cx, cy, w, h)
    objectness, scores = probabilities(random, len(boxes), 1), half(sigmoid(random.normal(-1, 2.5, (len(boxes), 3))))
    product = objectness.astype(np.float64) * scores.astype(np.float64)
    rows = np.concatenate([boxes, objectness, scores], 1)[None]
    save("yolov6", {"outputs": rows}, best_class(edges, product, 0.1), "centred", threshold=0.1)
    alone = probabilities(random, len(boxes), 3)
    found = best_class(edges, alone.astype(np.float64))
    save("yolov8", {"output0": np.concatenate([boxes, alone], 1).T[None]}, found, "centred")
    sides = half(edges)
    found = best_class(sides.astype(np.float64), alone.astype(np.float64))
    apart = {"boxes": sides[None], "scores": alone[None]}
    save("yolo_nas", apart, found, "centred")
    save("damo_yolo", {"a": alone[None], "b": sides[None]}, found, "letterbox")
    save("ppyoloe", {"a": sides[None], "b": alone.T[None]}, found, "stretch")
    boxes = plausible_rows(random, 3)
    objectness, scores = probabilities(random, len(boxes), 1), half(sigmoid(random.normal(-1, 2.5, (len(boxes), 2))))
    cx, cy, w, h = boxes.astype(np.float64).T
    product = objectness.astype(np.float64) * scores.astype(np.float64)
    rows = np.concatenate([boxes, objectness, scores], 1)[None]
    save("yolov5_decoded", {"output0": rows}, best_class(corners(cx, cy, w, h), product), "centred")
    relative = boxes.astype(np.float64) / (INPUT * 2)
    sizes = half(relative)
    cx, cy, w, h = (sizes.astype(np.float64) * (INPUT * 2)).T
    included = half(product)
    rows = np.concatenate([sizes, objectness, included], 1)
    found = best_class(corners(cx, cy, w, h), included.astype(np.float64))
    save("darknet", {"yolo_a": rows[192:240], "yolo_b": rows[240:], "yolo_c": rows[:192]}, found, "stretch")


def yolox_case(random):
    rows, boxes, scores = [], [], []
    for stride in (8, 16, 32):
        x, y = grid(stride)
        t = half(random.normal(0.4, 0.6, (len(x), 8)))
        t[:, 4:] = half(sigmoid(random.normal(-0.5, 2, (len(x), 4))))
        d = t.astype(np.float64)
        wh = np.exp(d[:, 2:4]) * stride
        boxes.append(corners((d[:, 0] + x) * stride, (d[:, 1] + y) * stride, wh[:, 0], wh[:, 1]))
        scores.append(d[:, 4:5] * d[:, 5:])
        rows.append(t)
    found = best_class(np.concatenate(boxes), np.concatenate(scores))
    save("yolox", {"output": np.concatenate(rows)[None]}, found, "letterbox")


def fastestdet_rule(t, size):
    """[5 + classes, H, W] to boxes and scores."""
    t = t.astype(np.float64)
    y, x = np.meshgrid(np.arange(t.shape[1]), np.arange(t.shape[2]), indexing="ij")
    cx, cy = (x + np.tanh(t[1])) / t.shape[2] * size[0], (y + np.tanh(t[2])) / t.shape[1] * size[1]
    boxes = corners(cx, cy, sigmoid(t[3]) * size[0], sigmoid(t[4]) * size[1])
    return boxes.reshape(-1, 4), ((t[0] ** 0.6) * (t[5:] ** 0.4)).reshape(len(t) - 5, -1).T


def fastestdet_case(random):
    t = half(random.normal(-1, 1, (8, 4, 4)))
    t[0] = half(sigmoid(random.normal(0, 1.5, (4, 4))))
    t[5:] = half(softmax(random.normal(0, 2, (4, 4, 3))).transpose(2, 0, 1))
    save("fastestdet", {"758": t[None]}, best_class(*fastestdet_rule(t, INPUT)), "stretch")


# Distances to the four sides.


def fcos_case(random):
    sizes = [(8, 8), (4, 4), (2, 2), (1, 1), (1, 1)]
    generator = anchor_utils.AnchorGenerator(((8,), (16,), (32,), (64,), (128,)), ((1.0,),) * 5)
    anchors = generator(image_list(), feature_maps(sizes))[0]
    # For the last grid, with a cell of 128 pixels, torchvision uses the input's size of 64 as stride; its corner is the same.
    each = [h * w for h, w in sizes]
    scores, ctr = logits(random, 1, len(anchors), 3, low=-4), half(random.normal(0.5, 1.5, (1, len(anchors), 1)))
    sides = half(random.uniform(0.2, 2.5, (1, len(anchors), 4)))
    stub = reference(box_coder=detection_utils.BoxLinearCoder(normalize_by_size=True))
    split = lambda array: list(tensors_of(array)[0].split(each, 1))
    found = fcos.FCOS.postprocess_detections(
        stub,
        {"cls_logits": split(scores), "bbox_regression": split(sides), "bbox_ctrness": split(ctr)},
        [list(anchors.split(each))],
        [INPUT[::-1]],
    )[0]
    outputs = {"cls_logits": scores, "bbox_regression": sides, "bbox_ctrness": ctr}
    save("fcos", outputs, torch_found(found), "letterbox")


def distances(t, bins):
    """Converts logits [cells, 4 * bins] to means [cells, 4]."""
    return softmax(t.reshape(-1, 4, bins)) @ np.arange(bins)


def sides_of(x, y, d, stride, point):
    cx, cy = (x + point) * stride, (y + point) * stride
    return np.stack([cx - d[:, 0], cy - d[:, 1], cx + d[:, 2], cy + d[:, 3]], -1)


def distribution_cases(random):
    for name, strides, bins, point, fit in [
        ("gfl", (8, 16, 32, 64), 17, 0, "letterbox"),
        ("nanodet", (8, 16, 32), 8, 0.5, "centred"),
        ("nanodet_plus", (8, 16, 32, 64), 8, 0, "centred"),
    ]:
        outputs, boxes, scores, joined = {}, [], [], []
        for stride in strides:
            x, y = grid(stride)
            raw = logits(random, len(x), 3, low=-2.5)
            cls = raw if name == "gfl" else half(sigmoid(raw))
            slope = -np.abs(np.arange(bins) - random.uniform(0.3, 3, (len(x), 4, 1)))
            reg = half(slope.reshape(len(x), -1) * 2 + random.normal(0, 0.5, (len(x), 4 * bins)))
            boxes.append(sides_of(x, y, distances(reg, bins) * stride, stride, point))
            scores.append(sigmoid(cls) if name == "gfl" else cls.astype(np.float64))
            joined.append(np.concatenate([cls, reg], 1))
            if name == "gfl":
                h = w = int(np.sqrt(len(x)))
                outputs |= {f"cls_{stride}": cls.T.reshape(1, 3, h, w), f"reg_{stride}": reg.T.reshape(1, -1, h, w)}
            else:
                outputs |= {f"cls_pred_stride_{stride}": cls[None], f"dis_pred_stride_{stride}": reg[None]}
        if name == "nanodet_plus":
            outputs = {"output": np.concatenate(joined)[None]}
        save(name, outputs, best_class(np.concatenate(boxes), np.concatenate(scores)), fit)


def sides_cases(random):
    """VFNet: distances in pixels. TOOD: corners in strides."""
    for name in ("vfnet", "tood"):
        outputs, boxes, scores = {}, [], []
        for stride in (8, 16, 32, 64):
            x, y = grid(stride)
            h = w = int(np.sqrt(len(x)))
            raw, d = logits(random, len(x), 3, low=-2.5), random.uniform(0.2, 2.5, (len(x), 4)) * stride
            if name == "vfnet":
                reg, cls = half(d), raw
                boxes.append(sides_of(x, y, reg.astype(np.float64), stride, 0))
                scores.append(sigmoid(cls))
            else:
                reg, cls = half(sides_of(x, y, d, stride, 0) / stride), half(sigmoid(raw))
                boxes.append(reg.astype(np.float64) * stride)
                scores.append(cls.astype(np.float64))
            outputs |= {f"cls_{stride}": cls.T.reshape(1, 3, h, w), f"reg_{stride}": reg.T.reshape(1, 4, h, w)}
        save(name, outputs, best_class(np.concatenate(boxes), np.concatenate(scores)), "letterbox")


# Heatmaps.


def peaks(heat, count):
    """Score, class, row and column of the hottest peaks, as in CenterNet and CornerNet."""
    heat = torch.sigmoid(torch.from_numpy(heat.astype(np.float64)))[None]
    pooled = torch.nn.functional.max_pool2d(heat, 3, 1, 1)
    kept = heat * (pooled == heat)
    score, index = kept.reshape(-1).topk(count)
    c, y, x = np.unravel_index(index.numpy(), heat.shape[1:])
    return score.numpy(), c, y, x


def centernet_case(random):
    heat = half(random.normal(-3, 1.5, (3, 16, 16)))
    wh, reg = half(random.uniform(1, 8, (2, 16, 16))), half(random.uniform(0, 1, (2, 16, 16)))
    score, c, y, x = peaks(heat, 100)
    keep = score >= THRESHOLD
    score, c, y, x = score[keep], c[keep], y[keep], x[keep]
    at = lambda m, k: m[k, y, x].astype(np.float64)
    boxes = corners(x + at(reg, 0), y + at(reg, 1), at(wh, 0), at(wh, 1)) * 4
    save("centernet", {"hm": heat[None], "wh": wh[None], "reg": reg[None]}, (boxes, score, c), "centred")


def corner_cases(random):
    side, classes = 16, 3
    maps = {f"{kind}_heat": half(random.normal(-4, 0.7, (classes, side, side))) for kind in ("tl", "br", "ct")}
    maps |= {f"{kind}_tag": half(random.normal(0, 40, (1, side, side))) for kind in ("tl", "br")}
    maps |= {f"{kind}_off": half(random.uniform(0, 1, (2, side, side))) for kind in ("tl", "br", "ct")}
    for k in range(9):  # objects; the last three have no keypoint in the middle
        c, (x0, y0), (w, h) = random.integers(classes), random.integers(0, 9, 2), random.integers(3, 8, 2)
        x1, y1 = min(x0 + w, side - 1), min(y0 + h, side - 1)
        maps["tl_heat"][c, y0, x0], maps["br_heat"][c, y1, x1] = half(random.uniform(0.5, 3, 2))
        maps["tl_tag"][0, y0, x0], maps["br_tag"][0, y1, x1] = half(10.0 * k + random.uniform(-0.2, 0.2, 2))
        if k < 6:
            maps["ct_heat"][c, (y0 + y1) // 2, (x0 + x1) // 2] = half(random.uniform(0.5, 3))
    points = {}
    for kind, count in [("tl", 100), ("br", 100), ("ct", 70)]:
        score, c, y, x = peaks(maps[f"{kind}_heat"], count)
        at = lambda m: m[:, y, x].astype(np.float64)
        off = at(maps[f"{kind}_off"])
        tag = at(maps[f"{kind}_tag"])[0] if kind != "ct" else score
        points[kind] = (x + off[0]) * 4, (y + off[1]) * 4, score, c, tag
    tl, br, ct = points["tl"], points["br"], points["ct"]
    found, triplets = [], []
    for i in range(len(tl[0])):
        for j in range(len(br[0])):
            box = np.array([tl[0][i], tl[1][i], br[0][j], br[1][j]])
            score = (tl[2][i] + br[2][j]) / 2
            if tl[3][i] != br[3][j] or abs(tl[4][i] - br[4][j]) > 0.5 or box[2] <= box[0] or box[3] <= box[1]:
                continue
            found.append((box, score, tl[3][i]))
            n = 3 if (box[2] - box[0]) * (box[3] - box[1]) <= 22500 else 5
            low = np.array([(n + 1) / 2 * box[:2] + (n - 1) / 2 * box[2:]]) / n
            high = np.array([(n - 1) / 2 * box[:2] + (n + 1) / 2 * box[2:]]) / n
            within = (ct[3] == tl[3][i]) & np.all((np.stack(ct[:2], 1) > low) & (np.stack(ct[:2], 1) < high), 1)
            if within.any():
                triplets.append((box, (2 * score + ct[2][within.argmax()]) / 3, tl[3][i]))
    for name, all_found, kinds in [("cornernet", found, ("tl", "br")), ("centernet_triplet", triplets, ("tl", "br", "ct"))]:
        kept = [one for one in all_found if one[1] >= THRESHOLD]
        outputs = {key: value[None] for key, value in maps.items() if key[:2] in kinds}
        save(name, outputs, [np.array(part) for part in zip(*kept)], "centred")


# Set prediction.


def set_cases(random):
    from transformers.models.deformable_detr.image_processing_deformable_detr import DeformableDetrImageProcessor
    from transformers.models.detr.image_processing_detr import DetrImageProcessor
    from transformers.models.rt_detr.image_processing_rt_detr import RTDetrImageProcessor

    queries, classes = 60, 3
    boxes = half(np.concatenate([random.uniform(0.1, 0.9, (1, queries, 2)), random.uniform(0.05, 0.5, (1, queries, 2))], 2))
    for name, processor, scores in [
        ("detr", DetrImageProcessor, half(random.normal(0, 1.5, (1, queries, classes + 1)) + [0, 0, 0, 2])),
        ("deformable_detr", DeformableDetrImageProcessor, logits(random, 1, queries, classes)),
        ("rt_detr", RTDetrImageProcessor, logits(random, 1, queries, classes)),
    ]:
        output = types.SimpleNamespace(logits=tensors_of(scores)[0], pred_boxes=tensors_of(boxes)[0])
        post = processor.post_process_object_detection
        more = {} if name == "detr" else ({"top_k": queries * classes} if name == "deformable_detr" else {})
        found = post(processor(), output, threshold=THRESHOLD, target_sizes=torch.tensor([INPUT[::-1]]), **more)[0]
        save(name, {"logits": scores, "pred_boxes": boxes}, torch_found(found), "stretch")


# Trained networks.


def real_cases(models, frame):
    import cv2
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    picture = cv2.imread(str(frame))
    shape = picture.shape[1], picture.shape[0]

    def blob(size, fit, padding=0, mean=0, deviation=1):
        (sx, sy), (ox, oy) = placement(fit, shape, size)
        w, h = round(shape[0] * sx), round(shape[1] * sy)
        canvas = np.full((size[1], size[0], 3), padding, np.uint8)
        canvas[oy : oy + h, ox : ox + w] = cv2.resize(picture, (w, h))
        return ((canvas.astype(np.float32) - mean) / deviation).astype(np.float32).transpose(2, 0, 1)[None]

    def run(file, values):
        session = onnxruntime.InferenceSession(str(models / file))
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(None, {session.get_inputs()[0].name: values})))

    def keep(name, found, fit, size):
        boxes, scores, classes = found
        boxes = to_frame(boxes, fit, shape, size)
        tensors = {"boxes": boxes, "scores": scores, "classes": classes}
        save_file({k: np.asarray(v).astype(np.float32) for k, v in tensors.items()}, FOLDER / f"real_{name}.safetensors")
        print(f"real_{name}: {len(scores)} detections")

    def yolox(file, side):
        size = (side, side)
        rows = run(file, blob(size, "letterbox", 114))["output"][0].astype(np.float64)
        cells = [grid(stride, size) + (stride,) for stride in (8, 16, 32)]
        x, y = (np.concatenate([cell[k] for cell in cells]) for k in (0, 1))
        stride = np.concatenate([np.full(len(cell[0]), cell[2]) for cell in cells])
        wh = np.exp(rows[:, 2:4]) * stride[:, None]
        boxes = corners((rows[:, 0] + x) * stride, (rows[:, 1] + y) * stride, wh[:, 0], wh[:, 1])
        return best_class(boxes, rows[:, 4:5] * rows[:, 5:]), "letterbox", size

    keep("yolox", *yolox("yolox_nano_416x416.onnx", 416))
    keep("light_person", *yolox("light_person_detector_192x192.onnx", 192))

    size = (416, 416)
    values = blob(size, "centred", 0, np.float32([103.53, 116.28, 123.675]), np.float32([57.375, 57.12, 58.395]))
    found = run("nanodet_m_416.onnx", values)
    boxes, scores = [], []
    for stride in (8, 16, 32):
        x, y = grid(stride, size)
        d = distances(found[f"dis_pred_stride_{stride}"][0].astype(np.float64), 8) * stride
        boxes.append(sides_of(x, y, d, stride, 0.5))
        scores.append(found[f"cls_pred_stride_{stride}"][0].astype(np.float64))
    keep("nanodet", best_class(np.concatenate(boxes), np.concatenate(scores)), "centred", size)

    size = (352, 352)
    t = run("FastestDet.onnx", blob(size, "stretch", deviation=np.float32(255)))["758"][0]
    keep("fastestdet", best_class(*fastestdet_rule(t, size)), "stretch", size)


def main():
    box_ops.clip_boxes_to_image = lambda boxes, size: boxes
    seed = lambda: np.random.default_rng(20)
    for case in (decoded, retinanet_case, ssd_case, atss_case):
        case(seed())
    yolo_raw(
        seed(),
        "yolov2",
        [32],
        [[(32 * w, 32 * h) for w, h in [(0.57273, 0.677385), (1.87446, 2.06253), (3.33843, 5.47434), (7.88282, 3.52778), (9.77052, 9.16828)]]],
        "exp",
        [1],
        "stretch",
        activation=softmax,
    )
    yolo_raw(seed(), "yolov3", [8, 16, 32], V3, "exp", [1, 1, 1], "stretch")
    yolo_raw(seed(), "yolov4", [8, 16, 32], V4, "exp", [1.2, 1.1, 1.05], "stretch")
    yolo_raw(seed(), "yolov5", [8, 16, 32], V3, "square", [2, 2, 2], "centred", form="grid")
    yolo_raw(seed(), "yolov7", [8, 16, 32], V4, "square", [2, 2, 2], "centred", form="grid")
    cases = (yolov1_case, rows_cases, yolox_case, fastestdet_case, fcos_case, distribution_cases, sides_cases)
    for case in cases + (centernet_case, corner_cases, set_cases):
        case(seed())
    if len(sys.argv) == 3:
        real_cases(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))


if __name__ == "__main__":
    main()
