#!/usr/bin/env python3
"""flowtoll beside general engines that do the same attribution: equal answers first, then ratios.

    python -m venv .venv && .venv/bin/pip install -r benches/peers/requirements.txt
    .venv/bin/python benches/peers/run.py
    .venv/bin/python benches/peers/run.py --check

README.md says what is compared and what is not.
"""

import argparse
import gzip
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import answers
import record
import side_tables
import worlds

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Engine:
    """One peer: its script, its package, and its shapes by form, the fastest known first. A form without an entry of
    its own has its base's."""

    script: str
    package: str
    shapes: dict
    kind: str = "attribution"
    one_thread_only: bool = False


def both(text, parquet):
    return {"plain": text, "gz": text, "parquet": parquet}


DUCKDB_SHAPES = {
    **both(["aggregate-first", "split-lines", "classify-rows"], ["aggregate-first", "classify-rows"]),
    "plain-small": ["split-lines", "aggregate-first", "classify-rows"],
    "gz-small": ["split-lines", "aggregate-first", "classify-rows"],
}
ENGINES = {
    "duckdb": Engine("duckdb_sql.py", "duckdb", DUCKDB_SHAPES),
    "chdb": Engine("chdb_sql.py", "chdb", both(["aggregate-first", "custom-separated"], ["aggregate-first"])),
    "polars": Engine("polars_frames.py", "polars", both(["streaming", "in-memory"], ["streaming", "in-memory"])),
    "flowlogs-reader": Engine("flowlogs_reader_rows.py", "flowlogs-reader", {"gz": ["group-by"]}, "group-by", True),
    "bare-inflate": Engine("bare_inflate.py", "deflate", {"gz": ["libdeflate"]}, "baseline", True),
    "bare-decode": Engine("bare_decode.py", "pyarrow", {"parquet": ["needed columns"]}, "baseline", True),
}


@dataclass
class Run:
    """All repeats of one engine, form and number of threads."""

    engine: str
    version: str
    form: str
    threads: int
    shape: str
    baseline: bool = False
    # Records of the world by records read, where only some were.
    scale: float = 1.0
    walls: list = field(default_factory=list)
    cpus: list = field(default_factory=list)
    processes: list = field(default_factory=list)
    peak: int = 0
    stages: dict = field(default_factory=dict)

    scaled = property(lambda self: self.scale != 1.0)
    wall = property(lambda self: min(self.walls) * self.scale)
    cpu = property(lambda self: min(self.cpus) * self.scale)
    median = property(lambda self: statistics.median(self.cpus) * self.scale)
    process = property(lambda self: min(self.processes))

    def forget_times(self):
        for times in (self.walls, self.cpus, self.processes):
            times.clear()


class RunFailed(Exception):
    """An engine that gave no answer."""


def launch(command, log):
    """Wall, CPU and peak memory of a command."""
    launcher = [sys.executable, "-S", "-E", str(HERE / "launch.py"), str(log), *map(str, command)]
    told = subprocess.run(launcher, capture_output=True, text=True)
    numbers = told.stdout.split()
    if told.returncode != 0 or numbers[0] != "0":
        said = Path(log).read_text(errors="replace")[-2000:] if Path(log).exists() else told.stderr
        raise RunFailed(f"{' '.join(map(str, command))} failed:\n{said}")
    return float(numbers[1]), float(numbers[2]), int(numbers[3])


class Bench:
    """What a run knows: options, binaries and a folder for its files."""

    def __init__(self, options, flowtoll):
        self.options = options
        self.flowtoll = flowtoll
        self.scratch = Path(options.work).resolve() / "scratch"
        self.scratch.mkdir(parents=True, exist_ok=True)
        version = subprocess.run([flowtoll, "--version"], check=True, capture_output=True, text=True)
        self.version = version.stdout.split()[-1]

    def once_flowtoll(self, run, world):
        output = self.scratch / "flowtoll.json"
        command = [self.flowtoll, "report", world.folder, "--format", "json", "--threads", run.threads, "--quiet"]
        wall, cpu, peak = launch([*command, "--output", output], self.scratch / "flowtoll.log")
        run.walls.append(wall)
        run.cpus.append(cpu)
        run.processes.append(cpu)
        run.peak = max(run.peak, peak)
        return answers.expected(world.folder, json.loads(output.read_text()))

    def once_peer(self, run, world, expected):
        engine = ENGINES[run.engine]
        job, outcome = self.scratch / "job.json", self.scratch / "outcome.json"
        outcome.unlink(missing_ok=True)
        facts = {
            "form": world.form,
            "threads": run.threads,
            "shape": run.shape,
            "objects": [str(path) for path in world.objects],
            "folder": str(world.folder / "AWSLogs"),
            "suffix": worlds.SUFFIXES[world.base],
            "columns": world.columns,
            "tables": str(world.tables),
            "sample": self.options.sample,
            "outcome": str(outcome),
        }
        job.write_text(json.dumps(facts))
        log = self.scratch / f"{run.engine}.log"
        _, process, peak = launch([sys.executable, HERE / "engines" / engine.script, job], log)
        told = json.loads(outcome.read_text())
        check(run, world, expected, told["answer"])
        if engine.kind == "group-by":
            run.scale = expected["ledger"]["records"] / told["answer"]["records"]
        run.walls.append(told["wall"])
        run.cpus.append(told["cpu"])
        run.processes.append(process)
        run.peak = max(run.peak, peak)
        run.stages = told["stages"]


