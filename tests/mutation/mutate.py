#!/usr/bin/env python3
"""Inserts deliberate bugs into the library one by one and reports which of them the tests do not catch.

    python3 tests/mutation/mutate.py                            all of mutations.json
    python3 tests/mutation/mutate.py --only 'motion|lifecycle'  those with a matching name or file
    python3 tests/mutation/mutate.py --list                     list all mutations

Works on a copy of the sources in the build folder and never writes to the working tree. Each mutation replaces part of a
line, which must occur once in its file, and names the test files that should catch it (paths under tests/ without `_test.cpp`).
These are built, each as a separate program, and run until one fails. FGAGT_DATA is not passed on, so the result is the same
everywhere. Exits with 1 if a mutation survived, is stale (its text does not occur exactly once, or it does not compile), or if the
tests fail without a mutation.
"""

import argparse
import dataclasses
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPIED = ["CMakeLists.txt", "cmake", "include", "tests"]

CAUGHT, SURVIVED, STALE, BROKEN, SKIPPED = "caught", "SURVIVED", "stale", "broken baseline", "skipped"
GOOD = {CAUGHT, SKIPPED}


@dataclasses.dataclass
class Mutation:
    """A deliberate bug, as listed in mutations.json."""

    name: str
    file: str  # under include/fgagt/
    tests: list
    original: str
    mutated: str
    needs: str = ""  # processor feature that the line needs

    @property
    def path(self):
        return pathlib.Path("include/fgagt") / self.file

    def applied_to(self, text):
        """The text with the bug; None if its place is ambiguous."""
        return text.replace(self.original, self.mutated) if text.count(self.original) == 1 else None


@dataclasses.dataclass
class Result:
    outcome: str
    by: str = ""  # the test file and test case that caught it, or the problem
    seconds: float = 0


class Workshop:
    """A copy of the sources and the test programs built from it."""

    def __init__(self, folder, test_files, jobs, timeout):
        self.source, self.build = folder / "source", folder / "build"
        self.jobs, self.timeout = jobs, timeout
        self.environment = {k: v for k, v in os.environ.items() if k != "FGAGT_DATA"}
        self.baselines = {}  # test file -> its failure without a mutation
        copy_sources(self.source)
        # -O1: programs that run only once build twice as fast as with -O3.
        run(["cmake", "-S", self.source / "tests/mutation", "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
             "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG", f"-DTEST_FILES={';'.join(test_files)}"], check=True)

    def try_out(self, mutation, escalate):
        """Applies a mutation, runs its tests until one fails, and reverts the mutation."""
        if mutation.needs and not processor_has(mutation.needs):
            return Result(SKIPPED, f"needs {mutation.needs}")
        file = self.source / mutation.path
        original = file.read_text()
        mutated = mutation.applied_to(original)
        if mutated is None:
            return Result(STALE, f"the text occurs {original.count(mutation.original)} times")
        programs = [program_of(test) for test in mutation.tests]
        if escalate:
            programs += [f"test_{mutation.tests[0].split('/')[0]}", "test_tracker"]
        for program in programs:
            if fault := self.baseline(program):
                return Result(BROKEN, f"{program}: {fault}")
            file.write_text(mutated)
            try:
                compiles, fault = self.fault_of(program)
            finally:
                file.write_text(original)
            if not compiles:
                return Result(STALE, "does not compile")
            if fault:
                return Result(CAUGHT, f"{program}: {fault}")
        return Result(SURVIVED)

    def baseline(self, program):
        if program not in self.baselines:
            self.baselines[program] = self.fault_of(program)[1]
        return self.baselines[program]

    def fault_of(self, program):
        """Whether a program can be built, and the test case that fails, if any."""
        built = run(["cmake", "--build", self.build, "-j", str(self.jobs), "--target", program])
        if built.returncode != 0:
            return False, "does not compile"
        location = self.build / program if (self.build / program).exists() else self.build / "fgagt/tests" / program
        try:
            ran = run([location, "--abort", "--reporter", "xml"], timeout=self.timeout, env=self.environment)
        except subprocess.TimeoutExpired:
            return True, f"not done after {self.timeout} s"
        if ran.returncode == 0:
            return True, ""
        cases = re.findall(r'<TestCase name="([^"]*)"', ran.stdout)  # the last one that started has failed
        return True, html.unescape(cases[-1]) if cases else f"exit code {ran.returncode}"


