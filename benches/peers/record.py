"""The table of a run, and the file that keeps it."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

from worlds import REPOSITORY

HEADER = [
    "form",
    "threads",
    "engine",
    "version",
    "shape",
    "wall s",
    "CPU s",
    "median",
    "process",
    "peak MB",
    "CPU / flowtoll",
]
EXPLANATION = """\
*wall* and *CPU* (user and system) are the least of all rounds, *median* is the median CPU. The engines' are of the work
only; *process* is the CPU of their whole process, with start, imports and side tables. flowtoll's are its whole process.
*peak MB* is resident memory of the whole process. `(scaled)`: measured on fewer records and multiplied up to all.
A baseline does a part of the work: it is a bound, not a comparison."""


def machine():
    """CPU model, cores, memory and system."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def revision():
    """The commit that flowtoll and the script are of."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"], cwd=REPOSITORY, capture_output=True, text=True
    )
    return described.stdout.strip() or "unknown"


def table(rows):
    """Markdown, aligned: rows are lists of text as in `HEADER`."""
    lines = [HEADER, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    texts = 5

    def show(line):
        cells = [
            cell.ljust(width) if column < texts and column != 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        return "| " + " | ".join(cells) + " |"

    rule = (
        "|"
        + "|".join("-" * (width + 1) + ("-" if i < texts and i != 1 else ":") for i, width in enumerate(widths))
        + "|"
    )
    return "\n".join([show(HEADER), rule, *map(show, rows)])


def row(run, reference, ratio_base):
    """One measured engine as a line of the table."""
    ratio = run.cpu / ratio_base if ratio_base else None
    note = " (scaled)" if run.scaled else ""
    return [
        run.form,
        str(run.threads),
        run.engine + (" (baseline)" if run.baseline else ""),
        run.version,
        run.shape,
        f"{run.wall:.3f}" + note,
        f"{run.cpu:.3f}" + note,
        f"{run.median:.3f}",
        f"{run.process:.3f}",
        f"{run.peak / 1024:.0f}",
        "1" if reference else ("" if ratio is None else f"{ratio:.2f}" + note),
    ]


def text(title, command, worlds, body, flowtoll):
    """The record."""
    sizes = "\n".join(
        f"- {world.form}: {records:,} records in {len(world.objects):,} objects, {world.size / 2**20:.1f} MiB on disk"
        for world, records in worlds
    )
    return (
        f"# {title}\n\n"
        f"- date: {datetime.date.today().isoformat()}\n"
        f"- machine: {machine()}\n"
        f"- flowtoll: {flowtoll}, source {revision()}\n"
        f"- Python: {platform.python_version()}\n"
        f"- command: `{command}`\n{sizes}\n\n"
        "All answers were equal: attribution and totals of every NAT gateway to the byte, and the ledger.\n\n"
        f"{body}\n\n{EXPLANATION}\n"
    )
