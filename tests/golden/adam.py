"""Writes adam.json: steps of Adam with a warm-up and a cosine decay by NumPy.  python3 adam.py

The method is implemented again from algorithm 1 of Kingma and Ba (arXiv 1412.6980), in double precision and for
one vector of all parameters; all gradients are drawn in advance. The vector is the embedding [2 x 3], its bias [2],
the logit of w, W1, W2 and Wa [2 x 2] and the reduction [2 x 1], row by row.
"""

import json
import pathlib

import numpy as np

EMBEDDING, LOGIT, GRAPH = 8, 1, 14
EPSILON = 1e-8


def rate(options, step):
    warming = (step + 1) / options["warm_up"] if step < options["warm_up"] else 1.0
    angle = np.pi * step / options["steps"] if step < options["steps"] else np.pi
    return options["learning_rate"] * warming * (1 + np.cos(angle)) / 2


def descend(options, weights, gradients):
    per_weight = np.repeat([1.0, options["logit_factor"], options["graph_factor"]], [EMBEDDING, LOGIT, GRAPH])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step, gradient in enumerate(gradients):
        first = options["beta1"] * first + (1 - options["beta1"]) * gradient
        second = options["beta2"] * second + (1 - options["beta2"]) * gradient**2
        first_unbiased = first / (1 - options["beta1"] ** (step + 1))
        second_unbiased = second / (1 - options["beta2"] ** (step + 1))
        weights = weights - rate(options, step) * per_weight * first_unbiased / (np.sqrt(second_unbiased) + EPSILON)
    return weights


def main():
    random = np.random.default_rng(1412)
    names = ["learning_rate", "graph_factor", "logit_factor", "warm_up", "steps", "beta1", "beta2"]
    cases = []
    for values in [
        (0.02, 1.0, 1.0, 0, 40, 0.9, 0.999),
        (0.05, 0.3, 10.0, 5, 12, 0.9, 0.999),
        (0.01, 2.0, 0.0, 30, 25, 0.5, 0.9),
        (0.1, 0.0, 1.0, 3, 8, 0.0, 0.0),
    ]:
        options = dict(zip(names, values))
        weights = random.normal(size=EMBEDDING + LOGIT + GRAPH)
        # One in four is much smaller than the others; Adam normalises the difference.
        scale = np.where(random.random(weights.size) < 0.25, 1e-4, 1.0)
        gradients = random.normal(size=(15, weights.size)) * scale
        cases.append(
            {
                "options": options,
                "weights": weights.tolist(),
                "gradients": gradients.tolist(),
                "rates": [float(rate(options, step)) for step in range(len(gradients))],
                "result": descend(options, weights, gradients).tolist(),
            }
        )
    path = pathlib.Path(__file__).with_name("adam.json")
    path.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
