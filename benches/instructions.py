#!/usr/bin/env python3
"""Counts the instructions that a record costs, and compares them with what is committed in instructions.toml.

    python3 benches/instructions.py            fails where a case costs more than its limit
    python3 benches/instructions.py --write    renews instructions.toml

Each case runs under callgrind twice, over an hour of a generated world and over three; what the second run costs more,
divided by the records it has more, is what a record costs. Start-up cancels out, and so does all that is done once. The
counts do not depend on how busy the machine is; they do depend on rustc, and a little on the C library and compiler.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = pathlib.Path(__file__).resolve().with_suffix(".toml")

# What the program does, and the options of flowtoll-testkit for the objects that it is given.
CASES = {
    "parse-v2": ("parse", ["--format", "v2"]),
    "parse-v5": ("parse", ["--format", "v5"]),
    "parse-v5-shuffled": ("parse", ["--format", "alphabetical"]),
    "parse-v11": ("parse", ["--format", "v11"]),
    "total-v2": ("total", ["--format", "v2"]),
    "total-v5": ("total", ["--format", "v5"]),
    "total-v11": ("total", ["--format", "v11"]),
    "read-gzip-v5": ("read", ["--format", "v5", "--gzip"]),
}

# How far above the committed count a case may be. What libdeflate costs depends on the C compiler, so there is more room
# where it is part of it.
TOLERANCE = {"parse": 0.05, "total": 0.05, "read": 0.15}

# Hours of traffic of the two runs, at the same number of records an hour.
HOURS = (1, 3)
RECORDS_AN_HOUR = 30_000

HEAD = """\
# Instructions per record, as `python3 benches/instructions.py --write` found them. A case may cost 5 % more (15 % where C is
# part of it); who makes it cheaper writes it anew, so that it stays so.

# Found with this compiler; others make other instructions of the same code.
rustc = "{rustc}"

[instructions_per_record]
"""


def main():
    parser = argparse.ArgumentParser(description="Counts the instructions that a record costs.")
    parser.add_argument("--write", action="store_true", help="renew instructions.toml")
    arguments = parser.parse_args()
    reason = why_not()
    if reason:
        print(f"SKIPPED, instructions were not counted: {reason}")
        return 1 if arguments.write else 0
    rustc = output(["rustc", "--version"]).split()[1]
    program, testkit = build()
    with tempfile.TemporaryDirectory() as folder:
        counts = count_all(program, testkit, pathlib.Path(folder))
    if arguments.write:
        rows = "".join(f"{case} = {count:.1f}\n" for case, count in counts.items())
        TABLE.write_text(HEAD.format(rustc=rustc) + rows, encoding="utf-8")
        print(rows, end="")
        return 0
    return compare(counts, rustc)


def why_not():
    """Why nothing can be counted here, if so."""
    if not shutil.which("valgrind"):
        return "valgrind is not installed (apt-get install valgrind)"
    if platform.machine() != "x86_64" or " avx2 " not in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        return "the counts are those of x86-64 with AVX2"
    return None


def compare(counts, rustc):
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    known = table["instructions_per_record"]
    if table["rustc"] != rustc:
        print(f"instructions.toml was written with rustc {table['rustc']}; this is {rustc}")
    complaints, hints = [], []
    print(f"{'case':<20}{'committed':>12}{'limit':>12}{'found':>12}")
    for case, found in counts.items():
        if case not in known:
            complaints.append(f"{case} is not in instructions.toml")
            continue
        tolerance = TOLERANCE[CASES[case][0]]
        limit = known[case] * (1 + tolerance)
        print(f"{case:<20}{known[case]:>12.1f}{limit:>12.1f}{found:>12.1f}{found / known[case] - 1:>+9.1%}")
        if found > limit:
            complaints.append(f"{case} costs {found:.1f} instructions per record; the limit is {limit:.1f}")
        elif found < known[case] * (1 - tolerance):
            hints.append(f"{case} became cheaper: write instructions.toml anew with --write, so that it stays so")
    complaints += [f"{case} is in instructions.toml and is no case" for case in known if case not in counts]
    for line in hints + complaints:
        print(line)
    return 1 if complaints else 0


def build():
    """Builds the program as it is released, but for the features it does not use, and the generator as the tests have it.
    Returns the paths of both."""
    release = ["build", "--release", "--no-default-features", "--features", "guard", "--bin", "flowtoll-instructions"]
    # What is run by a test is built with it; so nothing is left to do where tests were run.
    tests = ["test", "--no-run", "--benches"]
    return executable("flowtoll-instructions", release), executable("flowtoll-testkit", tests)


def executable(name, command):
    reports = output(["cargo", *command, "--locked", "--message-format", "json-render-diagnostics"])
    for report in map(json.loads, reports.splitlines()):
        if report.get("target", {}).get("name") == name and report.get("executable"):
            return report["executable"]
    sys.exit(f"cargo built no {name}")


def count_all(program, testkit, folder):
    """Instructions per record of every case."""
    worlds = {}
    for _, options in CASES.values():
        for hours in HOURS:
            key = (*options, hours)
            if key not in worlds:
                worlds[key] = write_world(testkit, folder / str(len(worlds)), options, hours)
    runs = [(case, hours) for case in CASES for hours in HOURS]

    def run(case, hours):
        what, options = CASES[case]
        return count(program, what, worlds[(*options, hours)], folder / f"{case}-{hours}.callgrind")

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        instructions = dict(zip(runs, pool.map(lambda arguments: run(*arguments), runs)))
    few, many = HOURS
    counts = {}
    for case, (_, options) in CASES.items():
        records = worlds[(*options, many)]["records"] - worlds[(*options, few)]["records"]
        counts[case] = (instructions[case, many] - instructions[case, few]) / records
    return counts


def write_world(testkit, folder, options, hours):
    """A world on disk: its objects, and what is true of them."""
    size = ["--hours", str(hours), "--records", str(hours * RECORDS_AN_HOUR), "--objects", "1"]
    output([testkit, "world", "--output", str(folder), *size, *options], stderr=subprocess.DEVNULL)
    ledger = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["ledger"]
    objects = sorted(str(path) for path in folder.glob("AWSLogs/**/*.log*"))
    return {"objects": objects, "records": ledger["records"], "bytes": ledger["bytes_total"]}


def count(program, what, world, profile):
    """Instructions of one run; the program stops with an error if its answer is not the world's truth."""
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"]
    run = subprocess.run(
        [*valgrind, program, what, str(world["records"]), str(world["bytes"]), *world["objects"]],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        sys.exit(f"{what} gives a wrong answer, or none:\n{run.stderr}")
    return int(re.search(r"^(?:summary|totals): (\d+)", profile.read_text(encoding="utf-8"), re.M)[1])


def output(command, **options):
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False, **options)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command[:4])} ... failed")
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())
