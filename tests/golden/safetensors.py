#!/usr/bin/env python3
"""Writes safetensors/*.safetensors with the package safetensors, for the tests to read and rewrite.

    python3 safetensors.py        (NumPy and safetensors)

Python would import this file instead of the package, so the script removes its own folder from the search path.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path = [folder for folder in sys.path if pathlib.Path(folder or ".").resolve() != FOLDER]

import numpy as np
from safetensors.numpy import save_file

SPECIAL = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, np.inf, -np.inf, np.nan]


def matrix(rows, columns, dtype):
    """k / 8 - 1 at element k."""
    return (np.arange(rows * columns).reshape(rows, columns) / 8 - 1).astype(dtype)


def tensors(dtype):
    return {
        "special": np.array(SPECIAL, dtype),
        "matrix": matrix(3, 5, dtype),
        "cube": np.ones((2, 1, 3), dtype),
        "scalar": np.array(0.1, dtype),
        "nothing": np.zeros((0, 7), dtype),
        'q"\\\n/\u00fc\u6f22': np.full(1, 7, dtype),
    }


def weights(dtype):
    return {
        "embedding.weight": matrix(2, 3, dtype),
        "embedding.bias": np.array([0.5, -0.25], dtype),
        "graph.prior_logit": np.array(0.75, dtype),
        "graph.w1": matrix(2, 2, dtype),
        "graph.w2": matrix(2, 2, dtype) * 2,
        "graph.wa": matrix(2, 2, dtype) * 4,
        "graph.reduction": matrix(2, 1, dtype),
        "graph.margin": np.array(0.25, dtype),
        "graph.relu": np.array(0, dtype),
        "graph.squared_distance": np.array(1, dtype),
    }


folder = FOLDER / "safetensors"
folder.mkdir(exist_ok=True)
for name, dtype in [("f32", np.float32), ("f16", np.float16)]:
    save_file(tensors(dtype), folder / f"{name}.safetensors", {"made by": "Python \u00e9\t"})
    save_file(weights(dtype), folder / f"weights_{name}.safetensors", {"steps": "100"})
save_file(tensors(np.float32) | {"half": matrix(1, 3, np.float16)}, folder / "mixed.safetensors", {"made by": "Python"})
save_file({}, folder / "empty.safetensors")