def check(run, world, expected, answer):
    """Raises `answers.Unequal` unless an engine's answer is the one it must be."""
    name = f"{run.engine} ({run.shape}, {world.form}, threads {run.threads})"
    kind = ENGINES[run.engine].kind
    if kind == "attribution":
        answers.compare(name, answers.of_engine(answer), "flowtoll", expected)
    elif kind == "group-by":
        groups = {(interface, action): (records, size) for interface, action, records, size in answer["groups"]}
        by_hand = first_groups(world, answer["records"])
        answers.compare(name, {"groups": groups}, "a plain loop", {"groups": by_hand})
    elif "inflated_bytes" in answer:
        # The last four bytes of a gzip member are the size of what it holds.
        held = sum(int.from_bytes(path.read_bytes()[-4:], "little") for path in world.objects)
        answers.compare(
            name, {"inflated": {"bytes": answer["inflated_bytes"]}}, "the objects", {"inflated": {"bytes": held}}
        )
    else:
        held = {"records": expected["ledger"]["records"]}
        answers.compare(name, {"decoded": answer}, "flowtoll", {"decoded": held})


def first_groups(world, records):
    """Rows and bytes by interface and action of the first rows, by splitting lines."""
    place = {name: world.columns.index(name) for name in ["interface_id", "action", "bytes"]}
    groups = defaultdict(lambda: [0, 0])
    left = records
    for path in world.objects:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            next(file)
            for line in file:
                if left == 0:
                    return {key: tuple(total) for key, total in groups.items()}
                words = line.split()
                total = groups[words[place["interface_id"]], words[place["action"]]]
                total[0] += 1
                total[1] += int(words[place["bytes"]].replace("-", "0"))
                left -= 1
    return {key: tuple(total) for key, total in groups.items()}


def installed(name):
    """The version of an engine's package, or None."""
    try:
        return importlib.metadata.version(ENGINES[name].package)
    except importlib.metadata.PackageNotFoundError:
        return None


def runs_of(options, form, threads, version):
    """What to run for one form and number of threads; flowtoll first."""
    runs = [Run("flowtoll", version, form, threads, "report")]
    for name in options.engines:
        engine = ENGINES[name]
        shapes = engine.shapes.get(form) or engine.shapes.get(form.partition("-")[0], [])
        if engine.one_thread_only and threads != options.threads[0]:
            continue
        number = 1 if engine.one_thread_only else threads
        for shape in shapes if options.shapes == "all" else shapes[:1]:
            runs.append(Run(name, installed(name), form, number, shape, baseline=engine.kind == "baseline"))
    return runs


def measure(bench, world, threads):
    """All runs of a form with so many threads: an untimed round, then rounds of all engines in turn, each checked."""
    runs = runs_of(bench.options, world.form, threads, bench.version)
    world.warm()
    for number in range(bench.options.repeat + 1):
        for run in runs:
            if run.engine == "flowtoll":
                expected = bench.once_flowtoll(run, world)
            else:
                bench.once_peer(run, world, expected)
            if number == 0:
                run.forget_times()
        print(
            f"{world.form}, threads {threads}: round {number} of {bench.options.repeat}, answers equal",
            file=sys.stderr,
        )
    return runs, expected["ledger"]["records"]


