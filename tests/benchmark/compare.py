#!/usr/bin/env python3
"""Measures the library against its rivals, round by round, and writes the ratios of the medians.

    compare.py --program fgagt_benchmark --output FOLDER [--rounds N] [--only REGEX]

Writes FOLDER/benchmark_ratios.json and FOLDER/benchmark.md. Every round measures everything once, so that what else
the machine does meets all alike."""

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
    """What is compared: a cell, its rivals (the fastest counts), and the ratio that is aimed at."""
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
    for dimension in (128, 256):
        yield f"graph/{dimension}", ("eigen",), 1.2
        yield f"graph/{dimension}", ("numpy",), 1
    yield "update/1080p_50", ("stages",), 4


# What is measured in every round; not the tables of scaling and long runs.
ROUNDS = "(flow|assignment|roi_align|channel_backbone|graph|update|geometry)/"

# Cells with a limit in microseconds, which is then what a ratio of 1 stands for.
LIMITS = {"update/1080p_50": 1500, "geometry/13": 6, "geometry/240": 350}


def run(program, *arguments):
    """Microseconds by name, and counters by name; what is timed by hand is measured by the clock, all else by the
    processor's time."""
    output = subprocess.run([program, "--benchmark_format=json", *arguments], check=True, capture_output=True, text=True)
    rows = json.loads(output.stdout)["benchmarks"]
    times = {}
    for row in rows:
        name, _, by_hand = row["name"].partition("/manual_time")
        is_by_hand = "/manual_time" in row["name"]
        times[name + by_hand] = row["real_time"] if is_by_hand else row["cpu_time"]
    return times, rows


def measure(program, inputs, rounds, only):
    """Times of each cell by who was measured."""
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
            [r["name"], number(r["ours_us"]), r["rival"], number(r["rival_us"]), f"{r['ratio']:.1f}", r["target"]]
            for r in rows
        ],
    )


def exponent(sizes, times):
    """Slope of the line through the logarithms."""
    x, y = [math.log(s) for s in sizes], [math.log(t) for t in times]
    return statistics.linear_regression(x, y).slope


def scaling_tables(program):
    """Microseconds against the number of objects, and against the size of the frame."""
    times, _ = run(program, "--benchmark_filter=^scaling/", "--benchmark_min_time=0.1")
    stages = collections.defaultdict(dict)
    for name, microseconds in times.items():
        _, stage, size = name.split("/")
        stages[stage][int(size)] = microseconds
    texts = []
    for of_frame in (False, True):
        chosen = {stage: by_size for stage, by_size in stages.items() if (2160 in by_size) == of_frame}
        sizes = sorted(next(iter(chosen.values())))
        unit = "rows of a 16:9 frame" if of_frame else "objects"
        lines = []
        for stage, by_size in chosen.items():
            # Per pixel: a frame of twice the height has four times as many.
            slope = exponent([s * s if of_frame else s for s in sizes], [by_size[s] for s in sizes])
            lines.append([stage.replace("_", " "), *(number(by_size[s]) for s in sizes), f"{slope:.2f}"])
        texts.append(table([f"µs for … {unit}", *sizes, "exponent"], lines))
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
    parser.add_argument("--only", default="", help="regular expression: only cells whose name begins so, and no other tables")
    arguments = parser.parse_args()
    inputs = arguments.output / "benchmark_inputs"
    rows = ratios(measure(arguments.program, inputs, arguments.rounds, arguments.only))
    (arguments.output / "benchmark_ratios.json").write_text(json.dumps(rows, indent=1) + "\n")
    text = ratio_table(rows)
    print(text)
    if not arguments.only:
        further = scaling_tables(arguments.program) + "\n\n" + flatness_table(arguments.program)
        print("\n" + further)
        text += "\n\n" + further
    (arguments.output / "benchmark.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
