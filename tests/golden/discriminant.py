"""Writes discriminant.json: regularised linear discriminants by NumPy.  python3 discriminant.py

The library sums products sample by sample. Here all differences form one matrix, whitened by a Cholesky factor
instead of a symmetric root: the resulting eigenvalue problem is different, and its solution is converted to the same form.
"""

import json
import pathlib

import numpy as np

NOBODY = -1


def pairs(samples):
    return np.array(
        [
            row_d - row_t
            for sample in samples
            for identity_d, row_d in zip(sample["identities_d"], sample["inputs_d"])
            for identity_t, row_t in zip(sample["identities_t"], sample["inputs_t"])
            if identity_d == identity_t != NOBODY
        ]
    )


def discriminant(samples, dimension, shrinkage):
    """Embedding [D x I] and bias [D]."""
    rows = np.concatenate([sample[side] for sample in samples for side in ("inputs_d", "inputs_t")])
    differences = pairs(samples)
    inputs = rows.shape[1]
    within = differences.T @ differences / (2 * len(differences))
    within *= inputs / np.trace(within)
    regularised = (1 - shrinkage) * within + shrinkage * np.eye(inputs)
    total = np.cov(rows.T, bias=True)
    # With R = L L^T, L^-1 T L^-T has the same eigenvalues as R^-1/2 T R^-1/2. An eigenvector v of the former gives
    # R^1/2 (L^-T v) for the latter.
    inverse = np.linalg.inv(np.linalg.cholesky(regularised))
    values, vectors = np.linalg.eigh(inverse @ total @ inverse.T)
    order = np.argsort(values)[::-1][:dimension]
    generalised = inverse.T @ vectors[:, order]  # T g = lambda R g, g^T R g = 1
    roots, axes = np.linalg.eigh(regularised)
    directions = (axes * np.sqrt(roots)) @ axes.T @ generalised
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(dimension)])
    embedding = (generalised * signs).T / np.sqrt(values[order].sum())
    return embedding, -embedding @ rows.mean(axis=0)


def random_samples(random, inputs, count):
    looks = random.normal(size=(9, inputs))
    mixing = random.normal(size=(inputs, inputs))
    samples = []
    for _ in range(count):
        sample = {}
        for side in "dt":
            identities = random.permutation(len(looks))[: random.integers(2, 7)]
            noise = 0.3 * random.normal(size=(len(identities), inputs)) @ mixing
            identities[random.random(len(identities)) < (0.2 if side == "d" else 0)] = NOBODY
            sample["identities_" + side] = identities.tolist()
            sample["inputs_" + side] = (3 + looks[identities] + noise).astype(np.float32).astype(float)
        samples.append(sample)
    return samples


def main():
    random = np.random.default_rng(1936)
    cases = []
    for inputs, dimension, shrinkage, count in [(2, 1, 0.5, 3), (5, 5, 0.1, 10), (12, 4, 0.5, 20), (7, 3, 1.0, 8)]:
        samples = random_samples(random, inputs, count)
        embedding, bias = discriminant(samples, dimension, shrinkage)
        for sample in samples:
            for side in "dt":
                sample["inputs_" + side] = sample["inputs_" + side].tolist()
        cases.append(
            {
                "inputs": inputs,
                "dimension": dimension,
                "shrinkage": shrinkage,
                "samples": samples,
                "embedding": embedding.ravel().tolist(),
                "bias": bias.tolist(),
            }
        )
    path = pathlib.Path(__file__).with_name("discriminant.json")
    path.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
