"""Makes the pairs of ground truth and result in this folder, and TrackEval's figures for them.

    pip install trackeval
    python make_golden.py [FOLDER [OBJECTS FRAMES SEED]]

Objects walk over a plane; the result has misses, jitter, false positives, ID switches and broken tracks.
"""
import contextlib
import io
import json
import pathlib
import random
import sys
import tempfile

import numpy as np
import trackeval

FIELDS = {
    "HOTA": ["HOTA", "DetA", "AssA", "LocA"],
    "CLEAR": ["MOTA", "MOTP", "CLR_FP", "CLR_FN", "IDSW", "MT", "PT", "ML", "Frag"],
    "Identity": ["IDF1", "IDP", "IDR"],
}
NAMES = {"CLR_FP": "FP", "CLR_FN": "FN"}
COUNTS = {"FP", "FN", "IDSW", "MT", "PT", "ML", "Frag"}


def make_sequence(rng, rules, objects, frames):
    """Rows of a ground truth and of a result, not ordered by frame."""
    gt, result = [], []
    for number in range(1, objects + 1):
        x, y = rng.uniform(-50, 600), rng.uniform(-50, 400)
        width, height = rng.uniform(15, 60), rng.uniform(40, 140)
        vx, vy = rng.uniform(-4, 4), rng.uniform(-2, 2)
        first = rng.randint(1, frames // 2)
        last = min(frames, first + rng.randint(3, frames))
        class_id = 1 if rng.random() < 0.6 else rng.randint(1, 13)
        flag = 0 if rng.random() < 0.1 else 1
        track = 1000 + 7 * number
        quality = rng.choice([0.02, 0.05, 0.1, 0.2])
        hidden = 0
        for frame in range(first, last + 1):
            x, y = x + vx + rng.gauss(0, 0.5), y + vy + rng.gauss(0, 0.5)
            box = [round(x, 1), round(y, 1), round(width, 1), round(height, 1)]
            if rules == "MOT15":
                gt.append([frame, number, *box, flag, -1, -1, -1])
            else:
                gt.append([frame, number, *box, flag, class_id, round(rng.random(), 3)])
            if rng.random() < 0.06:
                hidden = rng.randint(1, 8)
            hidden -= 1
            if hidden >= 0:
                continue
            if rng.random() < 0.04:
                track = 1000 + 7 * rng.randint(1, objects) + rng.randint(0, 2)
            jittered = [round(value + rng.gauss(0, quality * size), 2)
                        for value, size in zip(box, [width, height, width, height])]
            result.append([frame, track, *jittered, round(rng.random(), 3), -1, -1, -1])
    for frame in range(1, frames + 1):
        if rng.random() < 0.3:
            result.append([frame, 1 + frame // 5, round(rng.uniform(0, 600), 2), round(rng.uniform(0, 400), 2),
                           30.25, 80.5, 0.3, -1, -1, -1])
    seen, unique = set(), []
    for row in result:
        if (row[0], row[1]) not in seen:
            seen.add((row[0], row[1]))
            unique.append(row)
    rng.shuffle(gt)
    rng.shuffle(unique)
    return gt, unique


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(str(value) for value in row) + "\n" for row in rows))


def last_frame(path):
    return max(int(float(line.split(",")[0])) for line in path.read_text().split("\n") if line)


def judge(rules, pairs):
    """TrackEval's figures, per cent, of {name: (gt file, result file)}."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        root = pathlib.Path(folder)
        lengths = {}
        for name, (gt, result) in pairs.items():
            for source, target in [(gt, root / "gt" / name / "gt" / "gt.txt"),
                                   (result, root / "trackers" / "it" / "data" / (name + ".txt"))]:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(source.read_text())
            lengths[name] = max(last_frame(gt), last_frame(result))
        dataset = trackeval.datasets.MotChallenge2DBox({
            "GT_FOLDER": str(root / "gt"), "TRACKERS_FOLDER": str(root / "trackers"), "BENCHMARK": rules,
            "SEQ_INFO": lengths, "SKIP_SPLIT_FOL": True, "PRINT_CONFIG": False})
        metrics = [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR({"PRINT_CONFIG": False}),
                   trackeval.metrics.Identity({"PRINT_CONFIG": False})]
        per_sequence = {metric.get_name(): {} for metric in metrics}
        for name in pairs:
            data = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data("it", name), "pedestrian")
            for metric in metrics:
                per_sequence[metric.get_name()][name] = metric.eval_sequence(data)
        combined = {metric.get_name(): metric.combine_sequences(per_sequence[metric.get_name()])
                    for metric in metrics}

    def row(name, pick):
        figures = {"name": name}
        for family, fields in FIELDS.items():
            for field in fields:
                value = float(np.mean(pick(family)[field]))
                key = NAMES.get(field, field)
                figures[key] = int(value) if key in COUNTS else round(100 * value, 9)
        return figures

    return {"rules": rules,
            "sequences": [row(name, lambda family: per_sequence[family][name]) for name in pairs],
            "combined": row("COMBINED", lambda family: combined[family])}


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    objects, frames, seed = [int(value) for value in sys.argv[2:5]] if len(sys.argv) > 4 else (9, 40, 20)
    rng = random.Random(seed)
    for rules in ["MOT15", "MOT17", "MOT20"]:
        pairs = {}
        for number in [1, 2]:
            name = f"{rules}-{number}"
            gt, result = make_sequence(rng, rules, objects, frames)
            pairs[name] = (folder / name / "gt.txt", folder / name / "result.txt")
            write(pairs[name][0], gt)
            write(pairs[name][1], result)
        (folder / f"{rules}.json").write_text(json.dumps(judge(rules, pairs), indent=1) + "\n")


if __name__ == "__main__":
    main()
