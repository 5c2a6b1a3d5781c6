#!/usr/bin/env python3
"""Measures the library against its rivals, round by round, and writes the ratios of the medians.

    compare.py --program fgagt_benchmark --output FOLDER [--rounds N] [--only REGEX]

Writes FOLDER/benchmark_ratios.json, FOLDER/benchmark_scaling.json and FOLDER/benchmark.md. Every round measures everything once, so that
other load on the machine affects all alike."""

import argparse
import collections
import json
import math
import os
import pathlib
import re
import statistics
import subprocess

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

try:
    import rivals
except ImportError as missing:
    print(f"No rivals in Python: {missing}")
    rivals = None

SOLVERS = ("textbook", "scipy", "lapx.lapjv", "lapx.lapjvc", "lapx.lapjvr", "lapx.lapjvs", "lapx.lapjvx")


def cells():
    """A comparison: a cell, its rivals (the fastest counts), and the target ratio."""
    for apart in (1, 5):
        for points, target in ((10, 8), (50, 6), (200, 4.5), (1000, 4)):
            yield f"flow/{apart}_apart_{points}", ("opencv",), target
    for size, target in (("16x24", 5), ("100x100", 18), ("300x200", 30), ("500x500", 40), ("1000x1000", 60)):
        yield f"assignment/sparse_{size}", SOLVERS, target
    for size, target in (("100x100", 4), ("500x500", 3), ("1000x1000", 4)):
        yield f"assignment/dense_{size}", SOLVERS, target
    for channels, target in ((10, 3), (64, 10), (256, 10)):
        yield f"roi_align/{channels}", ("plain",), target
        yield f"roi_align/{channels}", ("onnxruntime",), 2
    yield "channel_backbone/1080p", ("hog",), 13
    yield "detector/with_features", ("without",), 0.95
    for dimension in (128, 256):
        yield f"graph/{dimension}", ("eigen",), 1.2
        yield f"graph/{dimension}", ("numpy",), 1
    yield "update/1080p_50", ("stages",), 4


# Measured in every round; excludes the tables of scaling and long runs.
ROUNDS = "(flow|assignment|roi_align|channel_backbone|detector|graph|update|geometry)/"

# Cells with a limit in microseconds, which corresponds to a ratio of 1.
LIMITS = {"update/1080p_50": 1500, "geometry/13": 6, "geometry/240": 350}


def run(program, *arguments):
    """Microseconds by name, and counters by name. Manual timings use the clock, all others the
    processor time."""
    output = subprocess.run([program, "--benchmark_format=json", *arguments], check=True, capture_output=True, text=True)
    rows = json.loads(output.stdout)["benchmarks"]
    times = {}
    for row in rows:
        name, _, by_hand = row["name"].partition("/manual_time")
        is_by_hand = "/manual_time" in row["name"]
        times[name + by_hand] = row["real_time"] if is_by_hand else row["cpu_time"]
    return times, rows


def measure(program, inputs, rounds, only):
    """Times of each cell by competitor."""
    subprocess.run([program, f"--inputs={inputs}"], check=True)
    others = [r for r in rivals.rivals(inputs) if re.match(only, r.cell)] if rivals else []
    times = collections.defaultdict(lambda: collections.defaultdict(list))
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", flush=True)
        own, _ = run(
            program,
            f"--benchmark_filter=^({only or ROUNDS})",
            "--benchmark_min_time=0.03",
            "--benchmark_enable_random_interleaving=true",
        )
        for name, microseconds in own.items():
            cell, _, who = name.rpartition("/")
            times[cell][who].append(microseconds)
        for rival in others:
            times[rival.cell][rival.name].append(rival.microseconds())
    return {cell: {who: statistics.median(list_) for who, list_ in by_who.items()} for cell, by_who in times.items()}


def ratios(medians):
    """One row per cell and rival."""
    rows = []
    for cell, names, target in cells():
        found = {name: medians[cell][name] for name in names if name in medians.get(cell, {})}
        if not found:
            continue
        rival = min(found, key=found.get)
        ours = medians[cell]["ours"]
        rows.append(row(cell, ours, rival, found[rival], target))
    for cell, limit in LIMITS.items():
        if cell in medians:
            rows.append(row(cell, medians[cell]["ours"], f"limit of {limit} µs", limit, 1))
    return rows


def row(name, ours, rival, rival_us, target):
    return {
        "name": name,
        "ours_us": round(ours, 2),
        "rival": rival,
        "rival_us": round(rival_us, 2),
        "ratio": round(rival_us / ours, 2),
        "target": target,
    }