def run(command, check=False, timeout=None, env=None):
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors="replace", timeout=timeout, env=env)
    if check and result.returncode != 0:
        sys.exit(result.stdout)
    return result


def copy_sources(target):
    """Makes `target` a copy of the sources. Unchanged files keep their time stamps, so that they are not rebuilt."""
    wanted = {file.relative_to(ROOT) for name in COPIED for file in [ROOT / name, *(ROOT / name).rglob("*")] if file.is_file()}
    for file in target.rglob("*"):
        if file.is_file() and file.relative_to(target) not in wanted:
            file.unlink()
    for name in wanted:
        if not (target / name).exists() or (target / name).read_bytes() != (ROOT / name).read_bytes():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def program_of(test_file):
    return test_file.split("/")[-1] + "_test"


def processor_has(feature):
    information = pathlib.Path("/proc/cpuinfo")
    return information.exists() and feature in information.read_text().split()


def load(pattern):
    mutations = [Mutation(**entry) for entry in json.loads((HERE / "mutations.json").read_text())]
    chosen = [m for m in mutations if re.search(pattern, m.name) or re.search(pattern, m.file)]
    return sorted(chosen, key=lambda m: (m.tests, m.file))  # rebuilds as few files as possible


def table(mutations, results):
    """Markdown: the number of caught mutations, and each mutation with the test that caught it."""
    counts = ", ".join(f"{sum(r.outcome == outcome for r in results)} {outcome}"
                       for outcome in (CAUGHT, SURVIVED, STALE, BROKEN, SKIPPED) if any(r.outcome == outcome for r in results))
    lines = [f"{len(results)} mutations without FGAGT_DATA: {counts}.", "", "| mutation | file | outcome | caught by |", "|---|---|---|---|"]
    for mutation, result in zip(mutations, results):
        lines.append(f"| {mutation.name} | `{mutation.file}` | {result.outcome} | {result.by} |".replace(" |  |", " | |"))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="PATTERN", help="mutations whose name or file matches this regular expression")
    parser.add_argument("--list", action="store_true", help="print the mutations and exit")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers in parallel (default: %(default)s)")
    parser.add_argument("--timeout", type=float, default=120, help="time limit of a test program in seconds (default: %(default)s)")
    parser.add_argument("--escalate", action="store_true",
                        help="run all tests of the folder and the tracker before counting a mutation as survived")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/mutation", help="working folder (default: build/mutation)")
    parser.add_argument("--output", type=pathlib.Path, help="write the results as JSON")
    parser.add_argument("--table", type=pathlib.Path, help="write the results as Markdown")
    arguments = parser.parse_args()

    mutations = load(arguments.only)
    if arguments.list:
        for mutation in mutations:
            print(f"{mutation.file}: {mutation.name}\n    - {mutation.original}\n    + {mutation.mutated}")
        return 0
    test_files = sorted({test for mutation in mutations for test in mutation.tests})
    workshop = Workshop(arguments.build.resolve(), test_files, arguments.jobs, arguments.timeout)
    results = []
    for mutation in mutations:
        start = time.monotonic()
        result = workshop.try_out(mutation, arguments.escalate)
        result.seconds = round(time.monotonic() - start, 1)
        results.append(result)
        print(f"{result.outcome:8} {result.seconds:5.0f} s  {mutation.file}: {mutation.name} [{result.by}]", flush=True)
        if arguments.output:  # after each mutation, so that an interrupted run keeps its results
            rows = [dataclasses.asdict(m) | dataclasses.asdict(r) for m, r in zip(mutations, results)]
            arguments.output.write_text(json.dumps(rows, indent=1) + "\n")
        if arguments.table:
            arguments.table.write_text(table(mutations, results))
    print(table(mutations, results).splitlines()[0])
    return 0 if all(result.outcome in GOOD for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
