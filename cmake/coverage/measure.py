#!/usr/bin/env python3
"""Runs the tests of an instrumented build and reports which lines and branches of the sources they cover.

The target `coverage` calls it (cmake/FgagtCoverage.cmake). Every process writes its own profile; llvm-profdata merges them.
Writes report.txt, with a row per file, and html/, with the count of every line, to the build folder's coverage/. For templates and
code that is compiled for several instruction sets, llvm-cov's own summary uses the best covered instantiation; here a line or branch
counts as covered if any instantiation reaches it. Templates that are never instantiated have no lines.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys


@dataclasses.dataclass
class Share:
    """Coverage of lines, or of the two outcomes of each condition."""

    all: int = 0
    reached: int = 0

    def add(self, reached):
        self.all += len(reached)
        self.reached += sum(reached)

    @property
    def per_cent(self):
        return 100 * self.reached / self.all if self.all else 100.0

    def __str__(self):
        return f"{self.reached:6} of {self.all:6} {self.per_cent:6.1f} %"


class Profile:
    """llvm-cov's data from the merged profile."""

    def __init__(self, arguments, merged):
        self.cov, self.sources = arguments.cov, arguments.sources
        objects = [part for program in arguments.programs[1:] for part in ("-object", program)]
        self.common = [arguments.programs[0], *objects, f"-instr-profile={merged}"]

    def command(self, action, *options):
        return [self.cov, action, *self.common, *options, str(self.sources)]

    def export(self, *options):
        return subprocess.run(self.command("export", *options), check=True, stdout=subprocess.PIPE, text=True).stdout

    def write_pages(self, folder):
        subprocess.run(self.command("show", "-format=html", f"-output-dir={folder}", "-show-branches=count",
                                    "-show-instantiations=false"), check=True, stdout=subprocess.DEVNULL)

    def lines(self):
        """For each file, whether each line of code was reached."""
        reached, file = {}, None
        for row in self.export("-format=lcov", "-skip-functions", "-skip-expansions").splitlines():
            if row.startswith("SF:"):
                file = reached.setdefault(row[3:], [])
            elif row.startswith("DA:"):
                file.append(int(row.split(",")[1]) > 0)
        return reached

    def branches(self):
        """For each file, whether each outcome of each condition was reached."""
        result = {}
        for file in json.loads(self.export("-format=text", "-skip-functions", "-skip-expansions"))["data"][0]["files"]:
            places = {}
            for branch in file["branches"]:  # once per instantiation
                outcomes = places.setdefault(tuple(branch[:4]), [False, False])
                outcomes[0] |= branch[4] > 0
                outcomes[1] |= branch[5] > 0
            result[file["filename"]] = [outcome for outcomes in places.values() for outcome in outcomes]
        return result


def run_tests(arguments, profiles):
    shutil.rmtree(profiles, ignore_errors=True)
    profiles.mkdir(parents=True)
    # Tests with a label are the library's tests; the others compile other programs and do not matter here.
    command = [arguments.ctest, "--test-dir", arguments.build, "-L", ".", "--output-on-failure", "-j", str(arguments.jobs)]
    environment = os.environ | {"LLVM_PROFILE_FILE": str(profiles / "%p-%m.profraw")}
    if subprocess.run(command, env=environment).returncode != 0:
        sys.exit("Tests fail, so their coverage is meaningless")


def merge(arguments, profiles, merged):
    files = profiles.parent / "profiles.txt"
    files.write_text("".join(f"{file}\n" for file in sorted(profiles.iterdir())))
    # A killed process may leave an incomplete profile.
    subprocess.run([arguments.profdata, "merge", "-sparse", "-failure-mode=all", f"-input-files={files}", "-o", merged], check=True)
    shutil.rmtree(profiles)


def report(profile):
    """The table, and the totals of lines and branches."""
    lines, branches = profile.lines(), profile.branches()
    all_lines, all_branches = Share(), Share()
    rows = [f"{'file':52}{'lines':>24}{'branches':>26}"]
    for file in sorted(lines):
        of_lines, of_branches = Share(), Share()
        for share in (of_lines, all_lines):
            share.add(lines[file])
        for share in (of_branches, all_branches):
            share.add(branches.get(file, []))
        rows.append(f"{os.path.relpath(file, profile.sources):52}{of_lines}  {of_branches}")
    rows.append(f"{'all':52}{all_lines}  {all_branches}")
    return "\n".join(rows) + "\n", all_lines, all_branches


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ctest", required=True, metavar="PROGRAM")
    parser.add_argument("--profdata", required=True, metavar="PROGRAM", help="llvm-profdata")
    parser.add_argument("--cov", required=True, metavar="PROGRAM", help="llvm-cov")
    parser.add_argument("--build", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--sources", type=pathlib.Path, required=True, metavar="FOLDER", help="sources to cover")
    parser.add_argument("--lines", type=float, default=0, metavar="PER_CENT", help="minimum coverage of lines")
    parser.add_argument("--branches", type=float, default=0, metavar="PER_CENT", help="minimum coverage of branches")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="tests in parallel (default: %(default)s)")
    parser.add_argument("programs", nargs="+", help="the test programs and the programs that they start")
    arguments = parser.parse_args()

    folder = arguments.build.resolve() / "coverage"  # the tests run in other folders
    merged = folder / "merged.profdata"
    run_tests(arguments, folder / "profiles")
    merge(arguments, folder / "profiles", merged)
    profile = Profile(arguments, merged)
    text, lines, branches = report(profile)
    (folder / "report.txt").write_text(text)
    profile.write_pages(folder / "html")
    print(text, end="")
    if lines.per_cent < arguments.lines or branches.per_cent < arguments.branches:
        sys.exit(f"Expected at least {arguments.lines:g} % of the lines and {arguments.branches:g} % of the branches; "
                 f"{folder / 'html/index.html'} shows what is not covered")


if __name__ == "__main__":
    main()