def table(header, lines):
    return "\n".join(
        "| " + " | ".join(str(text) for text in line) + " |" for line in [header, ["---"] * len(header), *lines]
    )


def number(microseconds):
    return f"{microseconds:.3g}" if microseconds < 1000 else f"{microseconds:.0f}"


def ratio_table(rows):
    return table(
        ["work", "fgagt, µs", "rival", "rival, µs", "times faster", "target"],
        [
            [r["name"], number(r["ours_us"]), r["rival"], number(r["rival_us"]), f"{r['ratio']:.2g}" if r["ratio"] < 1 else f"{r['ratio']:.1f}", r["target"]]
            for r in rows
        ],
    )


def exponent(sizes, times):
    """Slope of a line through the logarithms."""
    x, y = [math.log(s) for s in sizes], [math.log(t) for t in times]
    return statistics.linear_regression(x, y).slope


STAGES = ("backbone", "flow", "pool", "graph", "assign", "lifecycle", "total")
GROWING = {
    "objects": "objects, stages of the default tracker",
    "rows": "rows of a 16:9 frame, stages of the default tracker, 100 objects",
    "threads": "threads, stages of the default tracker, 100 objects",
    "threads_paper": "threads, stages of the paper's tracker, 100 objects",
    "objects_alone": "objects, components alone",
    "rows_alone": "rows of a 16:9 frame, components alone",
}


def measure_scaling(program, repetitions):
    """Microseconds of every repetition, by growing quantity, stage and size."""
    times = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    components, _ = run(program, "--benchmark_filter=^scaling/", "--benchmark_min_time=0.1")
    for name, microseconds in components.items():
        _, component, size = name.split("/")
        of_frame = component.endswith("backbone") or component.endswith("points")
        times["rows_alone" if of_frame else "objects_alone"][component][int(size)].append(microseconds)
    for _ in range(repetitions):
        _, rows = run(
            program,
            "--benchmark_filter=^stages/",
            "--benchmark_min_time=0.1",
            "--benchmark_enable_random_interleaving=true",
        )
        for r in rows:
            _, grows, size = r["name"].split("/")[:3]
            for stage in STAGES:
                times[grows][stage][int(size)].append(r[stage])
    return times


def scaling_rows(times):
    """One row per table and stage. The exponent refers to the number of objects or pixels: a frame of twice the
    height has four times as many. For threads, it is the time of one thread over that of the best number of threads."""
    rows = []
    for grows in GROWING:
        for stage, by_size in times[grows].items():
            sizes = sorted(by_size)
            medians = [statistics.median(by_size[size]) for size in sizes]
            result = {"grows": grows, "stage": stage, "sizes": sizes, "us": [round(m, 2) for m in medians]}
            if grows.startswith("threads"):
                result["gain"] = round(medians[0] / min(medians), 2)
            else:
                power = 2 if grows.startswith("rows") else 1
                result["exponent"] = round(exponent([size**power for size in sizes], medians), 2)
            rows.append(result)
    return rows


def scaling_tables(rows):
    texts = []
    for grows, title in GROWING.items():
        chosen = [r for r in rows if r["grows"] == grows]
        last = "gain" if grows.startswith("threads") else "exponent"
        lines = [[r["stage"].replace("_", " "), *map(number, r["us"]), f"{r[last]:.2f}"] for r in chosen]
        texts.append(table([f"µs for … {title}", *chosen[0]["sizes"], last], lines))
    return "\n\n".join(texts)


def flatness_table(program):
    _, rows = run(program, "--benchmark_filter=^long/")
    return table(
        ["frames", "last tenth over first tenth"],
        [[r["name"].split("/")[1].replace("_", ", "), f"{r['last_over_first']:.3f}"] for r in rows],
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="regular expression: only cells whose name starts with a match, and no other tables")
    arguments = parser.parse_args()
    inputs = arguments.output / "benchmark_inputs"
    rows = ratios(measure(arguments.program, inputs, arguments.rounds, arguments.only))
    (arguments.output / "benchmark_ratios.json").write_text(json.dumps(rows, indent=1) + "\n")
    text = ratio_table(rows)
    print(text)
    if not arguments.only:
        scaling = scaling_rows(measure_scaling(arguments.program, repetitions=3))
        (arguments.output / "benchmark_scaling.json").write_text(json.dumps(scaling, indent=1) + "\n")
        further = scaling_tables(scaling) + "\n\n" + flatness_table(arguments.program)
        print("\n" + further)
        text += "\n\n" + further
    (arguments.output / "benchmark.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
