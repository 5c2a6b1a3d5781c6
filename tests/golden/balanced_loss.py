"""Writes balanced_loss.json: the balanced mean squared error by NumPy.  python3 balanced_loss.py

The loss is implemented again from the paper's equation 12 with masks of whole matrices; the library
iterates over pairs.
"""

import json
import pathlib

import numpy as np


def masks(detections, tracks):
    same = (detections[:, None] == tracks[None, :]) & (detections[:, None] >= 0)
    new = np.broadcast_to(~same.any(axis=1)[:, None], same.shape)
    vanished = np.broadcast_to(~same.any(axis=0)[None, :], same.shape) & ~new
    different = ~same & ~new & ~vanished
    return [different, same, new, vanished]


def main():
    random = np.random.default_rng(12)
    cases = []
    for rows, columns in [(1, 1), (3, 5), (6, 4), (10, 12), (25, 20), (4, 0), (0, 3)]:
        detections = random.permutation(30)[:rows]
        detections[random.random(rows) < 0.2] = -1
        tracks = 100 + np.arange(columns)
        continuing = np.arange(min(rows, columns) // 2)
        continuing = continuing[detections[continuing] >= 0]
        tracks[continuing] = detections[continuing]
        similarity = random.random((rows, columns))
        weights = random.random(4) * 2
        loss, gradient = 0.0, np.zeros_like(similarity)
        for weight, mask, target in zip(weights, masks(detections, tracks), [0, 1, 0, 0]):
            if mask.any():
                loss += weight * np.mean((similarity[mask] - target) ** 2)
                gradient[mask] = 2 * weight * (similarity[mask] - target) / mask.sum()
        cases.append(
            {
                "detections": detections.tolist(),
                "tracks": tracks.tolist(),
                "weights": weights.tolist(),
                "similarity": similarity.ravel().tolist(),
                "loss": float(loss),
                "gradient": gradient.ravel().tolist(),
            }
        )
    path = pathlib.Path(__file__).with_name("balanced_loss.json")
    path.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
