"""Rivals in Python, on the inputs that `fgagt_benchmark --inputs=FOLDER` wrote. The overhead of a call,
measured on the smallest input, is subtracted. One thread."""

import pathlib
import time

import numpy as np

MARGIN = np.float32(0.2)
LEAST_NS = 20_000_000  # duration of one measurement


def _nanoseconds(call):
    """Mean processor time of a call."""
    call()
    count = 1
    while True:
        start = time.process_time_ns()
        for _ in range(count):
            call()
        elapsed = time.process_time_ns() - start
        if elapsed >= LEAST_NS:
            return elapsed / count
        count = max(2 * count, int(1.2 * count * LEAST_NS / max(elapsed, 1)))


class Rival:
    def __init__(self, cell, name, call, smallest_call):
        self.cell, self.name = cell, name
        self._call, self._smallest_call = call, smallest_call

    def microseconds(self):
        return (_nanoseconds(self._call) - _nanoseconds(self._smallest_call)) / 1000


def _augmented(scores):
    """Costs of [scores, margin]. Forbidden pairs cost 0, which is above every margin, so none is taken."""
    scores = np.maximum(scores, 0).astype(np.float64)
    return -np.hstack([scores, np.full((len(scores), len(scores)), np.float64(MARGIN))])


def _solvers():
    try:
        from scipy.optimize import linear_sum_assignment

        yield "scipy", linear_sum_assignment
    except ImportError:
        pass
    try:
        import lap

        for name in ("lapjv", "lapjvc", "lapjvr", "lapjvs", "lapjvx"):
            solve = getattr(lap, name)
            extend = {} if name == "lapjvc" else {"extend_cost": True}
            yield f"lapx.{name}", lambda costs, solve=solve, extend=extend: solve(costs, **extend)
    except ImportError:
        pass


def _assignment(folder):
    smallest = np.array([[-0.5, -0.2]])
    for path in sorted(folder.glob("assignment_*.npy")):
        costs = _augmented(np.load(path))
        for name, solve in _solvers():
            yield Rival(
                f"assignment/{path.stem.removeprefix('assignment_')}",
                name,
                lambda solve=solve, costs=costs: solve(costs),
                lambda solve=solve: solve(smallest),
            )


def _graph(folder):
    def relate(f_d, f_t, iou, w1, w2, wa):
        square = (f_d * f_d).sum(1)[:, None] + (f_t * f_t).sum(1) - 2 * f_d @ f_t.T
        closeness = 1 / (np.maximum(square, 0) + np.float32(1e-16))
        closeness /= np.linalg.norm(closeness, axis=1, keepdims=True)
        prior = np.float32(0.5) * (iou + closeness)

        def nodes(own, aggregated):
            result = np.maximum(own @ w1 + aggregated @ w2 / (1 + np.exp(-(own @ wa))), 0)
            return result / np.linalg.norm(result, axis=1, keepdims=True)

        return nodes(f_d, prior @ f_t) @ nodes(f_t, prior.T @ f_d).T

    names = ("features_d", "features_t", "iou", "w1", "w2", "wa")
    smallest = [np.full((1, 1), value, np.float32) for value in (0.5, 0.7, 0.5, 1, 1, 1)]
    for dimension in (128, 256):
        inputs = [np.load(folder / f"graph_{dimension}_{name}.npy") for name in names]
        yield Rival(
            f"graph/{dimension}", "numpy", lambda inputs=inputs: relate(*inputs), lambda: relate(*smallest)
        )


def _roi_align(folder):
    try:
        import onnx
        import onnxruntime
    except ImportError:
        return
    helper = onnx.helper
    inputs = [
        helper.make_tensor_value_info(name, kind, shape)
        for name, kind, shape in (
            ("map", onnx.TensorProto.FLOAT, [1, None, None, None]),
            ("boxes", onnx.TensorProto.FLOAT, [None, 4]),
            ("image", onnx.TensorProto.INT64, [None]),
        )
    ]
    output = helper.make_tensor_value_info("pooled", onnx.TensorProto.FLOAT, [None, None, 7, 7])
    node = helper.make_node(
        "RoiAlign",
        ["map", "boxes", "image"],
        ["pooled"],
        coordinate_transformation_mode="half_pixel",
        output_height=7,
        output_width=7,
        sampling_ratio=2,
        spatial_scale=0.25,
    )
    model = helper.make_model(
        helper.make_graph([node], "roi_align", inputs, [output]),
        opset_imports=[helper.make_opsetid("", 16)],
        ir_version=8,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def pool(features, boxes):
        feed = {"map": features, "boxes": boxes, "image": np.zeros(len(boxes), np.int64)}
        return lambda: session.run(None, feed)

    boxes = np.load(folder / "roi_align_boxes.npy")
    smallest = pool(np.zeros((1, 1, 8, 8), np.float32), np.zeros((1, 4), np.float32))
    for channels in (10, 64, 256):
        features = np.load(folder / f"roi_align_{channels}.npy").transpose(2, 0, 1)[None]
        yield Rival(
            f"roi_align/{channels}", "onnxruntime", pool(np.ascontiguousarray(features), boxes), smallest
        )


def rivals(folder):
    folder = pathlib.Path(folder)
    return [*_assignment(folder), *_graph(folder), *_roi_align(folder)]