def options_of(arguments):
    cores = os.cpu_count() or 1

    def threads(text):
        numbers = {cores if word == "all" else int(word) for word in text.split(",")}
        if min(numbers) < 1:
            raise argparse.ArgumentTypeError("a number of threads is 1 or more, or `all`")
        return sorted(numbers)

    def names(known):
        def parse(text):
            unknown = [word for word in text.split(",") if word not in known]
            if unknown:
                raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(known)}")
            return text.split(",")

        return parse

    default_work = worlds.REPOSITORY / "target" / "peers"
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        "--work", default=default_work, help="folder for worlds and answers; worlds are kept for the next run"
    )
    parser.add_argument("--records", type=int, default=1_700_000, help="records of a world, about")
    parser.add_argument("--seed", type=int, default=7, help="seed of the worlds")
    parser.add_argument(
        "--objects",
        type=int,
        default=16,
        help="objects per flow log and form; `-small` forms have one per five minutes",
    )
    parser.add_argument(
        "--forms", type=names(worlds.FORMS), default="gz,plain,parquet", help=f"of {', '.join(worlds.FORMS)}"
    )
    parser.add_argument("--threads", type=threads, default="1,all", help="numbers of threads")
    parser.add_argument("--repeat", type=int, default=5, help="timed rounds, after one that only checks")
    parser.add_argument(
        "--engines", type=names(list(ENGINES)), help=f"of {', '.join(ENGINES)}; all that are installed by default"
    )
    parser.add_argument(
        "--shapes", choices=["best", "all"], default="best", help="the fastest known shape of each engine, or all"
    )
    parser.add_argument("--sample", type=int, default=50_000, help="records that flowlogs-reader reads")
    parser.add_argument("--flowtoll", metavar="PATH", help="another flowtoll binary than the one built here")
    parser.add_argument(
        "--output", metavar="FILE", help="write the record here, such as benches/record/2026-01-31-mymachine-peers.md"
    )
    parser.add_argument(
        "--check", action="store_true", help="only compare the answers, all shapes, on a small world; print no times"
    )
    options = parser.parse_args(arguments)
    if options.repeat < 1 or options.records < 1:
        parser.error("--repeat and --records must be 1 or more")
    missing = [name for name in options.engines or ENGINES if installed(name) is None]
    if options.engines and missing:
        parser.error(f"{', '.join(missing)}: not installed; pip install -r {HERE.name}/requirements.txt")
    for name in missing:
        print(f"{name}: {ENGINES[name].package} is not installed, left out", file=sys.stderr)
    options.engines = options.engines or [name for name in ENGINES if name not in missing]
    if options.check:
        options.records, options.repeat, options.shapes = 60_000, 0, "all"
        options.sample = 5_000
    return options


def command_of(options):
    """The command of this run, without the folders and files of this machine."""
    threads = ",".join(map(str, options.threads))
    return (
        f"python benches/peers/run.py --records {options.records} --seed {options.seed} --objects {options.objects} "
        f"--forms {','.join(options.forms)} --threads {threads} --repeat {options.repeat} "
        f"--engines {','.join(options.engines)} --shapes {options.shapes}"
    )


def main(arguments):
    options = options_of(arguments)
    flowtoll, testkit = worlds.build(options.flowtoll)
    bench = Bench(options, flowtoll)
    rows, stages, used = [], [], []
    for form in options.forms:
        world = worlds.prepare(form, options.work, testkit, options.records, options.seed, options.objects)
        for threads in options.threads:
            runs, records = measure(bench, world, threads)
            if options.check:
                continue
            base = runs[0].cpu
            rows += [record.row(run, run is runs[0], base) for run in runs]
            stages += [
                f"- {run.form}, {run.threads} threads, {run.engine} {run.shape}: {parts(run)}"
                for run in runs
                if run.stages
            ]
        used.append((world, records))
    if options.check:
        print(f"equal answers: {', '.join(options.engines)}, all shapes; forms {', '.join(options.forms)}")
        return
    body = record.table(rows) + "\n\nWhere the engines' CPU goes, seconds of the last round:\n\n" + "\n".join(stages)
    print(body)
    if options.output:
        title = "flowtoll beside general engines"
        Path(options.output).parent.mkdir(parents=True, exist_ok=True)
        Path(options.output).write_text(record.text(title, command_of(options), used, body, bench.version))
        print(f"written to {options.output}", file=sys.stderr)


def parts(run):
    return ", ".join(f"{name} {seconds:.3f}" for name, seconds in run.stages.items())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (answers.Unequal, RunFailed, side_tables.SideTableError, worlds.WorldError) as error:
        sys.exit(f"run.py: {error}")
