"""Writes assignment.json: optimal totals of assignment problems, solved by SciPy on explicit matrices.

The matrices come from a linear congruential generator that the test repeats; the file keeps their parameters,
the optimum, and the matched pairs if they are the unique optimum. Every value is a multiple of 2^-24 and
every margin one of 2^-6, so that totals are exact in double and can be compared for equality.

    python3 assignment.py   (NumPy and SciPy)
"""

import json
import pathlib

import numpy as np
from scipy.optimize import linear_sum_assignment


def matrix(rows, columns, seed, levels, gated):
    """Uniform numbers in [0, 1) cut to `levels` steps; a share of `gated` is -inf."""
    values = np.empty((rows, columns))
    state = seed
    for i in range(rows):
        for j in range(columns):
            state = (state * 1664525 + 1013904223) % 2**32
            values[i, j] = np.floor((state >> 8) * levels / 2**24) / levels
            state = (state * 1664525 + 1013904223) % 2**32
            if (state >> 8) / 2**24 < gated:
                values[i, j] = -np.inf
    return values


def best_with_margin(scores, margin):
    """Total and matched pairs of [scores, margin], in the paper's notation."""
    rows, columns = scores.shape
    augmented = np.hstack([scores, np.full((rows, rows), margin)])
    row, column = linear_sum_assignment(augmented, maximize=True)
    return augmented[row, column].sum(), [(int(i), int(j)) for i, j in zip(row, column) if j < columns]


def are_unique(scores, margin, total, pairs):
    """Whether no other set of pairs has this total."""
    free_rows = np.setdiff1d(np.arange(scores.shape[0]), [i for i, _ in pairs])
    free_columns = np.setdiff1d(np.arange(scores.shape[1]), [j for _, j in pairs])
    if (scores[np.ix_(free_rows, free_columns)] == margin).any():
        return False
    for i, j in pairs:
        without = scores.copy()
        without[i, j] = -np.inf
        if best_with_margin(without, margin)[0] == total:
            return False
    return True


FINE, COARSE = 2**24, 4
SHAPES = [(1, 1), (1, 9), (9, 1), (16, 24), (24, 16), (60, 60), (120, 80), (200, 300), (300, 200)]

margin_cases, linear_cases = [], []
for number, (rows, columns) in enumerate(SHAPES):
    for levels, gated, margin in [
        (FINE, 0.0, 13 / 64),
        (FINE, 0.9, 13 / 64),
        (FINE, 0.98, 40 / 64),
        (FINE, 0.0, 1.0),  # no score reaches the margin
        (FINE, 0.3, -1.0),  # every score reaches the margin
        (COARSE, 0.0, 16 / 64),  # many ties, also with the margin
        (COARSE, 0.9, 32 / 64),
    ]:
        seed = 1000 * number + len(margin_cases)
        scores = matrix(rows, columns, seed, levels, gated)
        total, pairs = best_with_margin(scores, margin)
        case = dict(rows=rows, columns=columns, seed=seed, levels=levels, gated=gated, margin=margin, total=total)
        if levels == FINE and are_unique(scores, margin, total, pairs):
            case["pairs"] = pairs
        margin_cases.append(case)
    for levels in (FINE, COARSE):
        for maximise in (False, True):
            seed = 5000 + 100 * number + len(linear_cases)
            values = matrix(rows, columns, seed, levels, 0.0)
            row, column = linear_sum_assignment(values, maximize=maximise)
            linear_cases.append(
                dict(rows=rows, columns=columns, seed=seed, levels=levels, maximise=maximise,
                     total=values[row, column].sum())
            )

path = pathlib.Path(__file__).with_name("assignment.json")
lines = [json.dumps(case, separators=(",", ":")) for case in margin_cases]
linear_lines = [json.dumps(case, separators=(",", ":")) for case in linear_cases]
path.write_text('{"margin":[\n' + ",\n".join(lines) + '\n],"linear":[\n' + ",\n".join(linear_lines) + "\n]}\n")
